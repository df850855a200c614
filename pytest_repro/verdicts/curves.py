"""A whole trace as a few numbers: the means of bins that widen with the steps.

A final value misses what happened on the way, and a rule for every point raises false
alarms at half of the unchanged runs. Ten bins, spaced as the logarithm of the step,
join the family of metrics at no further cost in error rate. Section 3.7 of the notes on
statistics. The edges come from the steps alone, so that runs of equally many steps have
the same bins; which numbers belong to which is said by their names: see `derived`.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from math import fsum, isfinite, nan
from typing import Final

from pytest_repro.records import Scale
from pytest_repro.verdicts.transforms import from_scale, outside, to_scale

__all__ = ["BINS", "bin_edges", "bin_means"]

BINS: Final = 10
"""For the verdict; a report may draw more."""


def bin_edges(steps: Sequence[int], *, bins: int = BINS) -> tuple[int, ...]:
    """Space bins over the steps of a trace, evenly in the logarithm of the step.

    ``edge j = first − 1 + ⌈(last − first + 1)^(j / bins)⌉``; a bin that holds no step
    of the trace is joined to the one before it.

    Args:
        steps: The steps of the reference, increasing.
        bins: At most so many.

    Returns:
        The first step of each bin, increasing; none for no steps.

    Example:
        >>> bin_edges(range(1000), bins=3)
        (0, 9, 99)
    """
    if not steps:
        return ()
    first, last = steps[0], steps[-1]
    span = last - first + 1
    starts = [first + _ceil_root(span, index, bins) - 1 for index in range(bins)]
    return tuple(
        start
        for start, end in zip(starts, [*starts[1:], last + 1], strict=True)
        if bisect_left(steps, start) < bisect_left(steps, end)
    )


def _ceil_root(span: int, index: int, bins: int) -> int:
    """Compute ⌈span^(index / bins)⌉ in integers, the same on every platform."""
    power = span**index
    low, high = 1, span
    while low < high:
        middle = (low + high) // 2
        if middle**bins >= power:
            high = middle
        else:
            low = middle + 1
    return low


def bin_means(
    steps: Sequence[int],
    values: Sequence[float],
    *,
    edges: Sequence[int],
    scale: Scale = Scale.LINEAR,
) -> tuple[float, ...]:
    """Average a trace over each bin, on a scale.

    Args:
        steps: The steps of the trace, increasing.
        values: One a step.
        edges: See `bin_edges`.
        scale: On which is averaged: geometric means for the log scale.

    Returns:
        One mean a bin, in the metric's unit. NaN for a bin without a step, or with a
        value that is not finite: a gap is no agreement. A value outside the scale's
        domain stands for its bin, so that whoever compares must refuse it.
    """
    bins: list[list[float]] = [[] for _ in edges]
    for step, value in zip(steps, values, strict=True):
        place = bisect_right(edges, step) - 1
        if place >= 0:
            bins[place].append(value)
    return tuple(_mean_on(held, scale) for held in bins)


def _mean_on(values: Sequence[float], scale: Scale) -> float:
    if not values or not all(map(isfinite, values)):
        return nan
    stray = outside(values, scale)
    if stray is not None:
        return stray
    total = fsum(to_scale(value, scale) / len(values) for value in values)
    return from_scale(total, scale)
