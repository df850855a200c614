"""A sheet in the words of a page: which lines, which plots, in which order. Pure.

Nothing here is escaped and nothing is markup; that is the matter of `pages`.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from pytest_repro.records import Action, Match, Resources, Scorecard, Standing
from pytest_repro.reports.circumstances import SUSPECTS, Circumstance, brief
from pytest_repro.reports.curves import Curve
from pytest_repro.reports.gaps import MetricGap
from pytest_repro.reports.scorecards import DEPENDS
from pytest_repro.reports.sheets import Sheet
from pytest_repro.reports.summary import (
    IDLE,
    Status,
    cost_text,
    counted,
    duration_text,
    name_of,
    status_of,
)
from pytest_repro.reports.svg import Plot
from pytest_repro.reports.svg_curves import draw_curve, draw_deviation
from pytest_repro.reports.svg_dots import draw_dots
from pytest_repro.verdicts.identity import parted_at, shorten

__all__ = ["SheetView", "view_of"]

MOST_CURVES: Final = 4
"""So many traces are drawn of an experiment that passes; of others thrice as many."""

MOST_FACTS: Final = 40
MOST_NAMES: Final = 30

_TONES: Final = {
    Status.PASSED: ("good", "✓"),
    Status.FAILED: ("bad", "✕"),
    Status.RECORDED: ("calm", "+"),
    Status.UPDATED: ("warn", "↻"),
    Status.SKIPPED: ("soft", "–"),
    Status.UNCHANGED: ("soft", "="),
}
_MATCHES: Final = {
    Match.EXACT: "of this very environment",
    Match.KEY: "of the same environment key",
    Match.NEAREST: "the nearest, of another environment",
    Match.NONE: "",
}
_STANDINGS: Final = {
    Standing.SAME: "good",
    Standing.UNTOUCHED: "soft",
    Standing.WITHIN: "calm",
    Standing.DEPENDS: "warn",
    Standing.BREAKS: "bad",
}
_MEBIBYTE: Final = 2**20

Drawn = tuple[str, Plot, str]
"""A heading, the plot, and the shape of its frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetView:
    """What the template of a sheet shows.

    Attributes:
        sheet: The facts.
        id: The anchor; it depends on the node id only.
        status: What became of the experiment, in one word.
        tone: The class of its colour.
        icon: A sign beside the word, for whoever sees no colours.
        path: The file of the test.
        test: Its name.
        rung: What the verdict is, where there is one.
        cost: Seeds and time.
        line: One line of reason, where somebody must act; else empty.
        text: What the filter looks through.
        needs_help: Whether the experiment failed.
        parted: Where the bits part.
        sides: Both sides there, each with its value and its bits.
        facts: Names with texts.
        plots: The traces.
        undrawn: Names of traces that are not drawn.
        seeds: The seeds.
        metrics: Rows of final metrics, as text.
        groups: Kinds of differences, each with its reason and its rows.
        hidden: How many differences are not shown.
        depends: What the bits depend on, where a scorecard says so.
        effects: Of each variation its names, what it did, the class of that, and why.
    """

    sheet: Sheet
    id: str
    status: str
    tone: str
    icon: str
    path: str
    test: str
    rung: str
    cost: str
    line: str
    text: str
    needs_help: bool
    parted: str
    sides: tuple[tuple[str, str, str], ...]
    facts: tuple[tuple[str, str], ...]
    plots: tuple[Drawn, ...]
    undrawn: str
    seeds: tuple[Drawn, ...]
    metrics: tuple[tuple[str, ...], ...]
    groups: tuple[tuple[str, str, tuple[Circumstance, ...]], ...]
    hidden: int
    depends: str
    effects: tuple[tuple[str, str, str, str], ...]


def view_of(sheet: Sheet) -> SheetView:
    """Put a sheet into words.

    Args:
        sheet: The facts.

    Returns:
        What the template shows.
    """
    outcome, verdict = sheet.outcome, sheet.outcome.verdict
    status = status_of(outcome)
    tone, icon = _TONES[status]
    path, _, test = outcome.experiment.rpartition("::")
    is_told = outcome.action is Action.COMPARED
    rung = verdict.rung.label.lower() if is_told else ""
    plots, undrawn = _curves(sheet)
    return SheetView(
        sheet=sheet,
        id=f"e-{hashlib.sha256(name_of(outcome).encode()).hexdigest()[:12]}",
        status=status.value.lower(),
        tone=tone,
        icon=icon,
        path=path,
        test=f"{test} in {outcome.environment}" if outcome.environment else test,
        rung=rung,
        cost=_cost(sheet),
        line=_line(sheet),
        text=_searched(sheet, rung),
        needs_help=status is Status.FAILED,
        parted=parted_at(sheet.divergence) if sheet.divergence else "",
        sides=tuple(_sides(sheet)),
        facts=tuple((name, text) for name, text in _facts(sheet) if text),
        plots=plots,
        undrawn=undrawn,
        seeds=tuple(_seeds(sheet)),
        metrics=tuple(_metric(gap) for gap in sheet.gaps),
        groups=_groups(sheet.circumstances[:MOST_FACTS]),
        hidden=max(0, len(sheet.circumstances) - MOST_FACTS),
        depends=_depends(sheet.scorecard),
        effects=tuple(_effects(sheet.scorecard)),
    )


def _cost(sheet: Sheet) -> str:
    outcome = sheet.outcome
    if outcome.action in IDLE:
        return ""
    if outcome.scorecard is not None:
        runs = counted(outcome.scorecard.runs, "run")
        return f"{runs}, {duration_text(outcome.wall_s)}"
    return cost_text(outcome)


def _line(sheet: Sheet) -> str:
    outcome = sheet.outcome
    if status_of(outcome) is Status.FAILED:
        return next(iter(outcome.verdict.reason.splitlines()), "")
    return next(iter(outcome.message.splitlines()), "")


def _searched(sheet: Sheet, rung: str) -> str:
    outcome = sheet.outcome
    cause = outcome.verdict.cause
    parts = (
        name_of(outcome),
        rung,
        "" if cause is None else cause.value,
        outcome.environment_key,
    )
    return " ".join(part for part in parts if part).lower()


def _sides(sheet: Sheet) -> Iterator[tuple[str, str, str]]:
    """Put both sides under each other; a digest is told once, and whole."""
    place = sheet.divergence
    if place is None:
        return
    for side, text, bits in (
        ("obtained", place.obtained, place.obtained_bits),
        ("reference", place.reference, place.reference_bits),
    ):
        is_told = bool(bits) and shorten(bits) in text and shorten(bits) != bits
        yield (
            side,
            text.replace(shorten(bits), bits) if is_told else text,
            ("" if is_told else bits),
        )


def _facts(sheet: Sheet) -> Iterator[tuple[str, str]]:
    outcome, verdict = sheet.outcome, sheet.outcome.verdict
    yield "environment", outcome.environment_key
    match = _MATCHES[verdict.match]
    yield "reference", "\n".join(filter(None, (outcome.reference, match)))
    if sheet.revision is not None:
        revision = sheet.revision
        reason = f": {revision.reason}" if revision.reason else ""
        when = revision.created_utc[:10]
        yield "approved", f"revision {revision.number}, {when}{reason}"
    yield "candidate", outcome.candidate
    yield "message", outcome.message
    yield from _resources(*sheet.resources)


def _resources(
    obtained: Resources | None, reference: Resources | None
) -> Iterator[tuple[str, str]]:
    if obtained is None:
        return
    ours = _spent(obtained)
    theirs = _spent(reference) if reference else {}
    for name, text in ours.items():
        was = f", reference {theirs[name]}" if name in theirs else ""
        yield name, f"{text}{was}"


def _spent(cost: Resources) -> dict[str, str]:
    return {
        "wall time": f"{cost.wall_s:.1f} s",
        "processor time": f"{cost.cpu_s:.1f} s",
        "peak memory": f"{cost.peak_rss_bytes / _MEBIBYTE:.0f} MiB",
        "steps": str(cost.steps),
    }


def _curves(sheet: Sheet) -> tuple[tuple[Drawn, ...], str]:
    """Draw the traces that part first, and name those that are too many."""
    is_failed = status_of(sheet.outcome) is Status.FAILED
    most = MOST_CURVES * 3 if is_failed else MOST_CURVES
    ranked = sorted(sheet.curves, key=_urgency)
    drawn = [
        plot for curve in ranked[:most] for plot in _drawn(curve, is_failed=is_failed)
    ]
    names = [curve.name for curve in ranked[most:]]
    more = len(names) - MOST_NAMES
    listed = ", ".join(names[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
    return tuple(drawn), listed


def _urgency(curve: Curve) -> tuple[bool, int, str]:
    return curve.parted is None, curve.parted or 0, curve.name


def _drawn(curve: Curve, *, is_failed: bool) -> Iterator[Drawn]:
    """Draw a trace; and how far it is away, where that is judged or wanted."""
    is_wanted = is_failed or bool(curve.allowed)
    seed = "" if curve.seed is None else f", seed {curve.seed}"
    for kind, heading, plot in (
        ("", f"{curve.name}{seed}", draw_curve(curve)),
        (
            "low",
            f"{curve.name}, distance to the reference",
            draw_deviation(curve) if is_wanted else None,
        ),
    ):
        if plot is not None:
            yield heading, plot, kind


def _seeds(sheet: Sheet) -> Iterator[Drawn]:
    for dots in sheet.dots:
        plot = draw_dots(dots)
        if plot is not None:
            broken = f", {dots.broken} not finite" if dots.broken else ""
            yield f"{dots.name}  {dots.tolerance}{broken}", plot, "dots"


def _metric(gap: MetricGap) -> tuple[str, ...]:
    obtained = gap.obtained.decimal if gap.obtained else "–"
    reference = gap.reference.decimal if gap.reference else "–"
    if gap.obtained == gap.reference:
        return (gap.name, obtained, reference, "same bits", "")
    absolute = "" if gap.absolute is None else f"{gap.absolute:+.3g}"
    relative = "" if gap.relative is None else f"{gap.relative:+.3%}"
    minus = {"-": "−"}
    table = str.maketrans(minus)
    return (
        gap.name,
        obtained,
        reference,
        absolute.translate(table),
        relative.translate(table),
    )


def _groups(
    found: tuple[Circumstance, ...],
) -> tuple[tuple[str, str, tuple[Circumstance, ...]], ...]:
    why = {suspect.name: suspect.why for suspect in SUSPECTS}
    return tuple(
        (name, why[name], tuple(map(_shortened, group)))
        for name, group in groupby(found, key=lambda one: one.suspect)
    )


def _shortened(one: Circumstance) -> Circumstance:
    return Circumstance(
        suspect=one.suspect,
        fact=one.fact,
        obtained=brief(one.obtained),
        reference=brief(one.reference),
    )


def _depends(card: Scorecard | None) -> str:
    if card is None:
        return ""
    if not card.is_steady:
        return "the same run gives other bits each time: nothing more can be told"
    axes = ", ".join(card.axes(*DEPENDS)) or "nothing that was varied"
    still = f"; held still: {', '.join(card.still)}" if card.still else ""
    return f"{axes}{still}"


def _effects(card: Scorecard | None) -> Iterator[tuple[str, str, str, str]]:
    """Tell the worst first; what did nothing needs no reason."""
    order = list(Standing)
    found = card.effects if card else ()
    for one in sorted(found, key=lambda one: -order.index(one.standing)):
        reason = one.verdict.reason if one.standing in DEPENDS else ""
        why = "\n".join(filter(None, (reason, one.note)))
        yield (
            " + ".join(one.variations),
            one.standing.value,
            _STANDINGS[one.standing],
            why,
        )
