"""A new reference gets the operations of its first steps, or is recorded without."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_repro.launchers import Ending
from pytest_repro.launchers.protocol import RECORD
from pytest_repro.records import (
    BEFORE,
    Cause,
    Failure,
    Operation,
    Phase,
    RunRecord,
    Window,
)
from pytest_repro.references import write_record
from pytest_repro.replication import PlannedRun
from pytest_repro.replication.pool import SeedRun
from pytest_repro.replication.tracing import trace_operations
from tests.references.samples import series, small_record

TRACE = (Operation(step=0, phase=Phase.FORWARD, name="aten.mm.default"),)


def reference() -> RunRecord:
    """Make a record of an experiment that used torch."""
    record = small_record()
    identity = replace(record.identity, determinism={"torch.num_threads": 1})
    return replace(record, identity=identity)


class Launcher:
    """Starts nothing: leaves a record in a folder, and remembers what was planned."""

    def __init__(
        self, folder: Path, record: RunRecord, failure: Failure | None = None
    ) -> None:
        """Take what the run is to leave."""
        self._folder = folder
        self._record = record
        self._failure = failure
        self.planned: list[PlannedRun] = []

    def __call__(self, planned: Sequence[PlannedRun]) -> Sequence[SeedRun]:
        """Run."""
        self.planned += planned
        write_record(self._folder / RECORD, self._record)
        ending = Ending(failure=self._failure)
        folder = str(self._folder)
        return [SeedRun(planned=planned[0], folder=folder, ending=ending, wall_s=1.0)]


def test_trace_of_a_short_run_is_taken_over(tmp_path: Path) -> None:
    """One more run of the anchor, which ends after the traced steps."""
    short = replace(reference(), operations=TRACE)
    launch = Launcher(tmp_path, short)

    traced = trace_operations(reference(), launch, steps=3)

    assert traced.record == replace(reference(), operations=TRACE)
    assert traced.note == ""
    (planned,) = launch.planned
    assert planned.window == Window(first=BEFORE, last=2)
    assert planned.is_short
    assert planned.label == "seed 0 trace"


@pytest.mark.parametrize("record", [reference, small_record])
def test_nothing_is_run_where_nothing_is_wanted(
    tmp_path: Path, record: Callable[[], RunRecord]
) -> None:
    """Zero steps, or an experiment that never imported torch."""
    launch = Launcher(tmp_path, reference())
    steps = 0 if record is reference else 3

    traced = trace_operations(record(), launch, steps=steps)

    assert traced.record == record()
    assert launch.planned == []


def test_run_that_gave_other_bits_is_not_taken_over(tmp_path: Path) -> None:
    """A trace explains the reference, so it must be of the same numbers."""
    other = replace(
        reference(),
        series=(series("train/loss", [2.5]),),
        operations=TRACE,
    )

    traced = trace_operations(reference(), Launcher(tmp_path, other), steps=3)

    assert traced.record == reference()
    assert traced.note == "no operation trace: its run gave other bits"


def test_run_that_failed_is_a_note(tmp_path: Path) -> None:
    """The reference is recorded without."""
    failure = Failure(cause=Cause.FAILED, message="x")
    launch = Launcher(tmp_path, reference(), failure)

    traced = trace_operations(reference(), launch, steps=3)

    assert traced.record == reference()
    assert traced.note == "no operation trace: its run failed"


def test_run_that_was_not_traced_is_a_note(tmp_path: Path) -> None:
    """A worker that could not trace says so itself; here it is noticed."""
    traced = trace_operations(reference(), Launcher(tmp_path, reference()), steps=3)

    assert traced.note == "no operation trace: nothing was traced"
