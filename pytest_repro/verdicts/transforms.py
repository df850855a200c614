"""From a metric's own unit to the scale on which its margin is meant, and to numbers.

A loss shifts by a ratio, an accuracy near one by a difference of log-odds. Values
outside a scale's domain make the metric undecidable, which is never a pass. A seed that
crashed is data, not a gap: it becomes a number far away on the bad side. Sections 3.1
(6) and 3.4 of the notes on statistics.
"""

from collections.abc import Iterable, Sequence
from math import exp, expm1, isfinite, log, log1p
from typing import Final, assert_never

from pytest_repro.records import Scale, Tolerance
from pytest_repro.verdicts.confirmation import clean
from pytest_repro.verdicts.deviations import allowed_at, exact_mean

__all__ = [
    "automatic_margin",
    "from_scale",
    "margin_from",
    "margin_of",
    "margin_on",
    "outside",
    "placed",
    "slope_on",
    "to_scale",
]

FAR: Final = 100
"""A value that is not finite lies so many standard deviations, or margins, away."""

AUTOMATIC: Final = 3
"""Standard deviations of the reference that an automatic margin is wide."""


def outside(values: Iterable[float], scale: Scale) -> float | None:
    """Find a value that a scale has no place for.

    Args:
        values: In the metric's unit; those not finite are data, not outside.
        scale: The scale.

    Returns:
        The first such value, None if there is none.
    """
    finite = (value for value in values if isfinite(value))
    return next((value for value in finite if not _fits(value, scale)), None)


def _fits(value: float, scale: Scale) -> bool:
    match scale:
        case Scale.LINEAR:
            return True
        case Scale.LOG:
            return value > 0
        case Scale.LOGIT:
            return 0 < value < 1
        case _:
            assert_never(scale)


def to_scale(value: float, scale: Scale) -> float:
    """Transform a value; one that is not finite stays what it is.

    Args:
        value: In the metric's unit, inside the scale's domain.
        scale: The scale.

    Returns:
        The value, its logarithm or its log-odds.
    """
    if not isfinite(value):
        return value
    match scale:
        case Scale.LINEAR:
            return value
        case Scale.LOG:
            return log(value)
        case Scale.LOGIT:
            return log(value) - log1p(-value)
        case _:
            assert_never(scale)


def from_scale(value: float, scale: Scale) -> float:
    """Transform back.

    Args:
        value: On the scale, finite.
        scale: The scale.

    Returns:
        The value in the metric's unit.
    """
    match scale:
        case Scale.LINEAR:
            return value
        case Scale.LOG:
            return exp(value)
        case Scale.LOGIT:
            return 1 / (1 + exp(-value)) if value > 0 else 1 - 1 / (1 + exp(value))
        case _:
            assert_never(scale)


def margin_on(margin: float, scale: Scale) -> float:
    """Transform a margin: on the log scale it is a ratio.

    Args:
        margin: As a person states it, 0.02 for two per cent on the log scale.
        scale: The scale.

    Returns:
        The margin on the scale.
    """
    return log1p(margin) if scale is Scale.LOG else margin


def margin_from(width: float, scale: Scale) -> float:
    """Transform a margin back.

    Args:
        width: On the scale.
        scale: The scale.

    Returns:
        The margin as a person states it.
    """
    return expm1(width) if scale is Scale.LOG else width


def slope_on(value: float, scale: Scale) -> float:
    """Compute how far a small step in the metric's unit goes on the scale.

    Args:
        value: Where, inside the scale's domain.
        scale: The scale.

    Returns:
        The derivative of `to_scale`.
    """
    match scale:
        case Scale.LINEAR:
            return 1.0
        case Scale.LOG:
            return 1 / value
        case Scale.LOGIT:
            return 1 / (value * (1 - value))
        case _:
            assert_never(scale)


def placed(
    values: Sequence[float], *, mean: float, spread: float, margin: float
) -> tuple[float, ...]:
    """Give values that are not finite a place: far above, −∞ far below.

    Args:
        values: On the scale.
        mean: Of the reference, without them.
        spread: Its standard deviation.
        margin: On the scale; the place is beyond it however small the spread.

    Returns:
        Finite values.
    """
    far = FAR * max(spread, margin)
    return tuple(
        value if isfinite(value) else mean + (-far if value < 0 else far)
        for value in values
    )


def margin_of(tolerance: Tolerance, reference: Sequence[float]) -> float:
    """Compute the margin that a tolerance states, from the reference alone.

    Args:
        tolerance: An equivalence, its automatic margin frozen.
        reference: The reference's values, in the metric's unit.

    Returns:
        ``absolute + relative · |mean of the finite values|``, as a person states it;
        zero if a fraction of nothing is asked for.
    """
    finite = [value for value in reference if isfinite(value)]
    mean = exact_mean(finite)
    return tolerance.absolute if mean is None else float(allowed_at(tolerance, mean))


def automatic_margin(reference: Sequence[float], scale: Scale) -> float:
    """Measure the margin that ``"auto"`` stands for, to be frozen in the reference.

    Args:
        reference: The reference's values, in the metric's unit, inside the domain.
        scale: The scale.

    Returns:
        Three standard deviations of the cleaned reference, as a person would state it.

    Raises:
        ValueError: If fewer than two values are finite.
    """
    finite = [to_scale(value, scale) for value in reference if isfinite(value)]
    if len(finite) < 2:  # noqa: PLR2004  # a spread takes two
        msg = f"an automatic margin takes two finite values, got {len(finite)}"
        raise ValueError(msg)
    return margin_from(AUTOMATIC * clean(finite).spread, scale)
