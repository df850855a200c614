"""What in a history needs somebody: failures, unaccepted shifts, creeping drift."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pytest_repro.digests import digest_of_bytes
from pytest_repro.reports.passages import Passage
from pytest_repro.reports.summary import counted
from pytest_repro.reports.svg import number
from pytest_repro.reports.tally_text import day_text
from pytest_repro.reports.trends import Curve, DatedShift, Trend

__all__ = ["Alarm", "alarms_of", "anchor_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Something that needs somebody.

    Attributes:
        kind: ``fails``, ``shift`` or ``creep``.
        experiment: The node id.
        anchor: Where the page shows it.
        told: What is wrong, in one line.
        where: The environment key.
        since: The day; empty where there is none.
    """

    kind: str
    experiment: str
    anchor: str
    told: str
    where: str
    since: str


def alarms_of(
    found: Sequence[Trend], moved: Mapping[tuple[str, str], Sequence[Passage]]
) -> tuple[Alarm, ...]:
    """Find what needs somebody: results that fail, metrics that shifted or crept.

    Args:
        found: The trends.
        moved: How each reference moved, by experiment and environment key.

    Returns:
        What fails, then shifts that no revision accepted, newest first, then creeping.
    """
    fails = [_fails(trend) for trend in found if _is_failing(trend)]
    shifts = [
        _alarm("shift", trend, _shift_text(curve, shift), day_text(shift.observed_utc))
        for trend in found
        for curve in trend.curves
        for shift in curve.shifts[-1:]
        if not shift.is_accepted
    ]
    creeps = [
        _alarm("creep", trend, _creep_text(passage), "")
        for trend in found
        for passage in moved.get((trend.experiment, trend.key), ())
        if passage.is_creeping
    ]
    newest_first = sorted(shifts, key=lambda one: one.since, reverse=True)
    return (*fails, *newest_first, *creeps)


def _is_failing(trend: Trend) -> bool:
    return trend.tally.last is not None and not trend.tally.last.passed


def _fails(trend: Trend) -> Alarm:
    last = trend.tally.last
    reason = f"{last.cause or last.reason}" if last else ""
    label = last.rung.label.lower() if last else ""
    day = day_text(last.observed_utc) if last else ""
    return _alarm("fails", trend, f"{label}: {reason}", day)


def _alarm(kind: str, trend: Trend, told: str, since: str) -> Alarm:
    return Alarm(
        kind=kind,
        experiment=trend.experiment,
        anchor=anchor_of(trend.experiment),
        told=told,
        where=trend.key or "unknown",
        since=since,
    )


def _shift_text(curve: Curve, shift: DatedShift) -> str:
    levels = f"{number(shift.before)} → {number(shift.after)}"
    return f"{curve.metric} shifted {levels}"


def _creep_text(passage: Passage) -> str:
    return (
        f"{passage.metric} crept by {number(passage.total)} over "
        f"{counted(len(passage.numbers), 'revision')}; one comparison allows "
        f"{number(passage.allowed or 0.0)}"
    )


def anchor_of(experiment: str) -> str:
    """Name the place of an experiment in the page.

    Args:
        experiment: The node id.

    Returns:
        A name that stays the same whatever else is in the history.
    """
    data = experiment.encode("utf-8", "surrogatepass")
    return f"x{digest_of_bytes(data).partition(':')[2][:10]}"
