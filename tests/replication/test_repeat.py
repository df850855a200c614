"""Seeds run a second time where pairs of them can pay, and only there."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_repro.launchers import Ending
from pytest_repro.records import Cause, Equivalent, Failure, Replica, RunRecord
from pytest_repro.references import write_record
from pytest_repro.replication import PlannedRun, SeedRun
from pytest_repro.replication.repeat import repeat_seeds
from pytest_repro.verdicts.partners import second_runs_of
from tests.verdicts.making import promise
from tests.verdicts.partners import NOISE, REFERENCE, SEEDS, obtained


class Cluster:
    """Launches nothing: the second run of each seed is there at once."""

    def __init__(self, folder: Path, *, failing: Sequence[int] = ()) -> None:
        """Remember which seeds fail."""
        self.folder = folder
        self.failing = failing
        self.launched: list[tuple[int, int]] = []

    def __call__(self, planned: Sequence[PlannedRun]) -> list[SeedRun]:
        """Leave a record for each run, in the order of the plan."""
        return [self._end(run) for run in planned]

    def _end(self, run: PlannedRun) -> SeedRun:
        self.launched.append((run.seed, run.replica))
        place = self.folder / str(run.seed)
        place.mkdir()
        write_record(place / "record", obtained(SEEDS + NOISE[0])[run.seed])
        failure = Failure(cause=Cause.FAILED, message="no")
        ending = Ending(failure=failure if run.seed in self.failing else None)
        return SeedRun(planned=run, folder=str(place), ending=ending, wall_s=0.1)


def recorded(
    seeds: int = 10, *, origin: str = "seed {}", far: float = 0.05
) -> RunRecord:
    """What was recorded so far: seeds, and eight replicas of the anchor."""
    rows = tuple(run.anchor for run in obtained(SEEDS, origin=origin))
    again = obtained(SEEDS[0] + far * NOISE[1][:8] / 0.05, origin=origin)
    replicas = [
        Replica(number=number, result=replace(run.anchor, seed=0))
        for number, run in enumerate(again, 1)
    ]
    rounding = REFERENCE.rounding
    assert rounding is not None
    identity = replace(REFERENCE.identity, contract=promise(loss=Equivalent(0.5)))
    return replace(
        REFERENCE,
        identity=identity,
        seeds=rows[:seeds],
        rounding=replace(rounding, replicas=tuple(replicas)),
    )


@pytest.mark.parametrize(("replicas", "count"), [(1, 8), (8, 8), (9, 9), (20, 10)])
def test_as_many_seeds_run_twice_as_there_are_replicas(
    tmp_path: Path, replicas: int, count: int
) -> None:
    """At least eight, which pairs take; the anchor did already."""
    cluster = Cluster(tmp_path)

    repeated = repeat_seeds(recorded(), cluster, replicas=replicas)

    assert cluster.launched == [(seed, 1) for seed in range(1, count)]
    assert sorted(second_runs_of(repeated.record)) == list(range(count))
    assert repeated.note == f"common seeds: {count} ran twice, {count - 1} runs more"
    assert len(repeated.record.anchor_replicas) == 8


def test_second_run_that_failed_is_left_out(tmp_path: Path) -> None:
    """Enough others do."""
    cluster = Cluster(tmp_path, failing=[4])

    repeated = repeat_seeds(recorded(), cluster, replicas=9)

    assert 4 not in second_runs_of(repeated.record)
    assert len(second_runs_of(repeated.record)) == 8


def test_too_few_second_runs_are_not_kept(tmp_path: Path) -> None:
    """Nothing could be paired by them."""
    cluster = Cluster(tmp_path, failing=[4])

    repeated = repeat_seeds(recorded(), cluster, replicas=8)

    assert repeated.record == recorded()
    assert repeated.note == "no common seeds: 7 of 8 seeds ran twice"


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (recorded(7), "they take 8 reference seeds, there are 7"),
        (recorded(origin=""), "the runs do not show both initial weights and"),
        (recorded(far=2.0), "the same seed does not tell enough about loss"),
    ],
    ids=["few seeds", "no origin", "no correlation"],
)
def test_nothing_runs_where_it_cannot_pay(
    tmp_path: Path, record: RunRecord, reason: str
) -> None:
    """And the reason is told."""
    cluster = Cluster(tmp_path)

    repeated = repeat_seeds(record, cluster, replicas=8)

    assert cluster.launched == []
    assert repeated.record == record
    assert repeated.note.startswith(f"no common seeds: {reason}")


@pytest.mark.parametrize(
    "record",
    [
        replace(recorded(), rounding=None),
        replace(recorded(), identity=REFERENCE.identity),
    ],
    ids=["no envelope", "no margin"],
)
def test_nobody_asked_for_pairs(tmp_path: Path, record: RunRecord) -> None:
    """So nothing runs, and nothing is told."""
    cluster = Cluster(tmp_path)

    repeated = repeat_seeds(record, cluster, replicas=8)

    assert cluster.launched == []
    assert (repeated.record, repeated.note) == (record, "")
