"""Run an experiment as often as it takes to decide: plan, launch, judge, and again.

`plan` decides purely, `pool` runs seeds side by side, `assess` judges what they left,
`measure` reruns a seed under noise for its envelope, `chaos` kills and resumes one,
`ledger` remembers what was spent;
`drive` joins these with the reference store, `outcomes` says what became of it all.
"""

from pytest_repro.replication.chaos import Drilled, choose_deaths, drill
from pytest_repro.replication.drive import Replication
from pytest_repro.replication.ledger import Ledger
from pytest_repro.replication.plan import Mode, PlannedRun
from pytest_repro.replication.pool import Pool, SeedRun, Watcher
from pytest_repro.replication.requests import Approval, Effort, Request

__all__ = [
    "Approval",
    "Drilled",
    "Effort",
    "Ledger",
    "Mode",
    "PlannedRun",
    "Pool",
    "Replication",
    "Request",
    "SeedRun",
    "Watcher",
    "choose_deaths",
    "drill",
]
