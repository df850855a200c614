"""Give a reference an operation trace: run the first steps of its anchor once more.

A reference that carries one can say later in which operation another run parted from
it, without the machine that recorded it. It explains, and decides nothing: where it
cannot be had, the reference is recorded without it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pytest_repro.errors import RecordError
from pytest_repro.launchers.protocol import RECORD
from pytest_repro.records import BEFORE, RunRecord, Series, Window
from pytest_repro.references import read_record
from pytest_repro.replication.plan import PlannedRun
from pytest_repro.replication.pool import SeedRun

__all__ = ["Traced", "trace_operations"]

Launch = Callable[[Sequence[PlannedRun]], Sequence[SeedRun]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """A record with an operation trace, or without and why.

    Attributes:
        record: The record.
        note: Why it has no trace; empty if it has one, or none was wanted.
    """

    record: RunRecord
    note: str = ""


def trace_operations(record: RunRecord, launch: Launch, *, steps: int) -> Traced:
    """Add an operation trace to a record.

    Args:
        record: What is to become a reference; the anchor's traces are whole.
        launch: Executes runs.
        steps: How many steps are traced, and what comes before them; 0 for none.

    Returns:
        The record, with or without a trace.
    """
    if steps == 0 or not _has_torch(record):
        return Traced(record=record)
    window = Window(first=BEFORE, last=steps - 1)
    planned = PlannedRun(seed=record.anchor.seed, is_short=True, window=window)
    traced = _record(launch([planned]))
    if traced is None:
        return Traced(record=record, note="no operation trace: its run failed")
    if not _is_beginning(traced.series, record.series):
        return Traced(record=record, note="no operation trace: its run gave other bits")
    if not traced.operations:
        return Traced(record=record, note="no operation trace: nothing was traced")
    return Traced(record=replace(record, operations=traced.operations))


def _has_torch(record: RunRecord) -> bool:
    """Tell whether torch, whose operations are traced, was imported at all."""
    return any(name.startswith("torch.") for name in record.identity.determinism)


def _record(runs: Sequence[SeedRun]) -> RunRecord | None:
    for run in runs:
        if run.ending.failure is None and not run.ending.skipped:
            try:
                record = read_record(Path(run.folder) / RECORD)
            except RecordError:
                return None
            return record if record.failure is None else None
    return None


def _is_beginning(short: Sequence[Series], whole: Sequence[Series]) -> bool:
    """Tell whether every trace is the beginning of another, bit by bit."""
    known = {one.name: one for one in whole}
    return all(
        one.name in known
        and one.bits == known[one.name].bits[: len(one.bits)]
        and one.steps == known[one.name].steps[: len(one.steps)]
        for one in short
    )
