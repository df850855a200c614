"""The drift table: how far a rewrite moves each metric, and all rewrites together.

A person decides by it whether a change may become the reference, so the sum over past
rewrites stands under each move, and a metric that crept past its margin has a line of
its own. As text for a terminal, and as Markdown for a comment on a pull request.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len

from pytest_repro.records import Drift
from pytest_repro.reports.markup import code
from pytest_repro.reports.plain import one_line, shorten_middle
from pytest_repro.verdicts.creeping import Creep

__all__ = [
    "DriftTable",
    "creep_lines",
    "drift_lines",
    "drift_markdown",
    "review_markdown",
]

HEAD: Final = ("metric", "absolute", "relative", "ulp", "envelope", "from step")
NONE: Final = "-"
WIDEST_NAME: Final = 40
MANY: Final = 1_000_000
"""From so many units of the last place on, their order of magnitude suffices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftTable:
    """What is told of a rewrite.

    Attributes:
        moved: How far it moves each metric.
        total: The sum over it and all before.
        rewrites: How many those are.
        creeping: The metrics whose rewrites each passed and whose sum does not.
    """

    moved: tuple[Drift, ...]
    total: tuple[Drift, ...] = ()
    rewrites: int = 1
    creeping: tuple[Creep, ...] = ()


def drift_lines(table: DriftTable) -> list[str]:
    """Write a drift table as text.

    Args:
        table: What moved.

    Returns:
        Lines, indented; one that says so if nothing moved.
    """
    rows = list(_rows(table))
    if not rows:
        return ["  no metric moved"]
    widths = [max(map(cell_len, column)) for column in zip(HEAD, *rows, strict=True)]
    lines = [_line(cells, widths) for cells in (HEAD, *rows)]
    return [*lines, *(f"  {line}" for line in creep_lines(table.creeping))]


def drift_markdown(table: DriftTable) -> str:
    """Write a drift table as Markdown.

    Args:
        table: What moved.

    Returns:
        A table and the warnings under it; one line if nothing moved.
    """
    rows = list(_rows(table))
    if not rows:
        return "No metric moved.\n"
    lines = [
        f"| {' | '.join(HEAD)} |",
        "|---" + "|---:" * (len(HEAD) - 1) + "|",
        *(f"| {' | '.join([code(name), *cells])} |" for name, *cells in rows),
    ]
    if table.creeping:
        lines += ["", *(f"- {code(line)}" for line in creep_lines(table.creeping))]
    return "\n".join(lines) + "\n"


def review_markdown(
    waiting: Sequence[tuple[str, str, DriftTable | str]],
) -> str:
    """Write what waits for review as Markdown, for a comment on a pull request.

    Args:
        waiting: Of each candidate the node id, the environment key, and how far it
            moves, or why it cannot be accepted.

    Returns:
        A heading and a table for each.
    """
    lines = ["## Waiting for review", ""]
    for experiment, key, what in waiting:
        told = drift_markdown(what) if isinstance(what, DriftTable) else _quoted(what)
        lines += [f"### {code(experiment)} on {code(key)}", "", told]
    lines += [f"Look at them with {code('pytest-repro review')}."]
    return "\n".join(lines) + "\n"


def _quoted(reason: str) -> str:
    return "".join(f"{code(line.strip())}\n" for line in reason.splitlines())


def creep_lines(creeping: Sequence[Creep]) -> list[str]:
    """Write the warnings of creeping drift.

    Args:
        creeping: The metrics that crept.

    Returns:
        One line for each.
    """
    return [
        f"creeping drift: {one_line(one.metric)} went from {one.before:.6g} to"
        f" {one.now:.6g} ({one.total:+.3g}) in {one.revisions} rewrites since revision"
        f" {one.since}, each inside {one_line(one.tolerance)}, together not"
        for one in creeping
    ]


def _rows(table: DriftTable) -> Iterator[tuple[str, ...]]:
    """Write a row for each metric that moves now or ever did, with its sum below."""
    moved = {_key(drift): drift for drift in table.moved}
    total = {_key(drift): drift for drift in table.total}
    for key in sorted(moved.keys() | (total.keys() if table.rewrites > 1 else set())):
        name = one_line(key[1]) + (", last step" if key[0] else "")
        shown = shorten_middle(name, WIDEST_NAME)
        if key in moved:
            yield shown, *_cells(moved[key])
        else:
            yield shown, "same", *[NONE] * (len(HEAD) - 2)
        if key in total and table.rewrites > 1:
            yield f"  sum of {table.rewrites} rewrites", *_cells(total[key])


def _key(drift: Drift) -> tuple[bool, str]:
    return drift.first_step is not None, drift.metric


def _cells(drift: Drift) -> tuple[str, ...]:
    return (
        _number(drift.absolute, "+.4g"),
        _number(drift.relative, "+.3%"),
        NONE if drift.ulps is None else _ulps(drift.ulps),
        NONE if drift.envelope is None else _times(drift.envelope),
        NONE if drift.first_step is None else str(drift.first_step),
    )


def _number(value: float, form: str) -> str:
    return "no number" if math.isnan(value) else f"{value:{form}}"


def _ulps(count: int) -> str:
    return f"{count:+d}" if abs(count) < MANY else f"{float(count):+.1e}"


def _times(factor: float) -> str:
    return "never moved" if math.isinf(factor) else f"{factor:.3g} times"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = zip(cells, widths, strict=True)
    name = first[0] + " " * (first[1] - cell_len(first[0]))
    numbers = (" " * (width - cell_len(cell)) + cell for cell, width in rest)
    return f"  {'  '.join([name, *numbers])}".rstrip()
