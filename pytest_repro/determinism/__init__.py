"""Random generators and framework flags: pinned, read back and put back.

Start with `guard.pinned`, the context of a run; `variables` is what a process must be
started with, and `guards.guarding` watches for randomness that escapes all that. Files
named `torch_*` or `numpy_*` import what they are named after, and nothing imports them
before the experiment has imported that itself.
"""

from pytest_repro.determinism.escapes import ESCAPE, Escape, Watch
from pytest_repro.determinism.guard import Pinned, pinned
from pytest_repro.determinism.guards import guarding
from pytest_repro.determinism.hermetic import declare_file
from pytest_repro.determinism.late import is_imported, when_imported
from pytest_repro.determinism.noise import NOISE, rounding_noise
from pytest_repro.determinism.seeding import (
    derive,
    generator_states,
    keep_generators,
    seed_everything,
)
from pytest_repro.determinism.variables import (
    Variable,
    pinned_variables,
    worker_variables,
)

__all__ = [
    "ESCAPE",
    "NOISE",
    "Escape",
    "Pinned",
    "Variable",
    "Watch",
    "declare_file",
    "derive",
    "generator_states",
    "guarding",
    "is_imported",
    "keep_generators",
    "pinned",
    "pinned_variables",
    "rounding_noise",
    "seed_everything",
    "when_imported",
    "worker_variables",
]
