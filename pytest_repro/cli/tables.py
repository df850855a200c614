"""Aligned plain text: tables, pairs of label and text, and paragraphs.

Columns are measured in terminal cells, so a wide or combining character in a metric's
name does not push the next column away. Nothing here knows what it lays out.
"""

import textwrap
from collections.abc import Sequence
from itertools import zip_longest
from typing import Final

from rich.cells import cell_len

__all__ = ["WIDTH", "fields", "paragraph", "table"]

WIDTH: Final = 80
"""Where text is wrapped; the same on every terminal, so that output can be compared."""

GAP: Final = "  "

LEAST: Final = 24
"""Cells that a text has beside its label; where it had fewer, it stands below."""


def table(
    head: Sequence[str], rows: Sequence[Sequence[str]], *, left: int = 1
) -> tuple[str, ...]:
    """Lay out rows under a head.

    Args:
        head: The titles.
        rows: The cells, as many as titles.
        left: How many of the first columns stand to the left; the others, being
            numbers, to the right.

    Returns:
        The lines; none without a row.
    """
    if not rows:
        return ()
    lines = [head, *rows]
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    return tuple(f"{GAP}{_join(cells, widths, left)}".rstrip() for cells in lines)


def fields(
    pairs: Sequence[tuple[str, str | Sequence[str]]], *, indent: int = 2
) -> tuple[str, ...]:
    """Lay out labels with their texts, wrapped, all texts starting in one column.

    A label that leaves no room beside it, such as a long node id, has a line of its
    own, and its texts stand below.

    Args:
        pairs: Labels, and a text or several; a label without a text is left out.
        indent: Blanks before each line.

    Returns:
        The lines.
    """
    whole = [
        (label, [text] if isinstance(text, str) else list(text))
        for label, text in pairs
        if text
    ]
    most = WIDTH - indent - len(GAP) - LEAST
    sizes = [size for label, _ in whole if (size := cell_len(label)) <= most]
    column = max(sizes, default=len(GAP))
    start = indent + column + len(GAP)
    lines: list[str] = []
    for label, texts in whole:
        wrapped = [line for text in texts for line in _wrap(text, WIDTH - start)]
        if cell_len(label) > most:
            wrapped.insert(0, "")
        labels = zip_longest([label], wrapped, fillvalue="")
        lines += [f"{' ' * indent}{_left(a, column)}{GAP}{b}" for a, b in labels]
    return tuple(line.rstrip() for line in lines)


def paragraph(text: str, *, indent: int = 2) -> tuple[str, ...]:
    """Wrap a text; its own line breaks stay.

    Args:
        text: The text.
        indent: Blanks before each line.

    Returns:
        The lines.
    """
    return tuple(
        f"{' ' * indent}{line}"
        for part in text.splitlines()
        for line in _wrap(part, WIDTH - indent)
    )


def _join(cells: Sequence[str], widths: Sequence[int], left: int) -> str:
    pairs = list(zip(cells, widths, strict=True))
    return GAP.join(
        [
            *(_left(cell, width) for cell, width in pairs[:left]),
            *(_right(cell, width) for cell, width in pairs[left:]),
        ]
    )


def _left(cell: str, width: int) -> str:
    return cell + " " * (width - cell_len(cell))


def _right(cell: str, width: int) -> str:
    return " " * (width - cell_len(cell)) + cell


def _wrap(text: str, width: int) -> list[str]:
    """Wrap at blanks only: a path or a node id must stay whole to be copied."""
    return textwrap.wrap(
        text, width, break_long_words=False, break_on_hyphens=False
    ) or [""]
