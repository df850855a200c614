"""Which of several changes moved a result, and each by how much? Found by running.

Both ends are run first, on this machine: everything put back, and nothing. Between them
sets of differences are applied to the reference's side and reduced to the smallest that
move the result (see `bisection`). Then each difference is tried alone: applied to the
reference's side, and taken back from the obtained one. Where the two effects are not
the same, differences act on each other.

A set with which the run fails, as when half of a renamed function is put back, says
nothing and counts as not moving; so what only works together is found together.
"""

import math
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pytest_repro.launchers import Launcher
from pytest_repro.records import Metric, RunRecord
from pytest_repro.replication.bisection import find_causes
from pytest_repro.replication.differences import Difference, Differences
from pytest_repro.replication.inquiry import Case
from pytest_repro.replication.replays import Replay, Replayed, replay_all
from pytest_repro.verdicts.agreement import parted_within

__all__ = ["BITS", "Blame", "Blamed", "Target", "Tried", "noise_floors"]

BITS: Final = "bits"
MOST_ALONE: Final = 12
"""Of more differences, only those that move the result are tried alone."""

Names = frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What counts as moved.

    Attributes:
        metric: A final metric, or ``bits``: any bit of anything that is recorded.
        floors: How far each final metric may go by rounding alone, in its unit.
    """

    metric: str = BITS
    floors: Mapping[str, float] = field(default_factory=dict)

    def floor(self, metric: str) -> float:
        """Say how far a metric may go by rounding alone.

        Args:
            metric: Any final metric.

        Returns:
            The distance, in its unit; 0 where nothing was measured.
        """
        return self.floors.get(metric, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One run, with some of the differences applied to the reference's side.

    Attributes:
        applied: Their names.
        metrics: The final metrics; empty if the run left none.
        has_moved: Whether the result is another than with everything put back; None
            if the run says nothing.
        parts_at: Where its bits leave that run; empty if they do not.
        problem: Why it says nothing; empty if it does.
        wall_s: How long it took [s].
    """

    applied: tuple[str, ...]
    metrics: Mapping[str, float] = field(default_factory=dict)
    has_moved: bool | None = None
    parts_at: str = ""
    problem: str = ""
    wall_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Blamed:
    """What was found.

    Attributes:
        target: What counted as moved.
        differences: What was not the same, and could be put back.
        fixed: Parameters that differ and could not be put back.
        causes: The smallest sets that move the result, disjoint; none if none does.
        tried: Every run, in the order of the questions.
        is_stable: Whether the obtained run gave its own result again.
        is_whole: Whether putting everything back gives the reference's result here.
    """

    target: Target
    differences: tuple[Difference, ...]
    fixed: tuple[str, ...] = ()
    causes: tuple[tuple[str, ...], ...] = ()
    tried: tuple[Tried, ...] = ()
    is_stable: bool = True
    is_whole: bool = True

    def run(self, applied: Collection[str]) -> Tried | None:
        """Find the run with exactly these differences applied.

        Args:
            applied: Their names.

        Returns:
            The run; None if it was not tried.
        """
        wanted = frozenset(applied)
        return next((one for one in self.tried if wanted == set(one.applied)), None)

    @property
    def names(self) -> tuple[str, ...]:
        """Every difference by its name."""
        return tuple(one.name for one in self.differences)


class Blame:
    """Tries differences on one case."""

    def __init__(
        self, case: Case, launcher: Launcher, *, folder: Path, workers: int
    ) -> None:
        """Join what is needed.

        Args:
            case: The two runs, each whole.
            launcher: Where reruns execute.
            folder: Where they leave what they have to say; emptied.
            workers: How many run at a time.
        """
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self._case = case
        self._launcher = launcher
        self._folder = folder
        self._workers = workers
        self._known: dict[Names, Tried] = {}
        self._records: dict[Names, RunRecord] = {}
        self._target = Target()

    def find(
        self, differences: Differences, target: Target, *, alone: bool = True
    ) -> Blamed:
        """Find what moved the result.

        Args:
            differences: What is not the same.
            target: What counts as moved.
            alone: Whether each difference is tried alone, on both sides.

        Returns:
            What was found.

        Raises:
            LaunchError: If a worker cannot be started.
        """
        self._target = target
        names = tuple(differences.all)
        self._try(differences, [(), names])
        is_stable = self._agrees(names, self._case.obtained)
        causes: tuple[tuple[str, ...], ...] = ()
        if is_stable and self._known[frozenset(names)].has_moved:
            causes = find_causes(names, lambda sets: self._moves(differences, sets))
            if alone:
                self._try_alone(differences, causes)
        return Blamed(
            target=target,
            differences=tuple(differences.all.values()),
            fixed=differences.fixed,
            causes=causes,
            tried=tuple(self._known.values()),
            is_stable=is_stable,
            is_whole=self._agrees((), self._case.reference),
        )

    def _moves(
        self, differences: Differences, sets: Sequence[tuple[str, ...]]
    ) -> list[bool]:
        self._try(differences, sets)
        return [self._known[frozenset(one)].has_moved is True for one in sets]

    def _try_alone(
        self, differences: Differences, causes: Sequence[tuple[str, ...]]
    ) -> None:
        names = tuple(differences.all)
        guilty = {name for cause in causes for name in cause}
        shown = names if len(names) <= MOST_ALONE else tuple(sorted(guilty))
        rest = tuple(name for name in names if name not in shown)
        sets = [
            *((name,) for name in shown),
            *(tuple(one for one in names if one != name) for name in shown),
            *causes,
            *((rest,) if rest else ()),
        ]
        self._try(differences, sets)

    def _try(self, differences: Differences, sets: Sequence[tuple[str, ...]]) -> None:
        """Run what was not run yet, side by side."""
        fresh = {
            frozenset(one): one for one in sets if frozenset(one) not in self._known
        }
        numbers = range(len(self._known), len(self._known) + len(fresh))
        replays = [
            Replay(name=f"{number:03}", job=differences.job(applied))
            for number, applied in zip(numbers, fresh.values(), strict=True)
        ]
        ended = replay_all(
            self._launcher, replays, folder=self._folder, workers=self._workers
        )
        for (key, applied), one in zip(fresh.items(), ended, strict=True):
            if one.record is not None:
                self._records[key] = one.record
            self._known[key] = self._judged(applied, one)

    def _judged(self, applied: tuple[str, ...], ended: Replayed) -> Tried:
        record, base = ended.record, self._records.get(frozenset())
        if record is None:
            return Tried(applied=applied, problem=ended.problem, wall_s=ended.wall_s)
        problem = "" if base else "the run with everything put back failed"
        parts_at, has_moved = "", None
        if base is not None:
            parts_at = _parts_at(record, base)
            has_moved = _has_moved(record, base, self._target, parts_at)
        return Tried(
            applied=applied,
            metrics=_metrics(record),
            has_moved=has_moved,
            parts_at=parts_at,
            problem=problem,
            wall_s=ended.wall_s,
        )

    def _agrees(self, applied: tuple[str, ...], side: RunRecord) -> bool:
        """Tell whether a rerun gave the result of a side of the case."""
        record = self._records.get(frozenset(applied))
        if record is None:
            return False
        return not _has_moved(record, side, self._target, _parts_at(record, side))


def noise_floors(reference: RunRecord) -> dict[str, float]:
    """Say how far rounding alone carries each final metric.

    Args:
        reference: The reference, with what it gave under rounding-sized noise.

    Returns:
        The largest deviation of a replica, in the metric's unit, by metric; 0 without
        replicas.
    """
    return {
        name: max(
            (
                gap
                for row in reference.anchor_replicas
                if math.isfinite(gap := abs(_named(row.metrics, name) - value))
            ),
            default=0.0,
        )
        for name, value in _metrics(reference).items()
    }


def _parts_at(run: RunRecord, other: RunRecord) -> str:
    try:
        parting = parted_within(run, other, until=None)
    except ValueError as error:
        return str(error)
    return parting.text if parting else ""


def _has_moved(run: RunRecord, other: RunRecord, target: Target, parts_at: str) -> bool:
    if target.metric == BITS:
        return bool(parts_at)
    ours = _metrics(run).get(target.metric, math.nan)
    row = next((r for r in other.seeds if r.seed == run.anchor.seed), other.anchor)
    theirs = _named(row.metrics, target.metric)
    if math.isnan(ours) or math.isnan(theirs):
        return math.isnan(ours) != math.isnan(theirs)
    return ours != theirs and not abs(ours - theirs) <= target.floor(target.metric)


def _metrics(record: RunRecord) -> dict[str, float]:
    return {one.name: float(one.scalar.value) for one in record.anchor.metrics}


def _named(metrics: Sequence[Metric], name: str) -> float:
    found = (float(one.scalar.value) for one in metrics if one.name == name)
    return next(found, math.nan)
