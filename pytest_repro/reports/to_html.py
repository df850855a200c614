"""The report as one HTML file: what needs somebody first, then every experiment.

The page holds all that it shows and loads nothing, see `pages`. Sheets are rendered as
they come, one at a time, so that no more than one experiment's records are in memory.
Everything works without the script; that adds a filter and buttons to copy commands.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from pytest_repro.records import Action, Outcome, Rung, Session
from pytest_repro.reports.changes import Changes
from pytest_repro.reports.pages import render, render_page
from pytest_repro.reports.sheet_view import view_of
from pytest_repro.reports.sheets import Sheet
from pytest_repro.reports.summary import (
    IDLE,
    Status,
    count_statuses,
    counted,
    duration_text,
    noun_of,
    status_of,
)

__all__ = ["report_html"]

MOST_CHANGES: Final = 12
WHOLE: Final = 1000
"""The width of the bar of rungs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bar:
    kind: str
    start: int
    width: int


def report_html(session: Session, sheets: Iterable[Sheet]) -> bytes:
    """Write a session as a page.

    Args:
        session: What happened.
        sheets: One for each outcome, in the order in which they are shown.

    Returns:
        The file; equal sessions and sheets give equal bytes.
    """
    changes = Changes()
    rendered = []
    for sheet in sheets:
        changes.add(sheet.circumstances)
        rendered.append(render("sheet.html", view=view_of(sheet)))
    found = changes.ranked()
    return render_page(
        "report",
        session=session,
        title=_title(session),
        headline=_headline(session),
        lead=_lead(session),
        rungs=_rungs(session),
        bars=_bars(session),
        costs=_costs(session),
        changes=found[:MOST_CHANGES],
        more_changes=max(0, len(found) - MOST_CHANGES),
        statuses=_statuses(session),
        sheets=rendered,
    )


def _title(session: Session) -> str:
    told = ", ".join(f"{count} {status}" for status, count in _statuses(session))
    return f"{told or 'nothing compared'} · reproducibility"


def _headline(session: Session) -> str:
    counts = count_statuses(session)
    failed, passed = counts[Status.FAILED], counts[Status.PASSED]
    noun = noun_of(session)
    if failed:
        judged = failed + passed
        verb = "does" if failed == 1 else "do"
        return f"{failed} of {counted(judged, noun)} {verb} not hold"
    if any(problem.is_fatal for problem in session.problems):
        return "The session has a problem"
    if passed:
        is_one = passed == 1
        return f"The {noun} holds" if is_one else f"All {passed} {noun}s hold"
    if any(one.action is Action.UNCHANGED for one in session.outcomes):
        return "Nothing that was read has changed"
    return "Nothing was compared"


def _lead(session: Session) -> str:
    counts = count_statuses(session)
    others = (
        Status.UPDATED,
        Status.RECORDED,
        Status.SKIPPED,
        Status.UNCHANGED,
    )
    told = [f"{counts[one]} {one.value.lower()}" for one in others if counts[one]]
    words = []
    if counts[Status.FAILED] == 1:
        words.append("It stands first, with what parted and what to type next.")
    elif counts[Status.FAILED]:
        words.append("They stand first, each with what parted and what to type next.")
    words += [f"Also {', '.join(told)}."] if told else []
    return " ".join(words)


def _statuses(session: Session) -> list[tuple[str, int]]:
    counts = count_statuses(session)
    order = (
        Status.FAILED,
        Status.UPDATED,
        Status.RECORDED,
        Status.SKIPPED,
        Status.UNCHANGED,
        Status.PASSED,
    )
    return [(one.value.lower(), counts[one]) for one in order if counts[one]]


def _rungs(session: Session) -> list[tuple[Rung, int, int]]:
    """Count at each rung what passed and what failed there."""
    return [(rung, *_at(rung, _compared(session))) for rung in Rung]


def _compared(session: Session) -> list[Outcome]:
    return [one for one in session.outcomes if one.action is Action.COMPARED]


def _at(rung: Rung, outcomes: Iterable[Outcome]) -> tuple[int, int]:
    found = [status_of(one) for one in outcomes if one.verdict.rung is rung]
    return found.count(Status.PASSED), found.count(Status.FAILED)


def _bars(session: Session) -> list[_Bar]:
    outcomes = _compared(session)
    counts: Mapping[Rung, int] = {
        rung: sum(_at(rung, outcomes)) for rung in Rung if sum(_at(rung, outcomes))
    }
    bars, start = [], 0
    for rung, count in counts.items():
        end = start + count
        left, right = (round(WHOLE * at / len(outcomes)) for at in (start, end))
        bars.append(_Bar(kind=rung.value, start=left, width=right - left))
        start = end
    return bars


def _costs(session: Session) -> list[tuple[str, str]]:
    ran = [one for one in session.outcomes if one.action not in IDLE]
    seeds = sum(len(one.seeds) for one in ran)
    allowed = sum(one.seeds_allowed for one in ran)
    runs = sum(one.wall_s for one in ran)
    return [
        ("the session", duration_text(session.wall_s)),
        ("its runs together", duration_text(runs)),
        ("seeds run of those allowed", f"{seeds} of {allowed}"),
    ]
