"""Draw a metric from night to night, and a strip of verdicts.

The horizontal axis is time, so missing nights show as such. Levels between shifts are
drawn over the values, and each shift as a line at its first night. There is no markup
here: see `templates/trend.html`.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from pytest_repro.records import Observation
from pytest_repro.reports.summary import counted
from pytest_repro.reports.svg import (
    HEIGHT,
    WIDTH,
    Axis,
    Label,
    Mark,
    Plot,
    axis_of,
    number,
    path,
)
from pytest_repro.reports.trends import Curve

__all__ = ["Block", "draw_history", "draw_strip"]

MOST_SESSIONS: Final = 90
SESSION_WIDTH: Final = 10
LEGEND_GAP: Final = 4
DAY: Final = 10
DAY_S: Final = 86_400
FEW: Final = 60
"""So many values are drawn as dots too; more would only thicken the line."""


Place = tuple[int, int] | None
"""Where a value is drawn; None for one that is not finite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Sessions in a row that ended alike.

    Attributes:
        kind: The rung, as a class of the style sheet.
        start: The left end.
        width: How far it reaches.
        told: What to say of it.
    """

    kind: str
    start: int
    width: int
    told: str


def draw_history(curve: Curve) -> Plot | None:
    """Draw a metric over time.

    Args:
        curve: The metric.

    Returns:
        The plot; None if no value is finite.
    """
    days = [_day(point.observed_utc) for point in curve.points]
    values = [float(point.scalar.value) for point in curve.points]
    known = [value for value in values if math.isfinite(value)]
    if not known:
        return None
    x = Axis(low=days[0], high=max(days[-1], days[0] + 1), size=WIDTH)
    y = axis_of(known, HEIGHT, is_down=True)
    places = [
        (x.at(day), y.at(value)) if math.isfinite(value) else None
        for day, value in zip(days, values, strict=True)
    ]
    failed = [
        place
        for place, point in zip(places, curve.points, strict=True)
        if place and not point.passed
    ]
    marks = [
        Mark(kind="grid", d="".join(f"M0 {y.at(one)}h{WIDTH}" for one in y.ticks)),
        Mark(kind="revised", d="".join(_revisions(curve, days, x))),
        Mark(kind="nights", d=path(_bends(places))),
        Mark(kind="night", d=_dots(places) if len(places) <= FEW else ""),
        Mark(kind="level", d="".join(_levels(curve, days, x, y))),
        Mark(kind="shifted", d="".join(_shifts(curve, days, x))),
        Mark(kind="failed", d=_dots(failed)),
    ]
    return Plot(
        title=f"{curve.metric} by night",
        description=_told(curve, known),
        marks=tuple(mark for mark in marks if mark.d),
        rows=tuple(y.label(tick) for tick in y.ticks),
        columns=_columns(curve, days, x),
        ends=(y.label(known[-1], number(known[-1]), "nights"),),
        note="logarithmic" if y.is_log else "",
    )


def draw_strip(observations: Sequence[Observation]) -> tuple[Block, ...]:
    """Draw the verdicts of the last sessions side by side.

    Args:
        observations: Oldest first.

    Returns:
        One block for each stretch of sessions that ended alike; the last ends where
        the strip does.
    """
    blocks: list[Block] = []
    start = 0
    shown = observations[-MOST_SESSIONS:]
    for rung, group in groupby(shown, key=lambda one: one.rung):
        same = list(group)
        days = dict.fromkeys(one.observed_utc[:DAY] for one in (same[0], same[-1]))
        told = f"{' to '.join(days)}: {rung.label}, {counted(len(same), 'session')}"
        width = SESSION_WIDTH * len(same)
        blocks.append(Block(kind=rung.value, start=start, width=width, told=told))
        start += width
    return tuple(blocks)


def _day(utc: str) -> float:
    return datetime.fromisoformat(utc).timestamp() / DAY_S


def _dots(places: Sequence[Place]) -> str:
    return "".join(f"M{place[0]} {place[1]}h0" for place in places if place)


def _bends(places: Sequence[Place]) -> list[Place]:
    """Leave out what lies in the middle of a level line: most metrics never move."""
    inner = zip(places, places[1:], places[2:], strict=False)
    kept = [now for last, now, then in inner if not _is_level(last, now, then)]
    return [*places[:1], *kept, *places[1:][-1:]]


def _is_level(*places: Place) -> bool:
    return len({place[1] if place else place for place in places}) == 1 and all(places)


def _revisions(curve: Curve, days: Sequence[float], x: Axis) -> Iterator[str]:
    """Mark each night whose reference was another than the night before."""
    points = curve.points
    for index in range(1, len(points)):
        if points[index].revision > points[index - 1].revision > 0:
            yield f"M{x.at(days[index])} 0v{HEIGHT}"


def _levels(curve: Curve, days: Sequence[float], x: Axis, y: Axis) -> Iterator[str]:
    shifts = curve.shifts
    if not shifts:
        return
    edges = [0, *(shift.index for shift in shifts), len(days)]
    levels = [shifts[0].before, *(shift.after for shift in shifts)]
    for level, start, end in zip(levels, edges, edges[1:], strict=False):
        left, right = x.at(days[start]), x.at(days[end - 1])
        yield f"M{left} {y.at(level)}h{right - left}"


def _shifts(curve: Curve, days: Sequence[float], x: Axis) -> Iterator[str]:
    for shift in curve.shifts:
        yield f"M{x.at(days[shift.index])} 0v{HEIGHT}"


def _columns(curve: Curve, days: Sequence[float], x: Axis) -> tuple[Label, ...]:
    """Label the first and the last night, and one in the middle if it is far enough."""
    dates = [point.observed_utc[:DAY] for point in curve.points]
    labels = [x.label(days[0], dates[0])]
    middle = len(days) // 2
    inner = x.label(days[middle], dates[middle])
    if LEGEND_GAP * 3 < inner.place < 40 - LEGEND_GAP * 3:  # of `PLACES`
        labels.append(inner)
    if dates[-1] != dates[0]:
        labels.append(x.label(days[-1], dates[-1]))
    return tuple(labels)


def _told(curve: Curve, known: Sequence[float]) -> str:
    shifts = "; ".join(
        f"from {shift.observed_utc[:DAY]} on {number(shift.after)} instead of "
        f"{number(shift.before)}"
        for shift in curve.shifts
    )
    span = f"between {number(min(known))} and {number(max(known))}"
    return f"{len(curve.points)} sessions, {span}. Shifts: {shifts or 'none'}."
