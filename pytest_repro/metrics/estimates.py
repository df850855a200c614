"""A number with the interval around it that its own rows support."""

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from pytest_repro.errors import MetricError

if TYPE_CHECKING:
    from pytest_repro.metrics.inputs import Floats

__all__ = ["Estimate", "check_level", "mean_of", "quantile_of", "rows_needed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with its interval; each part is a plain float that can be logged.

    Attributes:
        value: The number.
        low: The lower end of the interval.
        high: The upper end.
        level: How often such an interval holds the true number, in (0, 1).
        rows: From how many rows it was computed.
    """

    value: float
    low: float
    high: float
    level: float
    rows: int


def check_level(level: float) -> Fraction:
    """Return a level as the decimal that was written.

    Args:
        level: Such as 0.95.

    Returns:
        The fraction 19/20, which no binary rounding has touched.

    Raises:
        MetricError: If it does not lie in (0, 1).
    """
    if not 0 < level < 1:
        msg = f"level: lies between 0 and 1, got {level!r}"
        raise MetricError(msg)
    return Fraction(repr(float(level)))


def mean_of(values: "Floats") -> float:
    """Return a mean that does not depend on the order of its values.

    Args:
        values: float64[rows], one or more.

    Returns:
        The exact sum, rounded once, over the number of rows.
    """
    return math.fsum(values.tolist()) / len(values)


def quantile_of(values: "Floats", share: float, level: float) -> Estimate:
    """Estimate a quantile, with an interval that supposes no distribution.

    For rows drawn independently from one continuous distribution with the quantile ξ,
    the number of rows below ξ is binomial; so ranks l and u with
    P(B ≤ l − 1) ≤ (1 − level) / 2 and P(B ≥ u) ≤ (1 − level) / 2 enclose it:
    P(x_(l) ≤ ξ ≤ x_(u)) ≥ level.

    Args:
        values: float64[rows].
        share: Which quantile, in (0, 1); 0.5 is the median.
        level: Of the interval.

    Returns:
        The value of rank ⌈share × rows⌉, and the interval.

    Raises:
        MetricError: If there are too few rows for any such interval.

    Source:
        David & Nagaraja 2003, Order Statistics, section 7.1.
    """
    from scipy import stats  # noqa: PLC0415  # loading a test stays cheap

    rows = len(values)
    tail = float((1 - check_level(level)) / 2)
    # The largest l with P(B <= l − 1) <= tail; the least u with P(B >= u) <= tail.
    low = int(stats.binom.ppf(tail, rows, share))
    while low > 0 and stats.binom.cdf(low - 1, rows, share) > tail:
        low -= 1
    high = int(stats.binom.isf(tail, rows, share)) + 1
    while high <= rows and stats.binom.sf(high - 1, rows, share) > tail:
        high += 1
    if low < 1 or high > rows:
        needed = rows_needed(share, level)
        msg = (
            f"{rows} rows do not support an interval of level {level} around the"
            f" quantile {share}: {needed} are needed"
        )
        raise MetricError(msg)
    ranked = sorted(values.tolist())
    rank = math.ceil(Fraction(repr(float(share))) * rows)
    return Estimate(
        value=ranked[rank - 1],
        low=ranked[low - 1],
        high=ranked[high - 1],
        level=level,
        rows=rows,
    )


def rows_needed(share: float, level: float) -> int:
    """Count the rows that the interval around a quantile needs at least.

    Args:
        share: Which quantile, in (0, 1).
        level: Of the interval.

    Returns:
        The least n with max(share, 1 − share)ⁿ ≤ (1 − level) / 2.
    """
    tail = float((1 - check_level(level)) / 2)
    return math.ceil(math.log(tail) / math.log(max(share, 1 - share)))
