"""NumPy arrays and scalars as blocks; arrays of objects have none."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pytest_repro.checkpoints.encoding import Blocks, Node

__all__ = ["decode", "encode"]


def encode(value: object, blocks: "Blocks") -> "Node | None":
    """Write an array or a scalar as a node.

    Args:
        value: Something of numpy.
        blocks: Takes its bytes.

    Returns:
        The node; None for what cannot be kept.
    """
    if type(value) is not np.ndarray and not isinstance(value, np.generic):
        return None
    array = np.asarray(value)
    if array.dtype.hasobject or array.dtype.names:
        return None
    order = "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"
    number = blocks.add(array.tobytes(order=order))  # type: ignore[arg-type]  # C or F
    is_scalar = isinstance(value, np.generic)
    return ["numpy", array.dtype.str, list(array.shape), order, number, int(is_scalar)]


def decode(parts: Sequence[Any], blocks: "Blocks") -> object:
    """Build the array or scalar again.

    Args:
        parts: Of its node.
        blocks: Hold its bytes.

    Returns:
        A fresh array that can be written to, or a scalar.
    """
    dtype, shape, order, number, is_scalar = parts
    flat = np.frombuffer(bytearray(blocks.data[number]), dtype=dtype)
    array = flat.reshape(shape, order=order)
    return array[()] if is_scalar else array
