"""Rates with intervals, and quantiles that were really seen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.verdicts.rates import Rate, quantile

COUNTS = st.integers(0, 400).flatmap(
    lambda total: st.builds(Rate, count=st.integers(0, total), total=st.just(total))
)


@given(COUNTS)
def test_the_interval_holds_the_share(rate: Rate) -> None:
    """0 ≤ low ≤ share ≤ high ≤ 1, and the other side is its mirror image."""
    low, high = rate.interval
    mirrored = Rate(count=rate.total - rate.count, total=rate.total).interval

    assert 0 <= low <= high <= 1
    assert rate.share is None or low <= rate.share <= high
    assert mirrored == pytest.approx((1 - high, 1 - low), abs=1e-12)


def test_the_interval_is_that_of_wilson() -> None:
    """Against scipy, which computes it otherwise."""
    from scipy.stats import binomtest  # noqa: PLC0415  # slow to load

    found = binomtest(40, 42).proportion_ci(method="wilson")

    assert Rate(count=40, total=42).interval == pytest.approx((found.low, found.high))


def test_nothing_seen_says_nothing() -> None:
    """Without a session there is no share, and any rate is possible."""
    assert Rate(count=0, total=0).share is None
    assert Rate(count=0, total=0).interval == (0.0, 1.0)


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0.01, 1))
def test_a_quantile_is_one_of_the_values(values: list[float], share: float) -> None:
    """At least so large a share does not exceed it."""
    found = quantile(values, share)

    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-9


def test_no_value_has_no_quantile() -> None:
    """None, not zero: zero seconds would be a claim."""
    assert quantile([], 0.5) is None
