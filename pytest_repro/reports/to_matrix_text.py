"""The replication matrix as plain text, at most 80 columns wide.

First one line for each experiment, in which witnesses with the same bits have the same
letter. Then for each experiment that is not the same everywhere: who reproduces whom,
what separates the groups, and why where a comparison did not hold.
"""

import textwrap
from collections.abc import Iterator, Sequence
from typing import Final

from pytest_repro.records import Rung
from pytest_repro.reports.matrices import (
    SYMBOLS,
    Column,
    Matrix,
    Square,
    letter_of,
    party_text,
    replicating_parties,
    tally_of,
)
from pytest_repro.reports.separations import separation_lines

__all__ = ["matrix_lines"]

WIDTH: Final = 80
AT_ONCE: Final = 12
"""Columns that stand side by side; more go below."""

NAME: Final = 34
BLANK: Final = "."
SELF: Final = "\\"


def matrix_lines(matrix: Matrix, *, is_whole: bool = False) -> tuple[str, ...]:
    """Write a matrix.

    Args:
        matrix: The matrix.
        is_whole: Whether experiments with the same bits everywhere are laid out too.

    Returns:
        The lines; none if there is nothing.
    """
    if not matrix.squares:
        return ()
    lines = [*_legend(matrix), "", *_overview(matrix)]
    for square in matrix.squares:
        if is_whole or len(square.groups) > 1 or square.gaps:
            lines += ["", *_square(matrix, square)]
    return tuple(line.rstrip() for line in lines)


def _legend(matrix: Matrix) -> Iterator[str]:
    for one in matrix.columns:
        yield from _hang(f"  {one.number:>2}  {one.kind:<11}  ", one.name)


def _overview(matrix: Matrix) -> Iterator[str]:
    yield "  bits: the same letter in a row means the same bits; . has no run"
    for columns in _parts(matrix.columns):
        head = "".join(f"{one.number:>3}" for one in columns)
        yield f"  {'':<{NAME}}{head}"
        for square in matrix.squares:
            cells = (square.group_of(one.number) or BLANK for one in columns)
            row = "".join(f"{cell:>3}" for cell in cells)
            yield f"  {_short(square.experiment):<{NAME}}{row}"


def _short(experiment: str) -> str:
    """Keep the end of a node id, which tells it from others."""
    name = experiment.rpartition("::")[2] or experiment
    return name if len(name) < NAME else f"…{name[-NAME + 2 :]}"


def _parts(columns: Sequence[Column]) -> Iterator[Sequence[Column]]:
    for start in range(0, len(columns), AT_ONCE):
        yield columns[start : start + AT_ONCE]


def _square(matrix: Matrix, square: Square) -> Iterator[str]:
    names = {one.number: one.name for one in matrix.columns}
    own = {number: names[number] for number in square.seeds}
    yield square.experiment
    yield from _hang("  ", _counts(square))
    yield from _table(matrix, square)
    for place, group in enumerate(square.groups):
        members = ", ".join(names[number] for number in group)
        yield from _hang(f"  {letter_of(place):>2}  ", members)
    for line in separation_lines(square, own):
        yield from _hang("  ->  ", line)
    parties = replicating_parties(matrix, square)
    if parties:
        yield from _hang("  ->  ", party_text(parties))
    yield from _reasons(square)
    for gap in square.gaps:
        yield from _hang(f"  {gap.number:>2}  ", gap.problem)


def _counts(square: Square) -> str:
    return ", ".join(
        f"{SYMBOLS[rung]} {rung.label.lower()} {count}"
        for rung, count in tally_of(square)
    )


def _table(matrix: Matrix, square: Square) -> Iterator[str]:
    present = [one for one in matrix.columns if one.number in square.seeds]
    for columns in _parts(present):
        yield "      " + "".join(f"{one.number:>3}" for one in columns)
        for row in present:
            cells = (_cell(square, row.number, one.number) for one in columns)
            yield f"  {row.number:>2}  " + "".join(f"{cell:>3}" for cell in cells)


def _cell(square: Square, one: int, other: int) -> str:
    if one == other:
        return SELF
    found = square.between(one, other)
    return BLANK if found is None else SYMBOLS[found.verdict.rung]


def _reasons(square: Square) -> Iterator[str]:
    """Tell why, once for two groups; of what holds, only against the first witness."""
    told: set[tuple[str, ...]] = set()
    first = square.first_group
    for one in square.comparisons:
        if one.verdict.rung is Rung.IDENTICAL:
            continue
        pair = square.group_of(one.reference), square.group_of(one.obtained)
        key = (*sorted(pair), one.verdict.rung.value)
        if key in told or (one.verdict.holds and first not in pair):
            continue
        told.add(key)
        cause = f" ({one.verdict.cause})" if one.verdict.cause else ""
        text = f"{one.verdict.rung.label}{cause}  {one.verdict.reason}"
        yield from _hang(f"  {one.obtained} of {one.reference}  ", text)


def _hang(head: str, text: str) -> list[str]:
    return textwrap.wrap(
        " ".join(text.split()),
        WIDTH,
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_long_words=False,
        break_on_hyphens=False,
    ) or [head]
