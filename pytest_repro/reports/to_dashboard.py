"""The dashboard as one HTML file, in the dress of the report.

It loads nothing and works without its script, which adds a filter. See `pages`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pytest_repro.records import Rung
from pytest_repro.reports.dashboard import Board
from pytest_repro.reports.matrices import Matrix
from pytest_repro.reports.pages import render_page
from pytest_repro.reports.summary import counted, duration_text
from pytest_repro.reports.svg import number
from pytest_repro.reports.tally_text import (
    commits_text,
    day_text,
    interval_text,
    memory_text,
    percent,
    time_text,
    use_text,
)
from pytest_repro.reports.to_matrix_html import matrix_section
from pytest_repro.reports.trends import Tally
from pytest_repro.verdicts.rates import Rate

__all__ = ["dashboard_html"]

WHOLE: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bar:
    kind: str
    start: int
    width: int


def dashboard_html(board: Board, matrix: Matrix | None = None) -> bytes:
    """Write a history as a page.

    Args:
        board: What it shows.
        matrix: Who reproduces whom, below it; None for no such section.

    Returns:
        The file; equal boards give equal bytes.
    """
    return render_page(
        "dashboard",
        dress="report",
        board=board,
        whom="" if matrix is None else matrix_section(matrix),
        title=f"{_headline(board)} · history",
        headline=_headline(board),
        lead=_lead(board),
        share=percent(board.whole.held.share),
        interval=interval_text(board.whole.held),
        bars=_bars(board.whole),
        rungs=_rungs(board.whole),
        costs=_costs(board.whole),
        most=max((count for _, count in board.whole.causes), default=1),
        whole=WHOLE,
        day=day_text,
        number=number,
        percent=percent,
        interval_of=interval_text,
        time=time_text,
        commits=commits_text,
    )


def _headline(board: Board) -> str:
    total = len(board.entries)
    failing = sum(not entry.passed for entry in board.entries)
    if not total:
        return "Nothing was observed yet"
    if failing:
        verb = "does" if failing == 1 else "do"
        return f"{failing} of {counted(total, 'experiment')} {verb} not hold everywhere"
    return "The experiment holds" if total == 1 else f"All {total} hold everywhere"


def _lead(board: Board) -> str:
    last = board.whole.last
    if last is None:
        return "Each session of pytest --repro adds to the history."
    return (
        f"{counted(board.whole.held.total, 'comparison')} in "
        f"{counted(len(board.keys), 'environment')}, {day_text(board.whole.first_utc)} "
        f"to {day_text(last.observed_utc)}."
    )


def _rungs(whole: Tally) -> list[tuple[Rung, int, str]]:
    found: Mapping[Rung, Rate] = dict(whole.rungs)
    nothing = Rate(count=0, total=whole.held.total)
    rates = [(rung, found.get(rung, nothing)) for rung in Rung]
    return [(rung, rate.count, percent(rate.share)) for rung, rate in rates]


def _bars(whole: Tally) -> list[_Bar]:
    """Cut the bar without a gap, whatever rounding does."""
    bars, seen, total = [], 0, max(whole.held.total, 1)
    for rung, rate in whole.rungs:
        start, end = WHOLE * seen // total, WHOLE * (seen + rate.count) // total
        bars.append(_Bar(kind=rung.value, start=start, width=end - start))
        seen += rate.count
    return bars


def _costs(whole: Tally) -> list[tuple[str, str]]:
    return [
        ("median time to a verdict", time_text(whole.typical_s)),
        ("nine in ten within", time_text(whole.slow_s)),
        ("worker time in all", duration_text(whole.wall_s)),
        ("seeds run of those allowed", _of(whole.seeds, whole.seeds_allowed)),
        ("processor", use_text(whole).removesuffix(" of one core")),
        ("largest memory", memory_text(whole).removesuffix(" at most")),
    ]


def _of(count: int, total: int) -> str:
    """Write large counts so that they can be read: in groups of three digits."""
    return f"{count:,} of {total:,}".replace(",", "\u202f")
