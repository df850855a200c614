"""The replication matrix as Markdown: for a step summary, and for the documentation.

Every name is written so that it cannot act, see `markup`.
"""

from collections.abc import Iterator, Sequence

from pytest_repro.reports.markup import code
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
from pytest_repro.reports.plain import one_line
from pytest_repro.reports.separations import separation_lines

__all__ = ["matrix_markdown"]


def matrix_markdown(matrix: Matrix) -> bytes:
    """Write a matrix as Markdown.

    Args:
        matrix: The matrix.

    Returns:
        The file, in UTF-8; equal matrices give equal bytes.
    """
    lines = [*_witnesses(matrix), "", *_overview(matrix)]
    for square in matrix.squares:
        lines += ["", *_square(matrix, square)]
    return ("\n".join(lines) + "\n").encode("utf-8")


def _witnesses(matrix: Matrix) -> Iterator[str]:
    yield "| witness | is a | named |"
    yield "|---:|---|---|"
    for one in matrix.columns:
        yield f"| {one.number} | {one.kind} | {_code(one.name)} |"


def _overview(matrix: Matrix) -> Iterator[str]:
    numbers = " | ".join(str(one.number) for one in matrix.columns)
    yield "The same letter in a row means the same bits; – has no run."
    yield ""
    yield f"| experiment | {numbers} | comparisons |"
    yield f"|---|{':-:|' * len(matrix.columns)}---|"
    for square in matrix.squares:
        cells = " | ".join(square.group_of(one.number) or "–" for one in matrix.columns)
        yield f"| {_code(square.experiment)} | {cells} | {_counts(square)} |"


def _counts(square: Square) -> str:
    return ", ".join(f"{count} {rung.label}" for rung, count in tally_of(square))


def _square(matrix: Matrix, square: Square) -> Iterator[str]:
    names = {one.number: one.name for one in matrix.columns}
    present = [one for one in matrix.columns if one.number in square.seeds]
    yield f"### {_code(square.experiment)}"
    yield ""
    for place, group in enumerate(square.groups):
        members = ", ".join(_code(names[number]) for number in group)
        yield f"* **{letter_of(place)}**: {members}"
    for line in separation_lines(square, {n: names[n] for n in square.seeds}):
        yield f"* {_code(line)}"
    parties = replicating_parties(matrix, square)
    if parties:
        yield f"* {_code(party_text(parties))}"
    for gap in square.gaps:
        yield f"* {gap.number}: {_code(gap.problem)}"
    if len(square.groups) > 1:
        yield ""
        yield from _table(square, present)
        yield ""
        yield from _reasons(square)


def _table(square: Square, present: Sequence[Column]) -> Iterator[str]:
    yield f"|   | {' | '.join(str(one.number) for one in present)} |"
    yield f"|---|{':-:|' * len(present)}"
    for row in present:
        cells = " | ".join(_cell(square, row.number, one.number) for one in present)
        yield f"| **{row.number}** | {cells} |"


def _cell(square: Square, one: int, other: int) -> str:
    found = square.between(one, other)
    return "" if found is None else f"`{SYMBOLS[found.verdict.rung]}`"


def _reasons(square: Square) -> Iterator[str]:
    first = square.first_group
    told: set[tuple[str, ...]] = set()
    yield "| obtained | reference | rung | why |"
    yield "|---:|---:|---|---|"
    for one in square.comparisons:
        pair = square.group_of(one.obtained), square.group_of(one.reference)
        key = (*sorted(pair), one.verdict.rung.value)
        is_plain = one.verdict.holds and first not in pair
        if pair[0] == pair[1] or key in told or is_plain:
            continue
        told.add(key)
        rung = f"{SYMBOLS[one.verdict.rung]} {one.verdict.rung.label}"
        why = _code(one.verdict.reason)
        yield f"| {one.obtained} | {one.reference} | {rung} | {why} |"


def _code(text: str) -> str:
    return code(one_line(text))
