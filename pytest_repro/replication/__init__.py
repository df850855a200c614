"""Run an experiment as often as it takes to decide: plan, launch, judge, and again.

`plan` decides purely, `pool` runs seeds side by side, `assess` judges what they left,
`measure` reruns a seed under noise for its envelope, `chaos` kills and resumes one,
`ledger` remembers what was spent;
`drive` joins these with the reference store, `outcomes` says what became of it all.
`why` asks what brings a reference's bits back: `suspicions`, `machines` and `stages`
list what may, `replays` runs a stored job again, `inquiry` tries one after the other.
`selection` decides what a change can affect, from the `evidence` of what held before.
`vary` runs one seed under variations instead: `survey` decides which, `bisection` how
they are told apart, `attempts` launches them, `scoring` says what that means.
"""

from pytest_repro.replication.chaos import (
    Drilled,
    choose_deaths,
    drill,
    stride_for,
)
from pytest_repro.replication.drive import Replication
from pytest_repro.replication.evidence import (
    SHELF,
    EvidenceShelf,
    join_inputs,
    read_inputs,
)
from pytest_repro.replication.ledger import Ledger
from pytest_repro.replication.plan import Mode, PlannedRun
from pytest_repro.replication.pool import Pool, SeedRun, Watcher
from pytest_repro.replication.requests import Approval, Effort, Request
from pytest_repro.replication.selection import (
    Choice,
    changed_options,
    choose,
    unchanged,
)
from pytest_repro.replication.vary import Vary
from pytest_repro.replication.why import Because, Question, ask_why

__all__ = [
    "SHELF",
    "Approval",
    "Because",
    "Choice",
    "Drilled",
    "Effort",
    "EvidenceShelf",
    "Ledger",
    "Mode",
    "PlannedRun",
    "Pool",
    "Question",
    "Replication",
    "Request",
    "SeedRun",
    "Vary",
    "Watcher",
    "ask_why",
    "changed_options",
    "choose",
    "choose_deaths",
    "drill",
    "join_inputs",
    "read_inputs",
    "stride_for",
    "unchanged",
]
