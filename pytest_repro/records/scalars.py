"""One recorded number: the bits of its own dtype, and the decimal that people read.

A text log of a float is not the float, so the bits decide and the decimal explains.
A reader checks that the two agree, else a reviewer would approve 0.91 while the
machine compares 0.19. Nothing here compares: see `pytest_repro.verdicts`.
"""

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

__all__ = ["DTYPES", "Scalar", "numbers"]

# dtype -> (struct format of its big-endian bits, significant digits that suffice)
_FLOATS: Final = {"float64": (">d", 17), "float32": (">f", 9), "float16": (">e", 5)}
_INTEGERS: Final = {
    "int64": ">q",
    "int32": ">i",
    "int16": ">h",
    "int8": ">b",
    "uint64": ">Q",
    "uint32": ">I",
    "uint16": ">H",
    "uint8": ">B",
}
_BFLOAT16_DIGITS: Final = 4
_TRUTH: Final[dict[float, bytes]] = {0: b"\0", 1: b"\1"}

DTYPES: Final = frozenset({*_FLOATS, *_INTEGERS, "bfloat16", "bool"})
"""The number types that a metric can have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """A number as it was computed.

    Attributes:
        dtype: One of `DTYPES`.
        bits: The big-endian bytes of the number, in hexadecimal.
    """

    dtype: str
    bits: str

    def __post_init__(self) -> None:
        """Refuse bits that this dtype cannot have.

        Raises:
            ValueError: If the dtype is unknown or the bits have another width.
        """
        if self.dtype not in DTYPES:
            msg = f"no such number type: {self.dtype!r}"
            raise ValueError(msg)
        if len(bytes.fromhex(self.bits)) != _width(self.dtype):
            msg = f"{self.bits!r} is not a {self.dtype}"
            raise ValueError(msg)
        if self.bits != self.bits.lower() or len(self.bits) != 2 * _width(self.dtype):
            msg = f"{self.bits!r} is not lower-case hexadecimal without spaces"
            raise ValueError(msg)
        if self.dtype == "bool" and self.bits not in {"00", "01"}:
            msg = f"{self.bits!r} is not a bool"
            raise ValueError(msg)

    @classmethod
    def of(cls, value: float, dtype: str | None = None) -> "Scalar":
        """Make a scalar of a Python number.

        Args:
            value: The number; rounded to nearest even if the dtype is narrower.
            dtype: One of `DTYPES`; by default that of the Python type.

        Returns:
            The scalar.

        Raises:
            ValueError: If the value does not fit the dtype.

        Example:
            >>> Scalar.of(0.1, "float32").bits
            '3dcccccd'
        """
        kind = dtype or _default_dtype(value)
        try:
            return cls(dtype=kind, bits=_pack(value, kind).hex())
        except (struct.error, OverflowError, KeyError) as error:
            msg = f"{value!r} does not fit {kind}"
            raise ValueError(msg) from error

    @classmethod
    def parse(cls, bits: str, decimal: str) -> "Scalar":
        """Read a stored number and check that both forms say the same.

        Args:
            bits: ``dtype:hex``.
            decimal: The shortest decimal of the same number.

        Returns:
            The scalar.

        Raises:
            ValueError: If either is malformed or the two disagree.
        """
        dtype, _, digits = bits.partition(":")
        scalar = cls(dtype=dtype, bits=digits)
        if scalar.decimal != decimal:
            msg = f"bits {bits} say {scalar.decimal}, the decimal beside them {decimal}"
            raise ValueError(msg)
        return scalar

    @property
    def text(self) -> str:
        """The bits as they are stored: ``dtype:hex``."""
        return f"{self.dtype}:{self.bits}"

    @property
    def value(self) -> float:
        """The number as a Python float or int; exact, as every dtype fits."""
        return _unpack(bytes.fromhex(self.bits), self.dtype)

    @property
    def is_finite(self) -> bool:
        """Whether the number is neither NaN nor infinite."""
        return math.isfinite(self.value)

    @property
    def decimal(self) -> str:
        """The shortest decimal that reads back to the same bits (NaN: ``nan``).

        Example:
            >>> Scalar(dtype="float32", bits="3f68f5c3").decimal
            '0.91'
        """
        value = self.value
        is_float = self.dtype in _FLOATS or self.dtype == "bfloat16"
        if not (is_float and math.isfinite(value)):
            return str(value).lower()
        if self.dtype == "float64":
            return repr(value)
        limit = _FLOATS.get(self.dtype, (None, _BFLOAT16_DIGITS))[1]
        for digits in range(1, limit):
            short = float(f"{value:.{digits}g}")
            if _rounds_back(short, self):
                return repr(short)
        return repr(float(f"{value:.{limit}g}"))


def numbers(dtype: str, bits: Sequence[str]) -> tuple[float, ...]:
    """Decode many numbers of one type, much faster than one by one.

    Args:
        dtype: One of `DTYPES`.
        bits: The bits of each, as in `Scalar`.

    Returns:
        The value of each; exact, as every dtype fits.

    Raises:
        ValueError: If the bits are not those of so many numbers.
    """
    data = bytes.fromhex("".join(bits))
    if len(data) != len(bits) * _width(dtype):
        msg = f"{len(data)} bytes are not {len(bits)} numbers of type {dtype}"
        raise ValueError(msg)
    match dtype:
        case "bool":
            return tuple(map(bool, data))
        case "bfloat16":
            pairs = zip(data[::2], data[1::2], strict=True)
            data = b"".join(bytes((*pair, 0, 0)) for pair in pairs)
            return struct.unpack(f">{len(bits)}f", data)
        case _:
            return struct.unpack(f">{len(bits)}{_format(dtype)[1]}", data)


def _default_dtype(value: float) -> str:
    if isinstance(value, bool):
        return "bool"
    return "int64" if isinstance(value, int) else "float64"


def _width(dtype: str) -> int:
    match dtype:
        case "bool":
            return 1
        case "bfloat16":
            return 2
        case _:
            return struct.calcsize(_format(dtype))


def _format(dtype: str) -> str:
    return _FLOATS[dtype][0] if dtype in _FLOATS else _INTEGERS[dtype]


def _pack(value: float, dtype: str) -> bytes:
    match dtype:
        case "bool":
            return _TRUTH[value]
        case "bfloat16":
            return _round_to_bfloat16(value)
        case _:
            return struct.pack(_format(dtype), value)


def _unpack(data: bytes, dtype: str) -> float:
    match dtype:
        case "bool":
            return bool(data[0])
        case "bfloat16":
            number: float = struct.unpack(">f", data + b"\0\0")[0]
        case _:
            number = struct.unpack(_format(dtype), data)[0]
    return number


def _round_to_bfloat16(value: float) -> bytes:
    """Round to nearest even by way of float32, as hardware does."""
    (word,) = struct.unpack(">I", struct.pack(">f", value))
    if math.isnan(value):
        return struct.pack(">H", (word >> 16) | 0x40)
    word += 0x7FFF + ((word >> 16) & 1)
    return struct.pack(">I", word)[:2]


def _rounds_back(decimal: float, scalar: Scalar) -> bool:
    try:
        return _pack(decimal, scalar.dtype).hex() == scalar.bits
    except OverflowError:
        return False
