"""A quick digest of many tensors, as an executable specification in NumPy.

For ledgers that are written at every step of a training: cheap, and computable on a
device in any order of reduction, because it is a sum of integers modulo 2⁶⁴. Two
states with different digests differ. Equal digests are evidence, not proof: whoever
wants to forge one can, so this never stands for integrity; `tensors` does.

``quick64-v1`` of a sequence of tensors is 64 bits, written as 16 hexadecimal digits.
All numbers are unsigned and all arithmetic is modulo 2⁶⁴::

    digest = h + Σ_t Σ_c Σ_j  B(g_t + c) · A(j) · m(x_tcj)

    x_tcj    word j of chunk c of tensor t: its logical C-order little-endian bytes (as
             in `tensors`), padded with zeros, as words of 8 bytes, 1024 to a chunk
    g_t      the number of chunks of all tensors before t
    m(x)     = y ⊕ (y ≫ 32)  where  y = (x ⊕ (x ≫ 32)) · 0x9e3779b97f4a7c15
    A(j)     = w(j),   B(k) = w(1024 + k)
    w(n)     = s(n) | 1, and s(n) is output n of SplitMix64 from the state 0:
             z = (n + 1) · 0x9e3779b97f4a7c15
             z = (z ⊕ (z ≫ 30)) · 0xbf58476d1ce4e5b9
             z = (z ⊕ (z ≫ 27)) · 0x94d049bb133111eb
             s = z ⊕ (z ≫ 31)
    h        the first 8 bytes, read as a big-endian number, of the SHA-256 of the
             frames (as in `tensors`) "quick64-v1", then of each tensor the name of its
             dtype and its shape

m is one-to-one, so a change of one word always changes the sum. It also carries the
highest bits of a word down: without it, 2⁶³·A = 2⁶³ for every odd A, and two flipped
signs would cancel. m(0) = 0, so zeros (and the padding) add nothing; how many there
are stands in h. The weights of a position are a product, so that a device keeps A in
registers and computes one B for a chunk.

Source:
    SplitMix64: G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number
    generators", OOPSLA 2014.
"""

import struct
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from pytest_repro.digests import digest_of_parts
from pytest_repro.errors import FingerprintError
from pytest_repro.fingerprints.tensors import WORDS

__all__ = [
    "ALGORITHM",
    "CHUNK_WORDS",
    "MULTIPLIER",
    "Header",
    "Part",
    "chunks",
    "header_sum",
    "mixed",
    "quick_digest",
    "text",
    "weights",
    "word_sum",
]

ALGORITHM: Final = "quick64-v1"
CHUNK_WORDS: Final = 1024
MULTIPLIER: Final = 0x9E3779B97F4A7C15

Words: TypeAlias = npt.NDArray[np.uint64]
Header: TypeAlias = tuple[str, tuple[int, ...]]
"""The name of a dtype, and a shape."""

_MASK: Final = (1 << 64) - 1
_WORD_BYTES: Final = 8
# Rows of chunks that are mixed at once: two buffers of 64 KiB stay in a core's cache.
_ROWS: Final = 8
_HALF: Final = np.uint64(32)
_STAGES: Final = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))


class Part(NamedTuple):
    """One tensor as it is digested.

    Attributes:
        header: What its bytes mean.
        data: Its logical bytes in C order, little-endian: uint8[bytes].
    """

    header: Header
    data: npt.NDArray[np.uint8]


def quick_digest(arrays: Sequence[npt.NDArray[np.generic]]) -> str:
    """Compute the quick digest of a sequence of arrays.

    Args:
        arrays: Of dtypes in `tensors.WORDS`; of any strides and byte order.

    Returns:
        16 hexadecimal digits.

    Raises:
        FingerprintError: If an array is masked or of a dtype whose bytes are not its
            value.

    Example:
        >>> state = [np.arange(6.0).reshape(2, 3), np.zeros(3, dtype=bool)]
        >>> quick_digest(state) == quick_digest([state[0].T.copy().T, state[1]])
        True
        >>> quick_digest(state) == quick_digest(state[::-1])
        False
    """
    parts = [_part(array) for array in arrays]
    headers = tuple(part.header for part in parts)
    total, first = header_sum(headers), 0
    for part in parts:
        total += word_sum(part.data, first)
        first += chunks(part.data.size)
    return text(total)


def text(total: int) -> str:
    """Write a sum as a digest.

    Args:
        total: The sum of header and words, not yet reduced; may be negative.

    Returns:
        16 hexadecimal digits.
    """
    return f"{total & _MASK:016x}"


def chunks(size_bytes: int) -> int:
    """Tell how many chunks a tensor takes.

    Args:
        size_bytes: The size of its elements.

    Returns:
        The number of chunks, of which the last may be shorter.
    """
    return -(-size_bytes // (CHUNK_WORDS * _WORD_BYTES))


@lru_cache(maxsize=256)
def header_sum(headers: tuple[Header, ...]) -> int:
    """Compute h: what dtypes, shapes and their order add to a digest.

    Args:
        headers: One for each tensor, in order.

    Returns:
        A number in [0, 2⁶⁴).
    """
    frames = []
    for dtype, shape in headers:
        frames += [dtype.encode(), struct.pack(f"<{len(shape)}Q", *shape)]
    digest = digest_of_parts(ALGORITHM, tuple(frames))
    return int(digest.partition(":")[2][:16], 16)


def word_sum(data: npt.NDArray[np.uint8], first_chunk: int) -> int:
    """Compute the sum over the words of one tensor.

    Args:
        data: Its logical bytes: uint8[bytes], contiguous.
        first_chunk: g, the number of chunks before it.

    Returns:
        Σ_c B(g + c) · Σ_j A(j) · m(x_cj), not reduced.
    """
    whole = data.size - data.size % _WORD_BYTES
    total, chunk = 0, first_chunk
    for block in _blocks(data[:whole].view("<u8")):
        total += _block_sum(block, chunk)
        chunk += _ROWS
    tail = data[whole:]
    if tail.size:
        number = int.from_bytes(tail.tobytes(), "little")
        last, position = divmod(whole // _WORD_BYTES, CHUNK_WORDS)
        value = int(mixed(np.array([number], dtype=np.uint64))[0])
        total += value * _weight(position) * _weight(CHUNK_WORDS + first_chunk + last)
    return total


def mixed(words: Words, out: Words | None = None, spare: Words | None = None) -> Words:
    """Compute m of each word.

    Args:
        words: uint64[...].
        out: Where to put it, if not into a new array.
        spare: Room of the same size.

    Returns:
        m(x), one-to-one.
    """
    spare = np.right_shift(words, _HALF, out=spare)
    out = np.bitwise_xor(words, spare, out=out)
    np.multiply(out, np.uint64(MULTIPLIER), out=out)
    np.right_shift(out, _HALF, out=spare)
    return np.bitwise_xor(out, spare, out=out)


def weights(first: int, count: int) -> Words:
    """Compute the weights w(first) … w(first + count − 1).

    Args:
        first: The number of the first.
        count: How many.

    Returns:
        Odd numbers: uint64[count].
    """
    numbers = np.arange(first + 1, first + count + 1, dtype=np.uint64)
    state = numbers * np.uint64(MULTIPLIER)
    for shift, factor in _STAGES:
        state = (state ^ (state >> np.uint64(shift))) * np.uint64(factor)
    return (state ^ (state >> np.uint64(31))) | np.uint64(1)


def _part(array: npt.NDArray[np.generic]) -> Part:
    if isinstance(array, np.ma.MaskedArray):
        msg = "a masked array has no fingerprint: pass its .data and its .mask"
        raise FingerprintError(msg)
    plain = np.asarray(array)
    name = plain.dtype.name
    if name not in WORDS:
        msg = f"no fingerprint for dtype {name}: pass one of {', '.join(WORDS)}"
        raise FingerprintError(msg)
    wanted = plain.dtype.newbyteorder("<")
    little = plain if wanted == plain.dtype else plain.byteswap().view(wanted)
    flat = np.ascontiguousarray(little).reshape(-1).view(np.uint8)
    return Part((name, plain.shape), flat)


def _blocks(words: Words) -> Iterator[Words]:
    size = _ROWS * CHUNK_WORDS
    for start in range(0, words.size, size):
        yield words[start : start + size]


def _block_sum(words: Words, first_chunk: int) -> int:
    """Sum up to `_ROWS` chunks, of which the last may be shorter."""
    values = mixed(words)
    full = words.size // CHUNK_WORDS
    within = _within()
    over = weights(CHUNK_WORDS + first_chunk, full + 1)
    rows = values[: full * CHUNK_WORDS].reshape(full, CHUNK_WORDS) @ within
    rest = values[full * CHUNK_WORDS :]
    last = np.dot(rest, within[: rest.size])
    return int(np.dot(rows, over[:full])) + int(last) * int(over[full])


@lru_cache(maxsize=1)
def _within() -> Words:
    found = weights(0, CHUNK_WORDS)
    found.flags.writeable = False
    return found


def _weight(number: int) -> int:
    return int(weights(number, 1)[0])
