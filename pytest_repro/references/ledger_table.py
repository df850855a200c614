"""`ledger.tsv`: the anchor's step ledger, lane by lane; a record may lack it.

After the title, one line declares each lane with its number of rows; then come the rows
of all lanes, in that order::

    #pytest-repro/ledger/1
    #lane  data/batch  400
    step  order  digest
    0  11  c8f45b8f1807bdeb

What came before step 0 has the step ``-1``. The digests explain a divergence and never
decide one, so a reference keeps only as many as are small enough to commit.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from pytest_repro.records import BEFORE, Lane
from pytest_repro.references.cells import (
    check_names,
    is_increasing,
    read_integer,
    read_integers,
)
from pytest_repro.references.tables import (
    MAX_ROWS,
    columns_of,
    read_lines,
    write_lines,
)

__all__ = ["MAX_LANES", "check_ledger", "fit_ledger", "read_ledger", "write_ledger"]

TITLE: Final = "#pytest-repro/ledger/1"
COLUMNS: Final = ("step", "order", "digest")
DECLARATION: Final = "#lane"
MAX_LANES: Final = 256
MAX_NUMBER: Final = 2**63 - 1
LEAST_ROWS: Final = 2

_DECLARED: Final = 3
_DIGEST: Final = 16
_HEX: Final = re.compile("[0-9a-f]*")


def write_ledger(lanes: Sequence[Lane]) -> bytes:
    """Write a ledger.

    Args:
        lanes: What `check_ledger` accepts.

    Returns:
        The bytes of the file.
    """
    declared = [(DECLARATION, one.name, str(len(one.steps))) for one in lanes]
    rows = [row for one in lanes for row in _rows(one)]
    return write_lines(TITLE, [*declared, COLUMNS, *rows])


def fit_ledger(lanes: Sequence[Lane], max_bytes: int | None) -> tuple[Lane, ...]:
    """Thin lanes until their file is small enough; odd multiples go first.

    All lanes are held to one greatest number of rows, so that a short one (evaluations)
    is not thinned because a long one is. Strides are powers of two: two ledgers that
    were thinned differently still share steps.

    Args:
        lanes: The lanes.
        max_bytes: The largest file wanted [bytes]; None for any, up to a million rows.

    Returns:
        The lanes, as dense as fits; the first and the last row of each at worst.
    """
    tried = tuple(lanes)
    most = max((len(one.steps) for one in lanes), default=0)
    while most > LEAST_ROWS and not _fits(tried, max_bytes):
        most = max(LEAST_ROWS, most // 2)
        tried = tuple(_limit(one, most) for one in lanes)
    return tried


def read_ledger(data: bytes) -> tuple[Lane, ...]:
    """Read a ledger strictly.

    Args:
        data: The bytes of the file.

    Returns:
        The lanes, sorted by name.

    Raises:
        FutureFormat: If a later version wrote it.
        ValueError: If it is not exactly what `write_ledger` could have written.
    """
    lines = read_lines(data, TITLE)
    header = "\t".join(COLUMNS)
    if header not in lines[: MAX_LANES + 1]:
        msg = f"the header line {header!r} is missing"
        raise ValueError(msg)
    start = lines.index(header)
    markers, names, counts = columns_of(lines[:start], _DECLARED, first_line=2)
    if set(markers) != {DECLARATION}:
        msg = f"no lane is declared, or with another word than {DECLARATION}"
        raise ValueError(msg)
    steps, orders, digests = columns_of(
        lines[start + 1 :], len(COLUMNS), first_line=start + 3
    )
    numbers, places = read_integers(steps), read_integers(orders)
    lanes = []
    end = 0
    for name, count in zip(names, counts, strict=True):
        first, end = end, end + read_integer(count)
        lanes.append(
            Lane(
                name=name,
                steps=numbers[first:end],
                orders=places[first:end],
                digests=digests[first:end],
            )
        )
        if len(lanes[-1].steps) != int(count):
            msg = f"lane {name!r} has not the {count} rows that are declared"
            raise ValueError(msg)
    if end != len(numbers):
        msg = f"{len(numbers) - end} rows belong to no declared lane"
        raise ValueError(msg)
    check_ledger(lanes)
    return tuple(lanes)


def check_ledger(lanes: Sequence[Lane]) -> None:
    """Check what no file may contradict.

    Args:
        lanes: All lanes of a record, at least one.

    Raises:
        ValueError: If names repeat or are unsorted, rows are out of order, or a cell
            is malformed.
    """
    check_names([one.name for one in lanes], limit=MAX_LANES)
    for one in lanes:
        try:
            _check_rows(one)
        except ValueError as error:
            msg = f"lane {one.name!r}: {error}"
            raise ValueError(msg) from error


def _rows(lane: Lane) -> Iterator[tuple[str, ...]]:
    yield from zip(
        map(str, lane.steps), map(str, lane.orders), lane.digests, strict=True
    )


def _fits(lanes: Sequence[Lane], max_bytes: int | None) -> bool:
    if sum(len(one.steps) for one in lanes) > MAX_ROWS:
        return False
    return max_bytes is None or len(write_ledger(lanes)) <= max_bytes


def _limit(lane: Lane, most: int) -> Lane:
    """Keep at most so many rows, by the least stride that does."""
    stride, kept = 1, list(range(len(lane.steps)))
    while len(kept) > most and stride <= lane.steps[-1]:
        stride *= 2
        kept = [index for index, step in enumerate(lane.steps) if step % stride == 0]
        # What came before the first step, and the end, are multiples of nothing.
        kept = sorted({0, *kept, len(lane.steps) - 1})
    return Lane(
        name=lane.name,
        steps=tuple(lane.steps[index] for index in kept),
        orders=tuple(lane.orders[index] for index in kept),
        digests=tuple(lane.digests[index] for index in kept),
    )


def _check_rows(lane: Lane) -> None:
    if not len(lane.steps) == len(lane.orders) == len(lane.digests) > 0:
        msg = "columns have no rows, or not equally many"
        raise ValueError(msg)
    for what, numbers, least in (
        ("steps", lane.steps, BEFORE),
        ("orders", lane.orders, 0),
    ):
        if not is_increasing(numbers) or numbers[0] < least or numbers[-1] > MAX_NUMBER:
            msg = f"{what} strictly increase in [{least}, 2**63)"
            raise ValueError(msg)
    if set(map(len, lane.digests)) != {_DIGEST} or not _HEX.fullmatch(
        "".join(lane.digests)
    ):
        msg = "a digest is not 16 lower-case hexadecimal characters"
        raise ValueError(msg)
