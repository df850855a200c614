"""Run an experiment as often as it takes to decide: plan, launch, judge, and again.

`plan` decides purely, `pool` runs seeds side by side, `drive` joins the two with the
reference store and says what became of the experiment.
"""

from pytest_repro.replication.drive import Approval, Replication, Request
from pytest_repro.replication.plan import Mode
from pytest_repro.replication.pool import Pool, SeedRun, Watcher

__all__ = ["Approval", "Mode", "Pool", "Replication", "Request", "SeedRun", "Watcher"]
