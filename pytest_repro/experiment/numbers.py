"""From whatever people log to the bits of its own dtype.

A Python float, an int, a NumPy scalar or a 0-dim tensor keep their dtype: 0.91 as
float32 and as float64 are two numbers. Tensors on an accelerator are not read here,
since that would wait for the device; `pytest_repro.experiment.points` does it later.
How the values of a type are read is found out once, since training calls this at
every step.
"""

import struct
import sys
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from pytest_repro.errors import MetricError
from pytest_repro.records import DTYPES

if TYPE_CHECKING:
    import torch

__all__ = ["Bits", "Reading", "read_value", "to_bits"]

Bits = tuple[str, bytes]
"""A dtype and its big-endian bytes."""

Reading = tuple[str, "bytes | torch.Tensor"]
"""A dtype and its bytes, or the tensor on a device in which they still are."""

Reader = Callable[[str, Any], Reading]
"""Takes the name of a metric, for messages, and a value of one certain type."""

INTEGER_BYTES: Final = 8
TO_BIG: Final = -1 if sys.byteorder == "little" else 1
"""The stride that brings bytes of this machine into big-endian order."""

_pack_float = struct.Struct(">d").pack


def read_value(name: str, value: object) -> Reading:
    """Turn a logged value into bits, at once or later.

    Args:
        name: The metric's name, for messages.
        value: What was logged.

    Returns:
        Its dtype and bits; a copy on the device where reading would wait for it.

    Raises:
        MetricError: If it is no single real number.
    """
    return _reader_of(type(value))(name, value)  # type: ignore[arg-type]  # hashable


def to_bits(name: str, value: object) -> Bits:
    """Read the bits of a number that lies in main memory.

    Args:
        name: The metric's name, for the message.
        value: A Python number, a NumPy scalar or 0-dim array.

    Returns:
        Its dtype and bits.

    Raises:
        MetricError: If it is no single real number, or an int outside 64 bits.
    """
    if isinstance(value, bool):
        return "bool", bytes([value])
    if isinstance(value, int):
        return _integer(name, value)
    dtype = getattr(value, "dtype", None)
    if dtype is None and isinstance(value, float):
        return "float64", struct.pack(">d", value)
    if dtype is None or getattr(value, "shape", None) != ():
        shape = getattr(value, "shape", None)
        seen = type(value).__name__ + (f" of shape {tuple(shape)}" if shape else "")
        msg = f"metric {name!r} is one real number, got {seen}"
        raise MetricError(msg)
    return _numpy_scalar(name, value)


def _integer(name: str, value: int) -> Bits:
    try:
        return "int64", value.to_bytes(INTEGER_BYTES, "big", signed=True)
    except OverflowError:
        msg = f"metric {name!r} does not fit 64 bits: {value}"
        raise MetricError(msg) from None


def _numpy_scalar(name: str, value: object) -> Bits:
    import numpy as np  # noqa: PLC0415  # only paid for by those who log NumPy values

    array = np.asarray(value)
    dtype = array.dtype.name
    if dtype not in DTYPES:
        msg = f"metric {name!r} has dtype {dtype}, which is no real number we record"
        raise MetricError(msg)
    return dtype, array.astype(array.dtype.newbyteorder(">")).tobytes()


@cache
def _reader_of(kind: type) -> Reader:
    """Choose how values of a type are read; torch is loaded if this is its tensor."""
    if kind is float:
        return _python_float
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
    if torch is not None and issubclass(kind, torch.Tensor):
        from pytest_repro.experiment import torch_numbers  # noqa: PLC0415  # torch is loaded

        return torch_numbers.read
    return to_bits if numpy is None else _numpy_readers().get(kind, to_bits)


def _python_float(_name: str, value: float) -> Bits:
    return "float64", _pack_float(value)


@cache
def _numpy_readers() -> dict[type, Reader]:
    """Pair the scalar types of NumPy that we record with their readers."""
    import numpy as np  # noqa: PLC0415  # only paid for by those who have it loaded

    names = sorted(DTYPES - {"bfloat16"})  # which NumPy itself does not have
    return {np.dtype(name).type: _numpy_reader(name) for name in names}


def _numpy_reader(dtype: str) -> Reader:
    def read(_name: str, value: Any) -> Bits:  # noqa: ANN401  # a scalar of this dtype
        return dtype, value.tobytes()[::TO_BIG]

    return read
