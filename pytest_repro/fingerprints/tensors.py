"""The digest of one tensor, as an executable specification in NumPy.

Two tensors have one digest exactly when dtype, shape and every bit of every element
agree. So −0.0 is not 0.0, NaN payloads count, and 1.5 as bfloat16 is not 1.5 as
float32; memory layout, byte order and device do not count, since they are not value.

``tensor-sha256-v1`` is the SHA-256 of four frames, where ``frame(x)`` is the number of
bytes of x as an unsigned 64-bit little-endian integer, then x::

    frame("tensor-sha256-v1")   ASCII
    frame(dtype name)           ASCII, a key of `WORDS`: "float32", "bfloat16", …
    frame(shape)                each extent as unsigned 64-bit little-endian
    frame(elements)             in logical C order (last index fastest), each element
                                as its little-endian words, real part before imaginary

``sparse-tensor-sha256-v1`` says the same of a tensor made of several dense ones::

    frame("sparse-tensor-sha256-v1"), frame(layout name), frame(shape),
    frame(text of the digest of each dense component, in the layout's own order)

This file is not for speed on devices: whoever hashes there must match it bit for bit.
"""

import hashlib
import math
import struct
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from pytest_repro.digests import Digest, digest_of_parts
from pytest_repro.errors import FingerprintError

__all__ = [
    "ALGORITHM",
    "SPARSE_ALGORITHM",
    "WORDS",
    "array_digest",
    "sparse_digest",
    "tensor_digest",
]

ALGORITHM: Final = "tensor-sha256-v1"
SPARSE_ALGORITHM: Final = "sparse-tensor-sha256-v1"

WORDS: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {
        "bool": (1, 1),
        "int8": (1, 1),
        "int16": (2, 1),
        "int32": (4, 1),
        "int64": (8, 1),
        "uint8": (1, 1),
        "uint16": (2, 1),
        "uint32": (4, 1),
        "uint64": (8, 1),
        "float16": (2, 1),
        "float32": (4, 1),
        "float64": (8, 1),
        "complex32": (2, 2),
        "complex64": (4, 2),
        "complex128": (8, 2),
        "bfloat16": (2, 1),
        "float8_e4m3fn": (1, 1),
        "float8_e4m3fnuz": (1, 1),
        "float8_e5m2": (1, 1),
        "float8_e5m2fnuz": (1, 1),
        "float8_e8m0fnu": (1, 1),
        "float4_e2m1fn_x2": (1, 1),
    }
)
"""dtype name -> (bytes of a word, words of an element); names as in torch and NumPy."""


def tensor_digest(
    dtype: str,
    shape: tuple[int, ...],
    buffer: bytes | bytearray | memoryview,
) -> Digest:
    """Compute the digest of elements given as raw bytes.

    This is the only way to say what the digest of a dtype is that NumPy lacks.

    Args:
        dtype: A key of `WORDS`.
        shape: The extents; ``()`` is one element.
        buffer: The elements in C order, little-endian; one-dimensional, contiguous.

    Returns:
        ``tensor-sha256-v1:`` and 64 hexadecimal characters.

    Raises:
        FingerprintError: If the dtype is unknown or the buffer has another size than
            dtype and shape say.

    Example:
        >>> tensor_digest("bfloat16", (1,), bytes.fromhex("803f"))[:25]
        'tensor-sha256-v1:72023c3a'
    """
    view = memoryview(buffer)
    expected = math.prod(shape) * _element_bytes(dtype)
    if view.nbytes != expected or view.ndim != 1 or not view.contiguous:
        msg = (
            f"buffer of {dtype}{list(shape)} is {expected} bytes in one row, "
            f"got {view.nbytes} in {view.ndim} dimensions"
        )
        raise FingerprintError(msg)
    head = (ALGORITHM.encode(), dtype.encode(), _shape_bytes(shape))
    state = hashlib.sha256(b"".join(_frame_head(part) + part for part in head))
    state.update(_frame_head(view))
    state.update(view)
    return Digest(f"{ALGORITHM}:{state.hexdigest()}")


def array_digest(array: npt.NDArray[np.generic] | np.generic) -> Digest:
    """Compute the digest of a NumPy array or scalar.

    A contiguous little-endian array is read in place; any other is copied once.

    Args:
        array: Of a dtype in `WORDS`; of any strides and byte order.

    Returns:
        ``tensor-sha256-v1:`` and 64 hexadecimal characters.

    Raises:
        FingerprintError: If it is masked, or of a dtype whose bytes are not its value
            (object, text, structured, padded long doubles) or need a unit (dates).

    Example:
        >>> row = np.arange(6, dtype=">i4").reshape(2, 3)
        >>> array_digest(row.T) == array_digest(row.astype("<i4").T.copy())
        True
    """
    if isinstance(array, np.ma.MaskedArray):
        msg = "a masked array has no fingerprint: pass its .data and its .mask"
        raise FingerprintError(msg)
    plain = np.asarray(array)
    dtype = plain.dtype.name
    _element_bytes(dtype)
    flat = np.ascontiguousarray(_little_endian(plain)).reshape(-1)
    return tensor_digest(dtype, plain.shape, flat.view(np.uint8).data)


def sparse_digest(
    layout: str, shape: tuple[int, ...], components: tuple[Digest, ...]
) -> Digest:
    """Compute the digest of a sparse tensor from those of its dense components.

    It never equals the digest of the same values stored densely: which zeros are
    stored is part of a sparse tensor's state.

    Args:
        layout: Such as ``sparse_coo``.
        shape: The extents of the whole.
        components: The digests of indices and values, in the layout's order.

    Returns:
        ``sparse-tensor-sha256-v1:`` and 64 hexadecimal characters.
    """
    texts = tuple(component.encode() for component in components)
    parts = (layout.encode(), _shape_bytes(shape), *texts)
    return digest_of_parts(SPARSE_ALGORITHM, parts)


def _element_bytes(dtype: str) -> int:
    try:
        size, count = WORDS[dtype]
    except KeyError:
        msg = f"no fingerprint for dtype {dtype}: pass one of {', '.join(WORDS)}"
        raise FingerprintError(msg) from None
    return size * count


def _little_endian(array: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    """Swap bytes where needed; a conversion of values could touch NaN payloads."""
    wanted = array.dtype.newbyteorder("<")
    return array if wanted == array.dtype else array.byteswap().view(wanted)


def _shape_bytes(shape: tuple[int, ...]) -> bytes:
    return struct.pack(f"<{len(shape)}Q", *shape)


def _frame_head(part: bytes | memoryview) -> bytes:
    return len(part).to_bytes(8, "little")
