"""Two one-sided tests against a cleaned reference: against SciPy, at their edges."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pytest_repro.verdicts.confirmation import (
    Centre,
    clean,
    is_confirmed,
    start_of,
    statistic,
    upper_quantile,
)

NORMAL = np.random.default_rng(8).normal(size=10).tolist()
CENTRE = Centre(mean=0.0, spread=1.0, kept=10, seeds=10)


@pytest.mark.parametrize("shift", [-1.0, 0.0, 0.5])
@pytest.mark.parametrize("seeds", [1, 2, 5])
def test_statistic_is_the_pooled_t(seeds: int, shift: float) -> None:
    """Where nothing is clipped, it is the pooled t, or the t of a prediction."""
    obtained = np.random.default_rng(seeds).normal(size=seeds)

    found = statistic(obtained.tolist(), clean(NORMAL), shift=shift)

    pooled = (9 * np.var(NORMAL, ddof=1) + seeds * np.var(obtained)) / (8 + seeds)
    error = np.sqrt(pooled * (1 / 10 + 1 / seeds))
    assert found == pytest.approx((obtained.mean() - shift - np.mean(NORMAL)) / error)


def test_statistic_equals_scipy() -> None:
    """Two samples of normal data: the same as Student's test of SciPy."""
    obtained = np.random.default_rng(3).normal(size=4)

    found = statistic(obtained.tolist(), clean(NORMAL), shift=0.25)

    assert found == pytest.approx(stats.ttest_ind(obtained - 0.25, NORMAL).statistic)


def test_one_crash_counts_for_no_more_than_the_prediction_limit() -> None:
    """A thousand and a million standard deviations are the same."""
    near = statistic([0.0, 0.1, 1e3], CENTRE, shift=0.0)
    far = statistic([0.0, 0.1, 1e6], CENTRE, shift=0.0)

    assert near == far


def test_a_shift_of_one_margin_is_not_confirmed() -> None:
    """The planted fault: a mean that lies a whole margin away is never equal."""
    obtained = [3.0, 3.1, 2.9]

    assert not is_confirmed(obtained, CENTRE, margin=3.0, level=0.05)
    assert is_confirmed([0.0, 0.1, -0.1], CENTRE, margin=3.0, level=0.05)


@pytest.mark.parametrize("side", [-1, 1])
def test_both_sides_must_reject(side: int) -> None:
    """A mean far on one side of the margin passes neither for better nor for worse."""
    obtained = [side * 10.0] * 5

    assert not is_confirmed(obtained, CENTRE, margin=3.0, level=0.05)


def test_level_zero_confirms_nothing() -> None:
    """Before the start there is nothing to spend."""
    assert not is_confirmed([0.0] * 9, CENTRE, margin=100.0, level=0.0)


@given(
    obtained=st.lists(st.floats(-5, 5), min_size=1, max_size=6),
    margin=st.floats(0.1, 10),
    factor=st.floats(1.0, 10.0),
)
def test_wider_margins_confirm_no_less(
    obtained: list[float], margin: float, factor: float
) -> None:
    """Let a ≤ b: confirmed within a ⇒ confirmed within b, at one level."""
    narrow = is_confirmed(obtained, CENTRE, margin=margin, level=0.05)
    wide = is_confirmed(obtained, CENTRE, margin=margin * factor, level=0.05)

    assert wide or not narrow


@pytest.mark.parametrize("crashes", [[50.0], [50.0, -60.0]])
def test_failed_seeds_of_the_reference_are_removed(crashes: Sequence[float]) -> None:
    """Up to a quarter of the reference may have crashed; the rest describes it."""
    found = clean([*NORMAL, *crashes])

    assert found == Centre(
        mean=clean(NORMAL).mean,
        spread=clean(NORMAL).spread,
        kept=10,
        seeds=10 + len(crashes),
    )


def test_more_failed_seeds_than_a_quarter_stay() -> None:
    """Half of a reference is no outlier: the spread shows it."""
    found = clean([0.0, 0.1, 0.2, 0.15, 50.0, 51.0, 52.0, 50.5])

    assert found.kept == 8
    assert found.spread > 20


def test_a_normal_reference_is_left_alone() -> None:
    """At a level of 0.002, fewer than 8 in 2,000 normal references lose a seed."""
    draws = np.random.default_rng(5).normal(size=(2000, 10)).tolist()

    removed = sum(clean(values).kept < 10 for values in draws)

    assert removed <= 10


def test_masked_outliers_are_found() -> None:
    """Two that hide each other go, though the first alone would not be removed."""
    values = [*NORMAL, *NORMAL[:2], 9.0, 9.1]

    assert clean(values).kept == 12


@given(values=st.permutations([*NORMAL[:7], 40.0]))
def test_order_of_seeds_does_not_matter(values: list[float]) -> None:
    """A reference is a set: the same bits in any order."""
    assert clean(values) == clean([*NORMAL[:7], 40.0])


@pytest.mark.parametrize("value", [0.1, 1 / 3, 1e-300, 7e300])
def test_equal_values_have_no_spread_at_all(value: float) -> None:
    """No rounding of a mean pretends a spread; a floor replaces it."""
    assert clean([value] * 7).spread == 0.0
    assert clean([value] * 7).mean == value
    assert clean([value] * 7, least_spread=0.5).spread == 0.5


def test_reference_without_spread_confirms_what_lies_inside() -> None:
    """Without spread a value is inside the margin or is not."""
    still = Centre(mean=1.0, spread=0.0, kept=10, seeds=10)

    assert is_confirmed([1.0], still, margin=0.1, level=0.02)
    assert is_confirmed([1.05], still, margin=0.1, level=0.02)
    assert not is_confirmed([1.2], still, margin=0.1, level=0.02)


def test_start_is_where_a_metric_is_plausible() -> None:
    """2.3 standard errors: three seeds for a margin of 1.6, none for 0.5."""
    assert start_of(CENTRE, 3.0, (1, 2, 3)) == 1
    assert start_of(CENTRE, 1.6, (1, 2, 3)) == 3
    assert start_of(CENTRE, 0.5, (1, 2, 3)) == float("inf")
    assert start_of(CENTRE, 3.0, (1, 2, 3), min_seeds=2) == 2
    assert start_of(CENTRE, 0.0, (1, 2, 3)) == float("inf")


def test_quantiles_are_students() -> None:
    """As SciPy's distribution has them."""
    assert upper_quantile(9, 0.0005) == pytest.approx(stats.t.isf(0.0005, 9))
