"""From whatever people log to the bits of its own dtype.

A Python float, an int, a NumPy scalar or a 0-dim tensor keep their dtype: 0.91 as
float32 and as float64 are two numbers. Tensors on an accelerator are not read here,
since that would wait for the device; `pytest_repro.experiment.points` does it later.
"""

import struct
import sys
from typing import Protocol, TypeGuard, runtime_checkable

from pytest_repro.errors import MetricError
from pytest_repro.records import DTYPES

__all__ = ["Bits", "Pending", "is_tensor", "to_bits"]

Bits = tuple[str, bytes]
"""A dtype and its big-endian bytes."""

INTEGER_BYTES = 8


@runtime_checkable
class Pending(Protocol):
    """A 0-dim tensor on a device: read later, many at once."""

    def detach(self) -> "Pending":
        """Return the tensor without its graph."""
        ...

    def clone(self) -> "Pending":
        """Return a copy that later in-place changes cannot reach."""
        ...


def is_tensor(value: object) -> TypeGuard[Pending]:
    """Tell whether a value is a torch tensor, without importing torch.

    Args:
        value: Anything.

    Returns:
        Whether torch is loaded and this is one of its tensors.
    """
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


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
