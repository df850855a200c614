"""The lattice on which a metric lives: an accuracy over 10,000 images moves in steps.

A reference that happens to repeat one value has no spread, yet the metric could not
have shown less than half a step. So the step is inferred from the values, exactly, and
puts a floor under the spread: section 3.4, rule 4, of the notes on statistics.
"""

import struct
from collections.abc import Callable, Iterable
from fractions import Fraction
from math import isfinite, lcm, sqrt
from typing import Final

__all__ = ["least_spread", "quantum_of"]

LARGEST_COUNT: Final = 10**6
"""Of items that a rate is taken over, where values carry 64-bit precision."""

LARGEST_COUNT_32: Final = 4096
"""The same at 32-bit precision, where more would fit any number."""


def quantum_of(values: Iterable[float]) -> float | None:
    """Infer the step of the lattice that all values lie on.

    Every value must be the float nearest to some k/n, with one n for all of them.

    Args:
        values: The values, in the metric's unit; those not finite are passed over.

    Returns:
        ``1/n``, so 1 for whole numbers; None if there is no such lattice, or fewer
        than two different values, which lie on too many.

    Example:
        >>> quantum_of([0.9834, 0.9841, 0.985])
        0.0001
        >>> quantum_of([0.1, 2**-0.5]) is None
        True
    """
    distinct = sorted({value for value in values if isfinite(value)})
    if len(distinct) < 2:  # noqa: PLR2004  # one value lies on too many lattices
        return None
    if all(_as_32(value) == value for value in distinct):
        return _step(distinct, LARGEST_COUNT_32, _as_32)
    return _step(distinct, LARGEST_COUNT, float)


def _step(
    values: Iterable[float], largest: int, rounded: Callable[[float], float]
) -> float | None:
    count = 1
    for value in values:
        near = Fraction(value).limit_denominator(largest)
        count = lcm(count, near.denominator)
        if count > largest or rounded(float(near)) != value:
            return None
    return 1 / count


def _as_32(value: float) -> float:
    """Round to 32-bit precision; too large a number is left as it is not."""
    try:
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    except OverflowError:
        return float("nan")


def least_spread(quantum: float | None) -> float:
    """Compute the spread below which a lattice shows none.

    Args:
        quantum: The step, None for none.

    Returns:
        ``quantum / √12``, the standard deviation of rounding to the lattice.
    """
    return (quantum or 0.0) / sqrt(12)
