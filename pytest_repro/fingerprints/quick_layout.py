"""Where the words of many tensors stand in one quick digest, worked out once.

A model has many small tensors, and its shapes are the same at every step. So what
depends on shapes alone is kept: headers, positions, and for small tensors the weights
themselves. These tensors are copied side by side into one buffer, and one pass of
arithmetic serves them all; larger ones are read where they are.
"""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from math import prod
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pytest_repro.fingerprints.quick import (
    BLOCK_WORDS,
    CHUNK_WORDS,
    ROOM,
    Header,
    chunks,
    header_sum,
    mixed,
    weights,
)
from pytest_repro.fingerprints.tensors import WORDS

__all__ = ["Layout", "Place", "buffer_for", "gathered_sum", "layout_of"]

_WORD_BYTES: Final = 8
# A tensor up to this size is cheaper to copy than to visit.
_SMALL_BYTES: Final = 2 * CHUNK_WORDS * _WORD_BYTES
# The weights of these are kept, so their number is bounded.
_GATHERED_BYTES: Final = 4 << 20
_KEPT_LAYOUTS: Final = 16


class _Buffer(threading.local):
    """One buffer for each thread, as long as the longest so far."""

    def __init__(self) -> None:
        self.words = np.empty(0, dtype=np.uint64)


_BUFFER: Final = _Buffer()


class Place(NamedTuple):
    """Where one small tensor is copied to.

    Attributes:
        number: Of the tensor in the sequence.
        offset_bytes: Where it begins in the buffer.
        size_bytes: The size of its elements.
    """

    number: int
    offset_bytes: int
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What the shapes of a sequence of tensors say about its digest.

    Attributes:
        header: h.
        firsts: For each tensor, the number of chunks before it.
        sizes: For each tensor, the size of its elements [bytes].
        gathered: The small tensors on the host.
        visited: The numbers of the other tensors on the host that are not empty.
        remote: The numbers of the tensors elsewhere that are not empty.
        padded: The words of the buffer that a tensor fills only in part: int[tensors].
        weights: The weight of each word of the buffer: uint64[words].
    """

    header: int
    firsts: tuple[int, ...]
    sizes: tuple[int, ...]
    gathered: tuple[Place, ...]
    visited: tuple[int, ...]
    remote: tuple[int, ...]
    padded: npt.NDArray[np.intp]
    weights: npt.NDArray[np.uint64]


@lru_cache(maxsize=_KEPT_LAYOUTS)
def layout_of(
    headers: tuple[Header, ...],
    on_host: tuple[bool, ...],
    notes: tuple[tuple[int, Header], ...] = (),
) -> Layout:
    """Work out a layout.

    Args:
        headers: One for each tensor, in order; dtypes in `tensors.WORDS`.
        on_host: Which of the tensors lie in the host's memory.
        notes: Headers without words, each with the number of tensors before it.

    Returns:
        The layout, to be shared and never changed.
    """
    sizes = tuple(prod(WORDS[dtype]) * prod(shape) for dtype, shape in headers)
    firsts = tuple(accumulate(map(chunks, sizes), initial=0))
    gathered = tuple(_gathered(sizes, on_host))
    taken = {place.number for place in gathered}
    left = [i for i, size in enumerate(sizes) if size and i not in taken]
    ends = [place.offset_bytes + place.size_bytes for place in gathered]
    return Layout(
        header=header_sum(_with_notes(headers, notes)),
        firsts=firsts[:-1],
        sizes=sizes,
        gathered=gathered,
        visited=tuple(index for index in left if on_host[index]),
        remote=tuple(index for index in left if not on_host[index]),
        padded=np.array([end // 8 for end in ends if end % 8], dtype=np.intp),
        weights=_weights(gathered, firsts),
    )


def buffer_for(layout: Layout) -> npt.NDArray[np.uint64]:
    """Return room for the small tensors of a layout, zeros where one ends in a word.

    Args:
        layout: Where they are to stand.

    Returns:
        uint64[words], of this thread and only until it asks again.
    """
    if _BUFFER.words.size < layout.weights.size:
        _BUFFER.words = np.empty(layout.weights.size, dtype=np.uint64)
    words = _BUFFER.words[: layout.weights.size]
    words[layout.padded] = 0
    return words


def gathered_sum(words: npt.NDArray[np.uint64], layout: Layout) -> int:
    """Compute what the small tensors add to the digest.

    Args:
        words: The buffer with all of them, zeros behind each: uint64[words].
        layout: Where they stand.

    Returns:
        A sum, not reduced.
    """
    total = 0
    for start in range(0, words.size, BLOCK_WORDS):
        block = words[start : start + BLOCK_WORDS]
        values = mixed(block, *ROOM.words[:, : block.size])
        total += int(np.dot(values, layout.weights[start : start + block.size]))
    return total


def _with_notes(
    headers: Sequence[Header], notes: Sequence[tuple[int, Header]]
) -> tuple[Header, ...]:
    merged = list(headers)
    for position, header in reversed(notes):
        merged.insert(position, header)
    return tuple(merged)


def _gathered(sizes: Sequence[int], on_host: Sequence[bool]) -> Iterator[Place]:
    offset = 0
    for index, size in enumerate(sizes):
        padded = size + -size % _WORD_BYTES
        fits = size <= _SMALL_BYTES and offset + padded <= _GATHERED_BYTES
        if size and fits and on_host[index]:
            yield Place(index, offset, size)
            offset += padded


def _weights(
    gathered: Sequence[Place], firsts: Sequence[int]
) -> npt.NDArray[np.uint64]:
    within = weights(0, CHUNK_WORDS)
    pieces = [np.empty(0, dtype=np.uint64)]
    for place in gathered:
        count = -(-place.size_bytes // _WORD_BYTES)
        over = weights(CHUNK_WORDS + firsts[place.number], chunks(place.size_bytes))
        pieces.append((over[:, np.newaxis] * within).reshape(-1)[:count])
    return np.concatenate(pieces)
