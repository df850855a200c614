"""The replication matrix as a section of the dashboard: a table, and what it means.

It is static, and every name in it is escaped, see `pages`.
"""

from collections.abc import Mapping

from pytest_repro.reports.matrices import (
    Matrix,
    Square,
    letter_of,
    party_text,
    replicating_parties,
    tally_of,
)
from pytest_repro.reports.pages import render
from pytest_repro.reports.separations import separation_lines

__all__ = ["matrix_section"]


def matrix_section(matrix: Matrix) -> str:
    """Write a matrix as a section of a page.

    Args:
        matrix: The matrix.

    Returns:
        Markup; equal matrices give equal text.
    """
    names = {one.number: one.name for one in matrix.columns}
    return render(
        "matrix.html",
        matrix=matrix,
        squares=[_square(matrix, one, names) for one in matrix.squares],
    )


def _square(
    matrix: Matrix, square: Square, names: Mapping[int, str]
) -> dict[str, object]:
    present = {number: names[number] for number in square.seeds}
    parties = replicating_parties(matrix, square)
    return {
        "experiment": square.experiment,
        "letters": [square.group_of(one.number) for one in matrix.columns],
        "counts": [(rung, count) for rung, count in tally_of(square)],
        "groups": [
            (letter_of(place), ", ".join(names[number] for number in group))
            for place, group in enumerate(square.groups)
        ],
        "lines": [
            *separation_lines(square, present),
            *([party_text(parties)] if parties else []),
            *(f"{names[gap.number]}: {gap.problem}" for gap in square.gaps),
        ],
        "is_apart": len(square.groups) > 1 or bool(square.gaps),
    }
