"""The anchor runs again under noise, as often as that says something."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_repro.launchers import Ending
from pytest_repro.records import Cause, Failure, RunRecord
from pytest_repro.references import write_record
from pytest_repro.replication import PlannedRun, SeedRun
from pytest_repro.replication.measure import LEAST, measure_envelope
from tests.verdicts.enveloping import run_of


def with_torch(run: RunRecord) -> RunRecord:
    """A run in which torch was imported."""
    facts = {"torch.deterministic": True}
    return replace(run, identity=replace(run.identity, determinism=facts))


ANCHOR = with_torch(run_of([1.0, 2.0]))


class Cluster:
    """Launches nothing: each replica's record is there at once."""

    def __init__(self, folder: Path, *, failing: Sequence[int] = ()) -> None:
        """Remember which replicas fail."""
        self.folder = folder
        self.failing = failing
        self.launched: list[int] = []
        self.step = 0.001

    def __call__(self, planned: Sequence[PlannedRun]) -> list[SeedRun]:
        """Leave a record for each replica, farther off the higher its number."""
        return [self._end(run) for run in planned]

    def _end(self, run: PlannedRun) -> SeedRun:
        self.launched.append(run.replica)
        place = self.folder / str(run.replica)
        place.mkdir()
        moved = run_of([1.0, 2.0 + self.step * run.replica])
        write_record(place / "record", with_torch(moved))
        failure = Failure(cause=Cause.FAILED, message="no")
        ending = Ending(failure=failure if run.replica in self.failing else None)
        return SeedRun(planned=run, folder=str(place), ending=ending, wall_s=0.1)


def test_envelope_is_of_all_replicas(tmp_path: Path) -> None:
    """As many as were wanted, numbered from 1."""
    cluster = Cluster(tmp_path)

    measured = measure_envelope(ANCHOR, cluster, replicas=8)

    assert cluster.launched == list(range(1, 9))
    assert measured.note == "rounding envelope of 8 replicas"
    assert measured.record.series[0].envelope == pytest.approx((0.0, 0.008), rel=0.01)


def test_replica_that_failed_is_left_out(tmp_path: Path) -> None:
    """It says nothing about rounding; enough others do."""
    cluster = Cluster(tmp_path, failing=[8])

    measured = measure_envelope(ANCHOR, cluster, replicas=8)

    assert measured.note == "rounding envelope of 7 replicas"
    assert measured.record.series[0].envelope[-1] == pytest.approx(0.007, rel=0.01)


def test_too_few_replicas_give_no_envelope(tmp_path: Path) -> None:
    """It would be too narrow, and alarm where nothing is wrong."""
    cluster = Cluster(tmp_path, failing=[2, 3, 4])

    measured = measure_envelope(ANCHOR, cluster, replicas=8)

    assert LEAST > 5
    assert measured.record == ANCHOR
    assert measured.note == "no rounding envelope: 5 of 8 replicas completed"


def test_untouched_replica_spares_the_others(tmp_path: Path) -> None:
    """Noise that reaches nothing measures nothing."""
    cluster = Cluster(tmp_path)
    cluster.step = 0.0

    measured = measure_envelope(ANCHOR, cluster, replicas=8)

    assert cluster.launched == [1]
    assert measured.record == ANCHOR
    assert "nothing here that noise can reach" in measured.note


@pytest.mark.parametrize("replicas", [0, 8])
def test_nothing_is_launched_without_torch_or_wish(
    tmp_path: Path, replicas: int
) -> None:
    """Noise comes by way of torch."""
    cluster = Cluster(tmp_path)
    plain = run_of([1.0, 2.0])

    measured = measure_envelope(plain, cluster, replicas=replicas)

    assert cluster.launched == []
    assert measured.record == plain
