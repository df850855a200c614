"""The quantum of a metric: the smallest step in which it can move at all.

An accuracy over 360 images moves by 1/360 or not at all. When no perturbed run happened
to flip an image, a single flip must not look infinitely far away; and a sample of equal
accuracies has not lost its spread, its spread is below the quantum. Inferred from the
values themselves, as nobody should have to declare it.
"""

from collections.abc import Iterable
from fractions import Fraction
from math import isfinite, isqrt, lcm
from typing import Final

from pytest_repro.records import Scalar

__all__ = ["quantum_of"]

_EPSILON: Final = {"float64": 2.0**-52, "float32": 2.0**-23}
_LARGEST: Final = 10**6


def quantum_of(values: Iterable[Scalar]) -> float:
    """Infer the quantum of a metric from numbers that it took.

    Args:
        values: All that are known, of every run.

    Returns:
        1/n, if each is a fraction k/n with a common n that is small for its type; 1
        for integers; 0 if the metric moves freely.

    Example:
        >>> half, third = Scalar.of(1 / 2), Scalar.of(1 / 3)
        >>> quantum_of([half, third])
        0.16666666666666666
    """
    common = 1
    for scalar in values:
        fraction = _fraction(scalar)
        if fraction is None:
            return 0.0
        common = lcm(common, fraction.denominator)
        if common > _largest_denominator(scalar):
            return 0.0
    return 1 / common


def _fraction(scalar: Scalar) -> Fraction | None:
    """Find the only small fraction that rounds to a number of this type."""
    value = scalar.value
    if not isfinite(value):
        return None
    if isinstance(value, int):
        return Fraction(value)
    largest = _largest_denominator(scalar)
    if largest == 1:
        return None
    near = Fraction(value).limit_denominator(largest)
    rounded = Scalar.of(float(near), scalar.dtype)
    return near if rounded.bits == scalar.bits else None


def _largest_denominator(scalar: Scalar) -> int:
    """Return n such that no two fractions of denominators up to n round alike.

    They are at least 1/n² apart, and numbers of this size ε·|value|.
    """
    epsilon = _EPSILON.get(scalar.dtype)
    if epsilon is None:
        return 1
    largest = isqrt(int(1 / (epsilon * max(1.0, abs(scalar.value)))))
    return max(1, min(_LARGEST, largest))
