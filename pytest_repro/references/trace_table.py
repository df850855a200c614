"""`trace.tsv`: the anchor's traces, one number a line.

After the title, one line declares each series (name, dtype, count, stride, head); then
come the rows, sorted by metric and step::

    #pytest-repro/trace/1
    #series  train/loss  float32  400  1  rolling-sha256-v1:9f3c…
    metric  step  order  decimal  bits  chain  envelope
    train/loss  0  0  2.3025851  40135d8e  7b7fb7dd8ee8beba  2.4e-07

`envelope` is how far rounding-sized perturbations carried the metric by that step, in
its own unit; ``-`` in every row of a series for which that was not measured.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from pytest_repro.digests import parse_digest
from pytest_repro.records import Series
from pytest_repro.references.cells import (
    MISSING,
    check_names,
    first_unequal,
    is_increasing,
    read_bound,
    read_integer,
    read_integers,
    write_bound,
)
from pytest_repro.references.decimals import check_bits, decimals
from pytest_repro.references.tables import (
    MAX_ROWS,
    Table,
    blocks_of,
    columns_of,
    read_lines,
    write_lines,
)
from pytest_repro.references.thinning import kept_count, thin_to_fit

__all__ = ["MAX_SERIES", "check_series", "fit_series", "read_trace", "write_trace"]

TITLE: Final = "#pytest-repro/trace/1"
COLUMNS: Final = ("metric", "step", "order", "decimal", "bits", "chain", "envelope")
DECLARATION: Final = "#series"
MAX_SERIES: Final = 256
MAX_NUMBER: Final = 2**63 - 1

_CHAIN: Final = 16
_DECLARED: Final = 6
_HEX: Final = re.compile("[0-9a-f]*")
_LEAST_CELLS: Final = len("\t0\t0\t0\t\t0123456789abcdef\t-\n")


def write_trace(series: Sequence[Series]) -> bytes:
    """Write the traces.

    Args:
        series: What `check_series` accepts.

    Returns:
        The bytes of the file.
    """
    declared = [
        (DECLARATION, one.name, one.dtype, str(one.count), str(one.stride), one.head)
        for one in series
    ]
    rows = [row for one in series for row in _rows(one)]
    return write_lines(TITLE, [*declared, COLUMNS, *rows])


def fit_series(series: Sequence[Series], max_bytes: int | None) -> tuple[Series, ...]:
    """Thin series until their file is small enough.

    Args:
        series: The series.
        max_bytes: The largest file wanted [bytes]; None for any, up to a million rows.

    Returns:
        The series, as dense as fits.
    """

    def fits(tried: Sequence[Series]) -> bool:
        if sum(len(one.steps) for one in tried) > MAX_ROWS:
            return False
        if max_bytes is None:
            return True
        # Decimals are slow to compute, so what is hopeless is not written at all.
        if sum(_least_bytes(one) for one in tried) > max_bytes:
            return False
        return len(write_trace(tried)) <= max_bytes

    return thin_to_fit(series, fits)


def read_trace(data: bytes) -> tuple[Series, ...]:
    """Read the traces strictly.

    Args:
        data: The bytes of the file.

    Returns:
        The series, sorted by name.

    Raises:
        FutureFormat: If a later version wrote it.
        ValueError: If it is not exactly what `write_trace` could have written.
    """
    lines = read_lines(data, TITLE)
    header = "\t".join(COLUMNS)
    if header not in lines[: MAX_SERIES + 1]:
        msg = f"the header line {header!r} is missing"
        raise ValueError(msg)
    start = lines.index(header)
    declared = columns_of(lines[:start], _DECLARED, first_line=2)
    check_names(declared[1], limit=MAX_SERIES)
    rows = lines[start + 1 :]
    series = []
    for declaration in zip(*declared, strict=True):
        one = _declare(declaration)
        size = kept_count(one.count, one.stride)
        series.append(_fill(one, rows[:size], first_line=len(lines) - len(rows) + 2))
        del rows[:size]
    if rows:
        msg = f"{len(rows)} rows belong to no declared series"
        raise ValueError(msg)
    check_series(series)
    return tuple(series)


def check_series(series: Sequence[Series]) -> None:
    """Check what no file may contradict.

    Args:
        series: All series of a record.

    Raises:
        ValueError: If names repeat or are unsorted, points are out of order or not
            those that the stride keeps, or a cell is malformed.
    """
    check_names([one.name for one in series], limit=MAX_SERIES)
    for one in series:
        try:
            _check_points(one)
        except ValueError as error:
            msg = f"series {one.name!r}: {error}"
            raise ValueError(msg) from error


def _rows(series: Series) -> Iterator[tuple[str, ...]]:
    texts = decimals(series.dtype, series.bits)
    bounds = [write_bound(bound) for bound in series.envelope]
    points = zip(
        map(str, series.steps),
        map(str, series.orders),
        texts,
        series.bits,
        series.chains,
        bounds or [MISSING] * len(texts),
        strict=True,
    )
    for point in points:
        yield series.name, *point


def _least_bytes(series: Series) -> int:
    width = len(series.bits[0]) if series.bits else 0
    return len(series.steps) * (len(series.name.encode()) + width + _LEAST_CELLS)


def _declare(declaration: Sequence[str]) -> Series:
    marker, name, dtype, count, stride, head = declaration
    if marker != DECLARATION:
        msg = f"{marker[:40]!a} stands where a series is declared"
        raise ValueError(msg)
    series = Series(
        name=name,
        dtype=dtype,
        count=read_integer(count),
        stride=read_integer(stride),
        steps=(),
        bits=(),
        orders=(),
        chains=(),
        head=parse_digest(head),
    )
    _check_size(series)
    return series


def _fill(series: Series, lines: Sequence[str], *, first_line: int) -> Series:
    steps: list[int] = []
    orders: list[int] = []
    bits: list[str] = []
    chains: list[str] = []
    envelope: list[str] = []
    for block in blocks_of(lines, len(COLUMNS), first_line=first_line):
        _check_block(series, block)
        steps += read_integers(block[1])
        orders += read_integers(block[2])
        bits += block[4]
        chains += block[5]
        envelope += block[6]
    return replace(
        series,
        steps=tuple(steps),
        bits=tuple(bits),
        orders=tuple(orders),
        chains=tuple(chains),
        envelope=_read_envelope(series.name, envelope),
    )


def _read_envelope(name: str, cells: Sequence[str]) -> tuple[float, ...]:
    if all(cell == MISSING for cell in cells):
        return ()
    if MISSING in cells:
        msg = f"the envelope of series {name!r} has gaps"
        raise ValueError(msg)
    return tuple(map(read_bound, cells))


def _check_block(series: Series, block: Table) -> None:
    metrics, steps, _, texts, bits, _, _ = block
    if set(metrics) != {series.name}:
        msg = f"a row of series {series.name!r} is missing, added or out of order"
        raise ValueError(msg)
    check_bits(series.dtype, bits)
    said = decimals(series.dtype, bits)
    index = first_unequal(tuple(said), texts)
    if index is not None:
        msg = (
            f"{series.name!r} step {steps[index]}: bits {bits[index]} say "
            f"{said[index]}, the decimal beside them {texts[index]!a}"
        )
        raise ValueError(msg)


def _check_size(series: Series) -> None:
    if not (0 <= series.count <= MAX_NUMBER and 1 <= series.stride <= MAX_NUMBER):
        msg = f"{series.name!r} has no {series.count} points of stride {series.stride}"
        raise ValueError(msg)


def _check_points(series: Series) -> None:
    _check_size(series)
    lengths = {
        len(series.steps),
        len(series.bits),
        len(series.orders),
        len(series.chains),
        kept_count(series.count, series.stride),
    }
    if len(lengths) != 1:
        msg = f"columns do not all have the length that its stride keeps: {lengths}"
        raise ValueError(msg)
    _check_envelope(series)
    check_bits(series.dtype, series.bits)
    parse_digest(series.head)
    for what, numbers in (("steps", series.steps), ("orders", series.orders)):
        if min(numbers, default=0) < 0 or max(numbers, default=0) > MAX_NUMBER:
            msg = f"{what} lie in [0, 2**63)"
            raise ValueError(msg)
    if not is_increasing(series.steps):
        msg = "steps do not strictly increase"
        raise ValueError(msg)
    joined = "".join(series.chains)
    if set(map(len, series.chains)) - {_CHAIN} or not _HEX.fullmatch(joined):
        msg = "a chain is not 16 lower-case hexadecimal characters"
        raise ValueError(msg)


def _check_envelope(series: Series) -> None:
    if not series.envelope:
        return
    for bound in series.envelope:
        write_bound(bound)
    is_falling = any(one > other for one, other in pairwise(series.envelope))
    if len(series.envelope) != len(series.steps) or is_falling:
        msg = "an envelope has one bound for each kept point, and never falls"
        raise ValueError(msg)
