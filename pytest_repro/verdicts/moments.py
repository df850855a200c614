"""Mean, spread and median that are the same bits on every machine and in every order.

Sums are rounded once (`math.fsum`) and taken about a value of the sample itself, so a
sample without spread has exactly that mean and a spread of exactly zero. This is no
statistics library: it holds what the verdict over seeds needs.
"""

from collections.abc import Sequence
from math import fsum, sqrt

__all__ = ["mean_of", "median_of", "spread_of"]


def mean_of(values: Sequence[float]) -> float:
    """Compute the mean.

    Args:
        values: Finite numbers, at least one.

    Returns:
        The mean, whatever the order of the values.
    """
    pivot = sorted(values)[len(values) // 2]
    return pivot + fsum(value - pivot for value in values) / len(values)


def spread_of(values: Sequence[float], *, lost: int = 1) -> float:
    """Compute the standard deviation.

    Args:
        values: Finite numbers, more than are lost.
        lost: Degrees of freedom lost: one for a sample, none for a whole population.

    Returns:
        The standard deviation; zero exactly if all values are equal.
    """
    mean = mean_of(values)
    squares = fsum((value - mean) ** 2 for value in values)
    return sqrt(squares / (len(values) - lost))


def median_of(values: Sequence[float]) -> float:
    """Compute the median.

    Args:
        values: Finite numbers, at least one.

    Returns:
        The middle value, or the mean of the two in the middle.
    """
    ordered = sorted(values)
    high = len(ordered) // 2
    return (ordered[~high] + ordered[high]) / 2
