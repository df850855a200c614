"""What training code calls to become a recorded run; it records and never judges.

Start with `run`, the object behind the fixture `repro`; `recorder` keeps what it is
told, `ledger` what it was not told, step by step, and `assembly` turns both into a run
record.
"""

from pytest_repro.experiment.assembly import Circumstances, assemble
from pytest_repro.experiment.ledger import StepLedger
from pytest_repro.experiment.looping import Orders
from pytest_repro.experiment.recorder import Recorder, Sink
from pytest_repro.experiment.run import Run
from pytest_repro.experiment.tracing import Tracing

__all__ = [
    "Circumstances",
    "Orders",
    "Recorder",
    "Run",
    "Sink",
    "StepLedger",
    "Tracing",
    "assemble",
]
