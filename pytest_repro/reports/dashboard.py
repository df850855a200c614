"""What the dashboard shows, as text and numbers, without markup.

First what needs somebody, then how often results hold and at which cost, who reproduces
what where, and at last every experiment with its metrics over time. All of it follows
from the observations and the references, so equal histories give equal pages: the page
knows no clock but the time of the newest observation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from pytest_repro.records import Observation
from pytest_repro.reports.alarms import Alarm, alarms_of, anchor_of
from pytest_repro.reports.passages import Passage
from pytest_repro.reports.summary import counted, duration_text
from pytest_repro.reports.svg import Plot
from pytest_repro.reports.svg_history import Block, draw_history, draw_strip
from pytest_repro.reports.tally_text import (
    day_text,
    interval_text,
    memory_text,
    percent,
    time_text,
    use_text,
)
from pytest_repro.reports.trends import (
    NOBODY,
    Curve,
    DatedShift,
    Tally,
    Trend,
    tallies_by,
    tally,
    trends,
)

__all__ = ["Board", "board_of"]

MOST_CURVES: Final = 6
UNKNOWN: Final = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """One axis of an environment key.

    Attributes:
        text: What the key says of it.
        differs: Whether it tells this key from another.
    """

    text: str
    differs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The last verdict on an experiment in an environment.

    Attributes:
        kind: The rung, as a class of the style sheet.
        label: The rung as people read it.
        passed: Whether it held.
        day: When, if not on the newest day of the history: what is old may be stale.
        share: How often it holds there.
    """

    kind: str
    label: str
    passed: bool
    day: str
    share: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A metric with its plot.

    Attributes:
        metric: Its name.
        plot: The plot; None if no value is finite.
        shifts: The shifts, newest first.
        sessions: How many sessions gave it.
    """

    metric: str
    plot: Plot | None
    shifts: tuple[DatedShift, ...]
    sessions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An experiment in one environment.

    Attributes:
        key: The environment key.
        facts: Labels with texts.
        strip: The verdicts of the last sessions, side by side.
        width: The width of the strip.
        pictures: The metrics, those with shifts first.
        hidden: How many metrics are not shown.
        passages: How the reference moved; only metrics that did.
    """

    key: str
    facts: tuple[tuple[str, str], ...]
    strip: tuple[Block, ...]
    width: int
    pictures: tuple[Picture, ...]
    hidden: int
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One experiment.

    Attributes:
        experiment: The node id.
        path: What stands before ``::``.
        name: What stands behind it.
        anchor: Its place in the page.
        owner: Who answers for it.
        passed: Whether its last verdict holds in every environment.
        tally: What all its observations come to.
        share: How often it holds.
        interval: How sure that is.
        cells: The last verdict in each environment of the board; None if it never ran.
        places: One for each environment that it ran in; where it fails, first.
    """

    experiment: str
    path: str
    name: str
    anchor: str
    owner: str
    passed: bool
    tally: Tally
    share: str
    interval: str
    cells: tuple[Cell | None, ...]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The whole page.

    Attributes:
        whole: What all observations come to.
        alarms: What needs somebody, most urgent first.
        keys: The environments, in the order of the cells.
        titles: The axes of each of them.
        entries: The experiments, by node id.
        owners: What the observations of each owner come to; empty if none is known.
    """

    whole: Tally
    alarms: tuple[Alarm, ...]
    keys: tuple[str, ...]
    titles: tuple[tuple[Axis, ...], ...]
    entries: tuple[Entry, ...]
    owners: tuple[Tally, ...]


def board_of(
    observations: Sequence[Observation],
    moved: Mapping[tuple[str, str], Sequence[Passage]],
) -> Board:
    """Lay out a history.

    Args:
        observations: Oldest first.
        moved: How each reference moved, by experiment and environment key.

    Returns:
        What the page shows.
    """
    found = trends(observations)
    keys = tuple(sorted({trend.key for trend in found}))
    today = day_text(observations[-1].observed_utc) if observations else ""
    own = _by_experiment(observations)
    entries = tuple(
        _entry(list(group), own[experiment], keys, today=today, moved=moved)
        for experiment, group in groupby(found, key=lambda trend: trend.experiment)
    )
    owners = tallies_by(observations, lambda one: one.owner or NOBODY)
    return Board(
        whole=tally("all", observations),
        alarms=alarms_of(found, moved),
        keys=tuple(key or UNKNOWN for key in keys),
        titles=_titles([key or UNKNOWN for key in keys]),
        entries=entries,
        owners=owners if any(one.name != NOBODY for one in owners) else (),
    )


def _by_experiment(
    observations: Sequence[Observation],
) -> Mapping[str, Sequence[Observation]]:
    found: dict[str, list[Observation]] = {}
    for one in observations:
        found.setdefault(one.experiment, []).append(one)
    return found


def _entry(
    found: Sequence[Trend],
    own: Sequence[Observation],
    keys: Sequence[str],
    *,
    today: str,
    moved: Mapping[tuple[str, str], Sequence[Passage]],
) -> Entry:
    experiment = own[0].experiment
    tallied = tally(experiment, own)
    by_key = {trend.key: trend for trend in found}
    path, _, name = experiment.partition("::")
    return Entry(
        experiment=experiment,
        path=path if name else "",
        name=name or path,
        anchor=anchor_of(experiment),
        owner=next((one.owner for one in reversed(own) if one.owner), NOBODY),
        passed=all(map(_is_holding, found)),
        tally=tallied,
        share=percent(tallied.held.share),
        interval=interval_text(tallied.held),
        cells=tuple(_cell(by_key.get(key), today) for key in keys),
        places=tuple(
            _place(
                trend,
                [one for one in own if one.environment_key == trend.key],
                moved.get((experiment, trend.key), ()),
            )
            for trend in sorted(found, key=_is_holding)
        ),
    )


def _is_holding(trend: Trend) -> bool:
    """Tell whether the last verdict holds; what does not is shown first."""
    return trend.tally.last is not None and trend.tally.last.passed


def _cell(trend: Trend | None, today: str) -> Cell | None:
    last = trend.tally.last if trend is not None else None
    if trend is None or last is None:
        return None
    day = day_text(last.observed_utc)
    return Cell(
        kind=last.rung.value,
        label=last.rung.label.lower(),
        passed=last.passed,
        day="" if day == today else day,
        share=percent(trend.tally.held.share),
    )


def _place(
    trend: Trend, observations: Sequence[Observation], moved: Sequence[Passage]
) -> Place:
    ordered = sorted(trend.curves, key=lambda curve: (not curve.shifts, curve.metric))
    strip = draw_strip(observations)
    return Place(
        key=trend.key or UNKNOWN,
        facts=tuple(_facts(trend)),
        strip=strip,
        width=strip[-1].start + strip[-1].width,
        pictures=tuple(_picture(curve) for curve in ordered[:MOST_CURVES]),
        hidden=max(0, len(ordered) - MOST_CURVES),
        passages=tuple(one for one in moved if one.total or one.largest),
    )


def _facts(trend: Trend) -> list[tuple[str, str]]:
    tallied = trend.tally
    last = tallied.last
    newest = f"{last.rung.label.lower()}, {day_text(last.observed_utc)}" if last else ""
    rate = f"{percent(tallied.held.share)}, 95 % interval {interval_text(tallied.held)}"
    slow = f"9 in 10 within {time_text(tallied.slow_s)}"
    return [
        ("holds", f"{tallied.held.count} of {counted(tallied.held.total, 'session')}"),
        ("rate", rate),
        ("last", newest),
        ("why not", ", ".join(f"{cause} {n}" for cause, n in tallied.causes) or "–"),
        ("verdict in", f"{time_text(tallied.typical_s)}, {slow}"),
        ("seeds", f"{tallied.seeds} of {tallied.seeds_allowed}"),
        ("worker time", duration_text(tallied.wall_s)),
        ("processor", use_text(tallied)),
        ("memory", memory_text(tallied)),
    ]


def _picture(curve: Curve) -> Picture:
    return Picture(
        metric=curve.metric,
        plot=draw_history(curve),
        shifts=tuple(reversed(curve.shifts)),
        sessions=len(curve.points),
    )


def _titles(keys: Sequence[str]) -> tuple[tuple[Axis, ...], ...]:
    """Take keys apart: what all have in common tells no column from another."""
    parts = [key.split("-") for key in keys]
    common = {
        (place, text)
        for place, text in enumerate(parts[0] if parts else ())
        if all(one[place : place + 1] == [text] for one in parts)
    }
    return tuple(
        tuple(
            Axis(text=text, differs=(place, text) not in common)
            for place, text in enumerate(one)
        )
        for one in parts
    )
