"""Decimals of a whole column of numbers: `Scalar.decimal`, a million at a time.

A trace has up to a million rows and each decimal is checked against its bits when a
file is read, so both directions go through here. The rule is that of
`pytest_repro.records.Scalar`, and a test holds the two against each other.
"""

import re
import struct
from array import array
from collections.abc import Sequence
from operator import eq
from typing import Final

from pytest_repro.records import Scalar

__all__ = ["check_bits", "decimals"]

_CODES: Final = {"float64": "d", "float32": "f"} | {
    "int64": "q",
    "int32": "i",
    "int16": "h",
    "int8": "b",
    "uint64": "Q",
    "uint32": "I",
    "uint16": "H",
    "uint8": "B",
}
_NARROW: Final = {"float16": 2, "bfloat16": 2, "bool": 1}
_HEX: Final = re.compile("[0-9a-f]*")
_FLOAT32_DIGITS: Final = 9
_USUAL_DIGITS: Final = 7


def check_bits(dtype: str, bits: Sequence[str]) -> None:
    """Check that each cell can be the bits of a dtype.

    Args:
        dtype: One of `DTYPES`.
        bits: Hexadecimal cells.

    Raises:
        ValueError: If the dtype is unknown or a cell is not so many lower-case
            hexadecimal characters.
    """
    if dtype not in _CODES and dtype not in _NARROW:
        msg = f"no such number type: {dtype!r}"
        raise ValueError(msg)
    width = 2 * _width(dtype)
    joined = "".join(bits)
    if set(map(len, bits)) <= {width} and _HEX.fullmatch(joined):
        return
    wrong = next(
        cell for cell in bits if len(cell) != width or not _HEX.fullmatch(cell)
    )
    msg = f"bits {wrong[:40]!a} are not {width} lower-case hexadecimal characters"
    raise ValueError(msg)


def decimals(dtype: str, bits: Sequence[str]) -> list[str]:
    """Compute the shortest decimal of each number.

    Args:
        dtype: One of `DTYPES`.
        bits: Hexadecimal cells that `check_bits` accepts.

    Returns:
        ``[Scalar(dtype=dtype, bits=cell).decimal for cell in bits]``
    """
    if dtype in _NARROW:
        known = {
            cell: Scalar(dtype=dtype, bits=cell).decimal for cell in sorted(set(bits))
        }
        return [known[cell] for cell in bits]
    values = struct.unpack(f">{len(bits)}{_CODES[dtype]}", bytes.fromhex("".join(bits)))
    if dtype != "float32":
        return list(map(repr, values))
    return _of_float32(values, bits)


def _width(dtype: str) -> int:
    return _NARROW[dtype] if dtype in _NARROW else struct.calcsize(f">{_CODES[dtype]}")


def _of_float32(values: Sequence[float], bits: Sequence[str]) -> list[str]:
    """Try seven digits; then more for those that need them, fewer for the others.

    Rounding to fewer digits moves a number further away, so the first failure ends
    the search downwards. At powers of two the interval that reads back is lopsided
    and this does not hold: there `Scalar` searches upwards.
    """
    texts, reads_back = _shorten(values, _USUAL_DIGITS)
    left = [index for index, holds in enumerate(reads_back) if not holds]
    for digits in range(_USUAL_DIGITS + 1, _FLOAT32_DIGITS + 1):
        left = _refine(texts, values, left, digits=digits, keep=False)
    left = [index for index, holds in enumerate(reads_back) if holds]
    for digits in range(_USUAL_DIGITS - 1, 0, -1):
        left = _refine(texts, values, left, digits=digits, keep=True)
    for index in [at for at, cell in enumerate(bits) if cell[3:] == "00000"]:
        texts[index] = Scalar(dtype="float32", bits=bits[index]).decimal
    return [
        text if "." in text and "e" not in text else repr(float(text)) for text in texts
    ]


def _shorten(values: Sequence[float], digits: int) -> tuple[list[str], list[bool]]:
    """Round to so many digits and tell which of them still read back."""
    texts = list(map(f"%.{digits}g".__mod__, values))
    back = array("f", map(float, texts))
    return texts, list(map(eq, back, values))


def _refine(
    texts: list[str],
    values: Sequence[float],
    left: Sequence[int],
    *,
    digits: int,
    keep: bool,
) -> list[int]:
    """Write the numbers still open with other digits; return those open after that.

    Going down only what reads back is `keep`-ed and stays open; going up everything
    is written, and what does not read back stays open.
    """
    short, reads_back = _shorten([values[index] for index in left], digits)
    still = []
    for index, text, holds in zip(left, short, reads_back, strict=True):
        if holds or not keep:
            texts[index] = text
        if holds == keep:
            still.append(index)
    return still
