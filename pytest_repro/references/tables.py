"""Tab-separated tables: a title line, columns, rows; one value, one line, one diff.

Tables are text because a person reviews them, and strict because a machine compares
them: UTF-8, LF, a final newline, exact widths, and nothing that a reader would have
to guess. What a column means is said by the table that has it.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Never

from pytest_repro.errors import FutureFormat

__all__ = ["MAX_ROWS", "Table", "blocks_of", "columns_of", "read_lines", "write_lines"]

MAX_ROWS: Final = 1_000_000
MAX_LINES: Final = MAX_ROWS + 1024

Table = tuple[tuple[str, ...], ...]
"""Columns of equal length."""

_BLOCK: Final = 1 << 15


def write_lines(title: str, rows: Iterable[Sequence[str]]) -> bytes:
    """Write a table.

    Args:
        title: Such as ``#pytest-repro/trace/1``.
        rows: The cells of each further line.

    Returns:
        UTF-8 bytes; each line ends in LF.
    """
    lines = [title, *map("\t".join, rows), ""]
    return "\n".join(lines).encode()


def read_lines(data: bytes, title: str) -> list[str]:
    """Split a table into its lines, without the title.

    Args:
        data: The bytes of the whole file.
        title: What the first line must be.

    Returns:
        Every further line, without its LF.

    Raises:
        FutureFormat: If the title names a later version.
        ValueError: If the bytes are no such table.
    """
    if not data.endswith(b"\n"):
        msg = "the final newline is missing"
        raise ValueError(msg)
    if b"\r" in data:
        msg = "a carriage return stands where only line feeds may"
        raise ValueError(msg)
    title_line, *lines = data.decode("utf-8").split("\n")
    lines.pop()
    _check_title(title_line, title)
    if len(lines) > MAX_LINES:
        msg = f"{len(lines)} lines are over the limit of {MAX_LINES}"
        raise ValueError(msg)
    return lines


def blocks_of(lines: Sequence[str], width: int, *, first_line: int) -> Iterator[Table]:
    """Turn rows into columns, block by block, so that memory stays warm.

    Args:
        lines: The rows.
        width: How many cells each has.
        first_line: The line number of the first row, for messages.

    Yields:
        The columns of some rows; together, in order, those of all rows.

    Raises:
        ValueError: If a row has another width.
    """
    for start in range(0, len(lines), _BLOCK):
        rows = lines[start : start + _BLOCK]
        # One split for the whole block; a line feed of its own marks each row's end.
        cells = "\t\n\t".join(rows).split("\t")
        whole = len(rows) * (width + 1) - 1
        if (
            len(cells) != whole
            or cells[width :: width + 1].count("\n") != len(rows) - 1
        ):
            _refuse_width(rows, width, first_line + start)
        yield tuple(tuple(cells[index :: width + 1]) for index in range(width))


def columns_of(lines: Sequence[str], width: int, *, first_line: int) -> Table:
    """Turn the rows of a small table into columns at once.

    Args:
        lines: The rows.
        width: How many cells each has.
        first_line: The line number of the first row, for messages.

    Returns:
        The columns; all empty if there are no rows.

    Raises:
        ValueError: If a row has another width.
    """
    blocks = list(blocks_of(lines, width, first_line=first_line))
    return tuple(
        tuple(cell for block in blocks for cell in block[index])
        for index in range(width)
    )


def _refuse_width(rows: Sequence[str], width: int, first_line: int) -> Never:
    widths = [row.count("\t") + 1 for row in rows]
    index = next(index for index, found in enumerate(widths) if found != width)
    msg = f"line {first_line + index} has {widths[index]} cells instead of {width}"
    raise ValueError(msg)


def _check_title(line: str, title: str) -> None:
    if line == title:
        return
    kind, _, version = title.rpartition("/")
    head, _, found = line.rpartition("/")
    is_number = found.isascii() and found.isdigit() and found[:1] != "0"
    if head == kind and is_number and int(found[:9]) > int(version):
        msg = f"version {found[:9]} of the table, this is a reader of {version}"
        raise FutureFormat(msg)
    msg = f"the first line is {line[:80]!a} instead of {title!r}"
    raise ValueError(msg)
