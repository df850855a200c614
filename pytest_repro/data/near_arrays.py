"""Find arrays that look nearly the same, such as images, without comparing all pairs.

An array becomes 256 small integers: the means of 16 × 16 blocks, centred and scaled, so
size, brightness and contrast do not count. Random planes cut the space of these; arrays
on one side of all planes of a table are compared, by the cosine of their integers. All
sums are of integers and exact, so no library and no number of threads decides what is
found.

A shift by a large part of a block, a turn or a crop changes all means:
`docs/explanation/near-duplicates.md` says what is found and what is not.

Source:
    Charikar 2002, "Similarity estimation techniques from rounding algorithms".
"""

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from pytest_repro.data.mixing import numbers
from pytest_repro.data.pairs import Near
from pytest_repro.errors import ReproUsageError

__all__ = ["MEASURE", "ArrayIndex", "is_comparable", "likeness", "sketch_array"]

MEASURE: Final = "cosine-16x16-means-v1"

SIDE: Final = 16
CELLS: Final = SIDE * SIDE
LEVELS: Final = 127
GREY: Final = 255
CHANNELS: Final = 4
NUMBERS: Final = "biuf"
"""Kinds of dtypes: truths, integers and floats."""

TABLES: Final = 12
PLANES: Final = range(8, 17)
"""How many planes a table has: the more, the more arrays there are."""

Array = npt.NDArray[np.generic]
Floats = npt.NDArray[np.float32]
Plane = npt.NDArray[np.float64]
Sketch = npt.NDArray[np.int8]


class ArrayIndex:
    """Arrays, sketched, to be looked for among others.

    Attributes:
        rows: 256 whole numbers for each array.
        norms: The length of each row.
    """

    def __init__(self, sketches: Sequence[Array]) -> None:
        """Take sketches.

        Args:
            sketches: What `sketch_array` gave for each.
        """
        # Whole numbers below 2^24 in float32: products and sums are exact.
        self.rows: Floats = np.array(sketches, dtype=np.float32).reshape(-1, CELLS)
        squares = np.square(self.rows).sum(axis=1)
        self.norms = np.sqrt(squares.astype(np.float64))

    def nearest_in(self, others: "ArrayIndex", *, threshold: float) -> list[Near]:
        """Find for each array the one among others that is most alike.

        Args:
            others: The others.
            threshold: The likeness from which on it counts.

        Returns:
            Those that have one, in the order of these arrays.
        """
        best = np.zeros(len(self.rows))
        whom = np.full(len(self.rows), -1)
        for own, other in self._buckets(others):
            products = self.rows[own] @ others.rows[other].T
            alike = products / np.outer(self.norms[own], others.norms[other])
            places = alike.argmax(axis=1)
            values = alike[np.arange(len(own)), places]
            chosen = other[places]
            is_better = (values > best[own]) | (
                (values == best[own]) & (chosen < whom[own])
            )
            best[own[is_better]] = values[is_better]
            whom[own[is_better]] = chosen[is_better]
        return [
            Near(own=int(own), other=int(whom[own]), similarity=float(best[own]))
            for own in np.flatnonzero((whom >= 0) & (best >= threshold))
        ]

    def _buckets(
        self, others: "ArrayIndex"
    ) -> Iterator[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]:
        """Pair what lies on one side of all planes of a table; flat arrays never do."""
        size = len(self.rows) + len(others.rows)
        planes = min(max(PLANES.start, round(math.log2(size / 8 + 1))), PLANES.stop - 1)
        own_sides, other_sides = self.sides(planes), others.sides(planes)
        for table in range(TABLES):
            mine = _grouped(own_sides[:, table], self.norms)
            theirs = _grouped(other_sides[:, table], others.norms)
            for key in sorted(mine.keys() & theirs.keys()):
                yield mine[key], theirs[key]

    def sides(self, planes: int) -> npt.NDArray[np.int64]:
        """Tell for each table on which sides of its planes each array lies.

        Args:
            planes: How many a table has.

        Returns:
            int64[arrays, tables].
        """
        draws = numbers(CELLS * TABLES * planes) & np.uint64(1)
        normals = draws.astype(np.float32).reshape(-1, TABLES * planes) * 2 - 1
        is_above = self.rows @ normals > 0
        powers = 2 ** np.arange(planes, dtype=np.int64)
        keys: npt.NDArray[np.int64] = is_above.reshape(-1, TABLES, planes) @ powers
        return keys


def sketch_array(array: Array) -> Sketch:
    """Make 256 integers in [-127, 127] of an array.

    Args:
        array: A vector, an image, or an image of up to 4 channels.

    Returns:
        int8[256]; all 0 where the array has the same value everywhere.

    Raises:
        ReproUsageError: If it is something else, or not finite.
    """
    grey = _levels(_plane(np.asarray(array)))
    is_vector = len(grey) == 1
    down = _blocks(len(grey), 1 if is_vector else SIDE)
    across = _blocks(grey.shape[1], CELLS if is_vector else SIDE)
    # Whole numbers below 2^53, so these products are exact.
    sums = (down @ grey @ across.T).astype(np.int64).ravel()
    means = sums * GREY // grey.size
    centred = means * means.size - means.sum()
    top = int(np.abs(centred).max())
    if not top:
        return np.zeros(CELLS, dtype=np.int8)
    # Rounded half away from zero, in integers.
    scaled = (2 * np.abs(centred) * LEVELS + top) // (2 * top)
    signed: Sketch = (np.sign(centred) * scaled).astype(np.int8)
    return signed


def is_comparable(array: Array) -> bool:
    """Tell whether an array can be compared.

    Args:
        array: Any array.

    Returns:
        Whether it is a vector or an image, of finite numbers.
    """
    try:
        _plane(array)
    except ReproUsageError:
        return False
    return True


def likeness(one: Array, other: Array) -> float:
    """Compute how alike two arrays look.

    ::

        likeness = cos(a, b)   of the centred means of 16 × 16 blocks

    Args:
        one: An array.
        other: Another, of any size.

    Returns:
        A number in [-1, 1]; 0 where one has the same value everywhere.
    """
    a, b = (sketch_array(array).astype(np.int64) for array in (one, other))
    norms = math.sqrt(int(a @ a)) * math.sqrt(int(b @ b))
    return int(a @ b) / norms if norms else 0.0


def _plane(array: Array) -> Plane:
    """Take an array as a plane: channels are added, a vector is folded."""
    if array.ndim == 3:  # noqa: PLR2004  # channels last, else first
        axis = 2 if array.shape[2] <= CHANNELS else 0
        if array.shape[axis] <= CHANNELS and array.dtype.kind in NUMBERS:
            array = array.astype(np.float64).sum(axis=axis)
    if array.ndim == 1:
        array = array.reshape(1, -1)
    if array.ndim != 2 or not array.size or array.dtype.kind not in NUMBERS:  # noqa: PLR2004  # a plane
        msg = (
            "near duplicates are found among vectors and images, got an array of"
            f" {array.dtype} and shape {array.shape}"
        )
        raise ReproUsageError(msg)
    values: Plane = array.astype(np.float64)
    if not np.isfinite(values).all():
        msg = "near duplicates are found among finite numbers, got NaN or an infinity"
        raise ReproUsageError(msg)
    return values


def _levels(plane: Plane) -> Plane:
    """Bring values to 256 levels, as whole numbers."""
    low, high = plane.min(), plane.max()
    if low == high:
        return np.zeros(plane.shape)
    levels: Plane = np.floor((plane - low) / (high - low) * GREY + 0.5)
    return levels


@lru_cache(256)
def _blocks(length: int, count: int) -> Plane:
    """Cut an axis into equal blocks; a cell on a border counts in both, by its share.

    Args:
        length: How many cells the axis has.
        count: How many blocks.

    Returns:
        [count, length]: how much of a cell lies in a block, in parts of `count`.
    """
    starts = np.arange(count)[:, None] * length
    cells = np.arange(length)[None, :] * count
    shared = np.minimum(starts + length, cells + count) - np.maximum(starts, cells)
    weights: Plane = np.maximum(shared, 0).astype(np.float64)
    return weights


def _grouped(
    keys: npt.NDArray[np.int64], norms: Plane
) -> dict[int, npt.NDArray[np.intp]]:
    places = np.flatnonzero(norms > 0)
    order = places[np.argsort(keys[places], kind="stable")]
    ranked = keys[order]
    cuts = np.flatnonzero(np.diff(ranked)) + 1
    groups = np.split(order, cuts)
    return {int(keys[group[0]]): group for group in groups if group.size}
