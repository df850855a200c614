"""Numbers of an evaluation, one for each sample, from a tab-separated table.

The first line names the columns: ``id`` and one metric or several. What a model gave
for each sample is what an audit of slices needs; an average is too late.
"""

import math
from typing import Final, Never

from pytest_repro.errors import ManifestError

__all__ = ["read_metrics"]

KEY: Final = "id"


def read_metrics(data: bytes, *, path: str = "metrics") -> dict[str, dict[str, float]]:
    """Read numbers by metric and sample.

    Args:
        data: The bytes of the table.
        path: The file, as it should be shown.

    Returns:
        For each metric a number by id; empty cells are left out.

    Raises:
        ManifestError: If it is no such table, with line and column.
    """
    try:
        lines = data.decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        _refuse(path, data.count(b"\n", 0, error.start) + 1, "", "not UTF-8")
    head = lines[0].split("\t") if lines else [""]
    if head[0] != KEY or len(head) == 1 or len(set(head)) != len(head):
        _refuse(path, 1, "", "the first line is: id, a tab, and the names of metrics")
    found: dict[str, dict[str, float]] = {name: {} for name in head[1:]}
    seen: set[str] = set()
    for line, text in enumerate(lines[1:], 2):
        cells = text.split("\t")
        if len(cells) != len(head):
            _refuse(path, line, "", f"{len(cells)} cells instead of {len(head)}")
        if cells[0] in seen:
            _refuse(path, line, KEY, f"{cells[0]!r} stands here twice")
        seen.add(cells[0])
        for name, cell in zip(head[1:], cells[1:], strict=True):
            if cell:
                found[name][cells[0]] = _number(cell, path, line, name)
    return found


def _number(cell: str, path: str, line: int, column: str) -> float:
    try:
        number = float(cell)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        _refuse(path, line, column, f"a finite number, got {cell[:80]!r}")
    return number


def _refuse(path: str, line: int, column: str, message: str) -> Never:
    where = f"line {line}, column {column}" if column else f"line {line}"
    msg = f"{where}: {message}"
    raise ManifestError(msg, path=path, remedy="mend that line")
