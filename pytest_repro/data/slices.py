"""How well a model does on each slice of a data set: by origin, by label, by scanner.

An average hides where a model fails. Every column of a manifest cuts the data set into
slices; given one number for each sample, such as 1 for a hit and 0 for a miss, the mean
of each slice is told with an interval, because a slice of a few samples says little.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from pytest_repro.data.samples import Manifest
from pytest_repro.errors import ReproUsageError

__all__ = ["Slice", "audit_slices", "sliceable_columns"]

MOST: Final = 20
"""So many different values may a column have to be cut by."""

NORMAL_95: Final = 1.959963984540054
"""The quantile of a normal distribution for 95 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """The samples of one value, and how well a model does there.

    Attributes:
        column: The column that was cut by.
        value: Its value here.
        samples: How many samples have it and a number.
        mean: The mean of their numbers.
        low: The lower end of its interval, 95 %.
        high: The upper end.
    """

    column: str
    value: str
    samples: int
    mean: float
    low: float
    high: float


def sliceable_columns(manifest: Manifest) -> tuple[str, ...]:
    """List the columns with few enough values to cut by.

    Args:
        manifest: The data set.

    Returns:
        Columns with 2 to 20 different values, without id, digest and group.
    """
    names = (one for one in manifest.columns if one not in {"id", "digest", "group"})
    return tuple(name for name in names if 1 < len(set(manifest.values(name))) <= MOST)


def audit_slices(
    manifest: Manifest, numbers: Mapping[str, float], column: str
) -> tuple[Slice, ...]:
    """Compute the mean of each slice.

    Args:
        manifest: The data set.
        numbers: A number by id, for the samples that were evaluated.
        column: What to cut by.

    Returns:
        The slices, the worst first where larger numbers are better; equal ones by
        value.

    Raises:
        ReproUsageError: If there is no such column, a number belongs to no sample, or
            is not finite.
    """
    values = dict(zip(manifest.values("id"), manifest.values(column), strict=True))
    slices: dict[str, list[float]] = defaultdict(list)
    for name, number in sorted(numbers.items()):
        if name not in values:
            msg = f"a number for {name!r}, which is no sample of the manifest"
            raise ReproUsageError(msg)
        if not math.isfinite(number):
            msg = f"the number of {name!r} is finite, got {number}"
            raise ReproUsageError(msg)
        slices[values[name]].append(float(number))
    found = (_slice(column, value, kept) for value, kept in slices.items())
    return tuple(sorted(found, key=lambda one: (one.mean, one.value)))


def _slice(column: str, value: str, numbers: list[float]) -> Slice:
    mean = math.fsum(numbers) / len(numbers)
    low, high = (
        _wilson(mean, len(numbers))
        if set(numbers) <= {0.0, 1.0}
        else _around(mean, numbers)
    )
    return Slice(
        column=column,
        value=value,
        samples=len(numbers),
        mean=mean,
        low=low,
        high=high,
    )


def _wilson(share: float, size: int) -> tuple[float, float]:
    """Bound a share; it has an interval even where all or none were hit.

    Source:
        Wilson 1927, "Probable inference, the law of succession, and statistical
        inference".
    """
    square = NORMAL_95 * NORMAL_95 / size
    middle = (share + square / 2) / (1 + square)
    half = math.sqrt(share * (1 - share) * square + square * square / 4) / (1 + square)
    return max(0.0, middle - half), min(1.0, middle + half)


def _around(mean: float, numbers: Iterable[float]) -> tuple[float, float]:
    """Bound a mean by the normal distribution; of one number nothing is known."""
    squares = [(number - mean) ** 2 for number in numbers]
    size = len(squares)
    if size == 1:
        return -math.inf, math.inf
    half = NORMAL_95 * math.sqrt(math.fsum(squares) / (size - 1) / size)
    return mean - half, mean + half
