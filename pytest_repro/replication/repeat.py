"""Run the seeds of a reference a second time, under noise, for common seeds.

A seed that gives nearly the same again, when nothing but rounding changes, need not be
paid for twice: verdicts about another environment may then pair seeds. What that takes
is one more run a seed, so it is done only where it can pay: a metric is to be
equivalent, each run shows what its seed decides, and the anchor's replicas, which are
there already, say that the seed decides most of every such metric.
"""

from collections.abc import Sequence
from dataclasses import replace

from pytest_repro.records import (
    Replica,
    Rounding,
    RunRecord,
    SeedResult,
    ToleranceKind,
)
from pytest_repro.replication.measure import Launch, Measured, completed
from pytest_repro.replication.plan import PlannedRun
from pytest_repro.verdicts import MIN_REPLICATES, undetermined

__all__ = ["repeat_seeds"]


def repeat_seeds(record: RunRecord, launch: Launch, *, replicas: int) -> Measured:
    """Add a second run of each of the first seeds to a record.

    Args:
        record: What is to become a reference, with its envelope if it has one.
        launch: Executes runs.
        replicas: How many the anchor has. As many seeds run twice, or eight if that
            is more; the anchor did already.

    Returns:
        The record, with or without them; no note where nobody asks for equivalence.
    """
    rounding = record.rounding
    if rounding is None or not _has_margin(record):
        return Measured(record=record, note="")
    seeds = record.seeds[: max(replicas, MIN_REPLICATES)]
    obstacle = _obstacle(record, seeds)
    if obstacle:
        return Measured(record=record, note=f"no common seeds: {obstacle}")
    runs = launch([PlannedRun(seed=row.seed, replica=1) for row in seeds[1:]])
    found = [Replica(number=1, result=run.anchor) for run in completed(runs)]
    count = 1 + len(found)
    if count < MIN_REPLICATES:
        note = f"no common seeds: {count} of {len(seeds)} seeds ran twice"
        return Measured(record=record, note=note)
    rows = sorted(
        (*rounding.replicas, *found), key=lambda one: (one.result.seed, one.number)
    )
    whole = Rounding(noise=rounding.noise, replicas=tuple(rows))
    note = f"common seeds: {count} ran twice, {len(found)} runs more"
    return Measured(record=replace(record, rounding=whole), note=note)


def _has_margin(record: RunRecord) -> bool:
    tolerances = record.identity.contract.tolerances
    return any(one.kind is ToleranceKind.EQUIVALENT for _, one in tolerances)


def _obstacle(record: RunRecord, seeds: Sequence[SeedResult]) -> str:
    """Say why second runs could not be used; empty if they can."""
    if len(seeds) < MIN_REPLICATES:
        return f"they take {MIN_REPLICATES} reference seeds, there are {len(seeds)}"
    if any(row.origin is None for row in seeds):
        return "the runs do not show both initial weights and the order of the data"
    loose = undetermined(record, record.identity.contract)
    if loose:
        return f"the same seed does not tell enough about {', '.join(loose[:3])}"
    return ""
