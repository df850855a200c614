"""The equations of ``quick64-v1`` once more, in Python integers, from the text alone.

It knows nothing of the package's code, so that the package cannot change an algorithm
and its tests together.
"""

import hashlib
import struct
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15


class Sample(NamedTuple):
    """A tensor as dtype name, shape and raw bytes."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes


def digest(samples: Sequence[Sample]) -> str:
    """Compute the digest of a sequence of tensors."""
    total, chunk = header(samples), 0
    for sample in samples:
        padded = sample.data + bytes(-len(sample.data) % 8)
        words = struct.unpack(f"<{len(padded) // 8}Q", padded)
        for place, word in enumerate(words):
            over = weight(1024 + chunk + place // 1024)
            total += over * weight(place % 1024) * mix(word)
        chunk += -(-len(words) // 1024)
    return f"{total & MASK:016x}"


def header(samples: Sequence[Sample]) -> int:
    """Compute h."""
    parts = [b"quick64-v1"]
    for sample in samples:
        extents = b"".join(struct.pack("<Q", extent) for extent in sample.shape)
        parts += [sample.dtype.encode(), extents]
    framed = b"".join(struct.pack("<Q", len(part)) + part for part in parts)
    return int.from_bytes(hashlib.sha256(framed).digest()[:8], "big")


def mix(word: int) -> int:
    """Compute m."""
    once = ((word ^ (word >> 32)) * GOLDEN) & MASK
    return once ^ (once >> 32)


@cache
def weight(number: int) -> int:
    """Compute w."""
    state = ((number + 1) * GOLDEN) & MASK
    state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & MASK
    return (state ^ (state >> 31)) | 1
