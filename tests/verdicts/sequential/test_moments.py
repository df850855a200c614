"""Means and spreads: exact where they can be, and the same in every order."""

import statistics
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.verdicts.moments import mean_of, median_of, spread_of

MODERATE = st.floats(-1e6, 1e6).map(lambda value: round(value, 6))
VALUES = st.lists(MODERATE, min_size=2, max_size=12)


@given(values=VALUES)
def test_moments_are_those_of_the_standard_library(values: list[float]) -> None:
    """Up to rounding in the largest value."""
    near = 1e-9 * max(map(abs, values))

    assert mean_of(values) == pytest.approx(statistics.fmean(values), abs=near)
    assert spread_of(values) == pytest.approx(statistics.stdev(values), abs=near)
    assert median_of(values) == statistics.median(values)


@given(values=VALUES, order=st.randoms(use_true_random=False))
def test_order_does_not_matter(values: list[float], order: Random) -> None:
    """The same bits, however the values are shuffled."""
    shuffled = list(values)
    order.shuffle(shuffled)

    assert mean_of(shuffled) == mean_of(values)
    assert spread_of(shuffled, lost=0) == spread_of(values, lost=0)


@given(value=st.floats(-1e300, 1e300), count=st.integers(2, 30))
def test_equal_values_have_exactly_their_mean(value: float, count: int) -> None:
    """mean(x, …, x) = x and spread(x, …, x) = 0."""
    assert mean_of([value] * count) == value
    assert spread_of([value] * count) == 0
