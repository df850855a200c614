"""Intervals around a quantile: published ranks, and the probability they promise."""

from functools import reduce
from math import comb
from operator import add

import numpy as np
import pytest

from pytest_repro.errors import MetricError
from pytest_repro.metrics.estimates import mean_of, quantile_of, rows_needed


def test_mean_of_any_order_is_one_where_a_plain_sum_has_two() -> None:
    """The laws of order can fail: a sum from left to right breaks them."""
    one, other = [1e16, 1.0, -1e16], [1e16, -1e16, 1.0]

    assert reduce(add, one) != reduce(add, other)
    assert mean_of(np.array(one)) == mean_of(np.array(other)) == 1 / 3


def ranks(rows: int, share: float, level: float) -> tuple[int, int]:
    """Return the ranks that an interval lies between."""
    found = quantile_of(np.arange(1.0, rows + 1), share, level)
    return int(found.low), int(found.high)


def enclosed(rows: int, share: float, low: int, high: int) -> float:
    """Compute P(x_(low) ≤ ξ < x_(high)) by summing the binomial distribution."""
    return sum(
        comb(rows, k) * share**k * (1 - share) ** (rows - k) for k in range(low, high)
    )


@pytest.mark.parametrize(
    ("rows", "low", "high"), [(6, 1, 6), (10, 2, 9), (20, 6, 15), (100, 40, 61)]
)
def test_ranks_around_a_median_are_those_of_the_tables(
    rows: int, low: int, high: int
) -> None:
    """At 95 %, as tables of the sign test have them (Conover 1999, table A3)."""
    assert ranks(rows, 0.5, 0.95) == (low, high)


@pytest.mark.parametrize("rows", [80, 100, 333])
@pytest.mark.parametrize("share", [0.5, 0.9, 0.95])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_interval_holds_the_quantile_as_often_as_it_says(
    rows: int, share: float, level: float
) -> None:
    """P ≥ level, and either end moved inwards by a rank breaks its half of the rest."""
    low, high = ranks(rows, share, level)
    tail = (1 - level) / 2

    assert enclosed(rows, share, low, high) >= level
    assert enclosed(rows, share, 0, low) <= tail < enclosed(rows, share, 0, low + 1)
    assert enclosed(rows, share, high, rows + 1) <= tail
    assert tail < enclosed(rows, share, high - 1, rows + 1)


def test_value_is_the_rank_of_the_share() -> None:
    """The 95th of a hundred, and the fifth of ten."""
    assert quantile_of(np.arange(1.0, 101), 0.95, 0.95).value == 95
    assert quantile_of(np.arange(1.0, 11), 0.5, 0.95).value == 5


def test_too_few_rows_are_counted() -> None:
    """Five rows cannot enclose a median at 95 %; six can."""
    with pytest.raises(MetricError, match=r"5 rows do not support .* 6 are needed"):
        quantile_of(np.arange(5.0), 0.5, 0.95)
    assert rows_needed(0.5, 0.95) == 6


@pytest.mark.parametrize("share", [0.5, 0.9, 0.95, 0.99])
def test_needed_rows_suffice_and_one_less_does_not(share: float) -> None:
    """The count is exact."""
    needed = rows_needed(share, 0.95)

    assert quantile_of(np.arange(float(needed)), share, 0.95).rows == needed
    with pytest.raises(MetricError, match="do not support"):
        quantile_of(np.arange(needed - 1.0), share, 0.95)
