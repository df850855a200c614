"""What many sessions come to: rates, times, costs, and metrics from night to night.

A view model, for the terminal and for the dashboard alike: which observations belong
together and what is said of them, without markup or layout.
"""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from pytest_repro.records import Observation, Rung, Scalar, Tier
from pytest_repro.verdicts.rates import Rate, quantile
from pytest_repro.verdicts.shifts import find_shifts

__all__ = [
    "NOBODY",
    "Curve",
    "DatedShift",
    "Point",
    "Tally",
    "Trend",
    "tallies_by",
    "tally",
    "trends",
]

NOBODY: Final = "nobody"
"""Who owns what nobody is known to own."""

SLOW: Final = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What several observations come to.

    Attributes:
        name: What they have in common.
        held: How many of them hold.
        rungs: How many ended at each rung that occurs, highest first.
        causes: Why those that do not hold do not, most frequent first.
        typical_s: The median time to a verdict [s]; None without an observation.
        slow_s: The time that nine of ten do not exceed [s]; likewise.
        wall_s: The time of all runs together [s].
        cpu_s: Their processor time [s].
        peak_rss_bytes: The largest memory of any.
        seeds: How many seeds ran.
        seeds_allowed: How many could have.
        first_utc: When the first was observed; empty if there is none.
        last: The newest observation; None if there is none.
    """

    name: str
    held: Rate
    rungs: tuple[tuple[Rung, Rate], ...]
    causes: tuple[tuple[str, int], ...]
    typical_s: float | None
    slow_s: float | None
    wall_s: float
    cpu_s: float
    peak_rss_bytes: int
    seeds: int
    seeds_allowed: int
    first_utc: str
    last: Observation | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A final metric in one session.

    Attributes:
        observed_utc: When.
        commit: Of which commit; empty if git knew none.
        is_dirty: Whether the work tree differed from it.
        scalar: The number as it was computed.
        passed: Whether the experiment held.
        revision: The revision of the reference that it was compared with; 0 if unknown.
    """

    observed_utc: str
    commit: str
    is_dirty: bool
    scalar: Scalar
    passed: bool
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedShift:
    """A shift of a metric, and what happened around it.

    Attributes:
        index: The place of the first point of the new level.
        before: The median before.
        after: The median from there on.
        evidence: As a multiple of what is required.
        observed_utc: When the new level was seen first.
        commit_before: The last commit at the old level.
        commit_after: The first at the new one.
        is_dirty: Whether the work tree differed from either.
        is_accepted: Whether the reference has another revision since: somebody meant
            it, or took it.
    """

    index: int
    before: float
    after: float
    evidence: float
    observed_utc: str
    commit_before: str
    commit_after: str
    is_dirty: bool
    is_accepted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One final metric from session to session.

    Attributes:
        metric: Its name.
        points: One for each whole session that gave it, oldest first.
        shifts: The shifts, in order.
    """

    metric: str
    points: tuple[Point, ...]
    shifts: tuple[DatedShift, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """One experiment in one environment.

    Attributes:
        experiment: The node id.
        key: The environment key; empty where no run got that far.
        tally: What its observations come to.
        curves: Its final metrics, by name.
        revisions: The revisions of the reference that it was compared with, in order of
            first use.
    """

    experiment: str
    key: str
    tally: Tally
    curves: tuple[Curve, ...]
    revisions: tuple[int, ...]


def trends(observations: Sequence[Observation]) -> tuple[Trend, ...]:
    """Follow each experiment in each environment.

    Args:
        observations: Oldest first.

    Returns:
        One trend for each, by experiment and key.
    """

    def place(one: Observation) -> tuple[str, str]:
        return one.experiment, one.environment_key

    return tuple(
        _trend(experiment, key, list(group))
        for (experiment, key), group in groupby(
            sorted(observations, key=place), key=place
        )
    )


def tallies_by(
    observations: Sequence[Observation], name_of: Callable[[Observation], str]
) -> tuple[Tally, ...]:
    """Add observations up by what they have in common.

    Args:
        observations: Oldest first.
        name_of: Names the group of one.

    Returns:
        One tally a group, by name.
    """
    groups = groupby(sorted(observations, key=name_of), key=name_of)
    return tuple(tally(name, list(group)) for name, group in groups)


def tally(name: str, observations: Sequence[Observation]) -> Tally:
    """Add observations up.

    Args:
        name: What they have in common.
        observations: Oldest first.

    Returns:
        What they come to.
    """
    total = len(observations)
    ended = Counter(one.rung for one in observations)
    times = [one.wall_s for one in observations]
    return Tally(
        name=name,
        held=Rate(count=sum(one.passed for one in observations), total=total),
        rungs=tuple(
            (rung, Rate(count=ended[rung], total=total)) for rung in Rung if ended[rung]
        ),
        causes=_causes(observations),
        typical_s=quantile(times, 0.5),
        slow_s=quantile(times, SLOW),
        wall_s=sum(times),
        cpu_s=sum(one.cpu_s for one in observations),
        peak_rss_bytes=max((one.peak_rss_bytes for one in observations), default=0),
        seeds=sum(one.seeds for one in observations),
        seeds_allowed=sum(one.seeds_allowed for one in observations),
        first_utc=observations[0].observed_utc if observations else "",
        last=observations[-1] if observations else None,
    )


def _causes(observations: Sequence[Observation]) -> tuple[tuple[str, int], ...]:
    found = Counter(
        str(one.cause) if one.cause else one.rung.label.lower()
        for one in observations
        if not one.passed
    )
    return tuple(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def _trend(experiment: str, key: str, observations: Sequence[Observation]) -> Trend:
    # The beginning of a run has no final metrics that could be held against others.
    whole = [one for one in observations if one.tier is not Tier.PR]
    names = sorted({metric.name for one in whole for metric in one.metrics})
    numbers = [one.standard.revision for one in observations if one.standard]
    return Trend(
        experiment=experiment,
        key=key,
        tally=tally(experiment, observations),
        curves=tuple(_curve(name, whole) for name in names),
        revisions=tuple(number for number in dict.fromkeys(numbers) if number),
    )


def _curve(name: str, observations: Sequence[Observation]) -> Curve:
    points = tuple(
        Point(
            observed_utc=one.observed_utc,
            commit=one.commit,
            is_dirty=one.is_dirty,
            scalar=metric.scalar,
            passed=one.passed,
            revision=one.standard.revision if one.standard else 0,
        )
        for one in observations
        for metric in one.metrics
        if metric.name == name
    )
    values = [float(point.scalar.value) for point in points]
    shifts = tuple(
        _shift(points, shift.index, (shift.before, shift.after), shift.evidence)
        for shift in find_shifts(values)
    )
    return Curve(metric=name, points=points, shifts=shifts)


def _shift(
    points: Sequence[Point], index: int, levels: tuple[float, float], evidence: float
) -> DatedShift:
    finite = [one for one in points[:index] if math.isfinite(one.scalar.value)]
    last, first = finite[-1], points[index]
    later = max((one.revision for one in points[index:]), default=0)
    return DatedShift(
        index=index,
        before=levels[0],
        after=levels[1],
        evidence=evidence,
        observed_utc=first.observed_utc,
        commit_before=last.commit,
        commit_after=first.commit,
        is_dirty=last.is_dirty or first.is_dirty,
        is_accepted=later > last.revision > 0,
    )
