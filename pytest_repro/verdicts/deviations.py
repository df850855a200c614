"""How far one number is from another, as a multiple of what a tolerance allows.

Computed in exact fractions: no rounding, no overflow at the largest float, no loss in
64-bit integers. A number that is NaN or infinite is at no finite distance from any
other, so it is never inside a tolerance; equal bits are not asked about here.
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from pytest_repro.records import Tolerance

__all__ = [
    "allowed_at",
    "deviation_from",
    "exact_mean",
    "is_inside",
    "multiple",
    "multiple_text",
    "number_text",
]

DIGITS: Final = (2, 6, 17)


def deviation_from(
    reference: float, obtained: float, tolerance: Tolerance
) -> Fraction | None:
    """Compute a deviation as a multiple of what a tolerance allows there.

    ``|obtained − reference| / (absolute + relative · |reference|)``

    Args:
        reference: The reference value.
        obtained: The obtained one.
        tolerance: What is allowed.

    Returns:
        See `multiple`.
    """
    if not math.isfinite(reference):
        return None
    return multiple(obtained, reference, allowed_at(tolerance, reference))


def multiple(
    obtained: float, reference: float | Fraction, allowed: Fraction
) -> Fraction | None:
    """Compute a deviation as a multiple of what is allowed.

    Args:
        obtained: One number.
        reference: The other.
        allowed: How far it may be, in the same unit.

    Returns:
        ``|obtained − reference| / allowed``, exactly; None where no finite multiple
        will do: a number is not finite, or they differ and nothing is allowed.
    """
    if not (math.isfinite(obtained) and math.isfinite(reference)):
        return None
    distance = abs(Fraction(obtained) - Fraction(reference))
    if distance == 0:
        return distance
    return distance / allowed if allowed else None


def allowed_at(tolerance: Tolerance, reference: float | Fraction) -> Fraction:
    """Compute what a tolerance allows around a reference value.

    Args:
        tolerance: The tolerance.
        reference: The value, finite.

    Returns:
        ``absolute + relative · |reference|``, exactly.
    """
    absolute, relative = Fraction(tolerance.absolute), Fraction(tolerance.relative)
    return absolute + relative * abs(Fraction(reference))


def is_inside(deviation: Fraction | None) -> bool:
    """Say whether a deviation stays within what is allowed.

    Args:
        deviation: As a multiple, see `multiple`.

    Returns:
        True up to and including one.
    """
    return deviation is not None and deviation <= 1


def exact_mean(values: Sequence[float]) -> Fraction | None:
    """Compute the mean without rounding.

    Args:
        values: The numbers.

    Returns:
        The mean; None if there are none or one is not finite.
    """
    if not values or not all(map(math.isfinite, values)):
        return None
    return sum(map(Fraction, values), Fraction(0)) / len(values)


def multiple_text(deviation: Fraction | None) -> str:
    """Write a multiple with as few digits as show on which side of one it is.

    Args:
        deviation: As a multiple, see `multiple`.

    Returns:
        Such as ``0.4``, ``1.00001`` or ``inf``.
    """
    if deviation is None:
        return "inf"
    for digits in DIGITS:
        text = number_text(deviation, digits=digits)
        if deviation <= 1 or float(text) > 1:
            return text
    return "just over 1"


def number_text(number: Fraction, *, digits: int = 4) -> str:
    """Write an exact number for people.

    Args:
        number: The number, of any size.
        digits: How many significant digits.

    Returns:
        A decimal; an infinity if no float is large enough.
    """
    try:
        return f"{float(number):.{digits}g}"
    except OverflowError:
        return "-inf" if number < 0 else "inf"
