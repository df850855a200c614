"""Two one-sided tests: against SciPy, at their edges, at their stated error rate."""

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from pytest_repro.records import Rung
from pytest_repro.verdicts.equivalence import ALPHA, compare_samples

FINITE = st.floats(-1e6, 1e6)
SAMPLES = st.lists(FINITE, min_size=3, max_size=8)


def by_scipy(
    obtained: Sequence[float], reference: Sequence[float], margin: float
) -> float:
    """Compute the larger p-value of the two one-sided Welch tests, independently."""
    ours, theirs = np.array(obtained), np.array(reference)
    over = stats.ttest_ind(
        ours + margin, theirs, equal_var=False, alternative="greater"
    )
    under = stats.ttest_ind(ours - margin, theirs, equal_var=False, alternative="less")
    return float(max(over.pvalue, under.pvalue))


@pytest.mark.parametrize("margin", [0.05, 0.2, 0.5, 1.0, 2.0, 5.0])
@pytest.mark.parametrize("seed", range(10))
def test_equivalent_exactly_where_both_tests_reject(seed: int, margin: float) -> None:
    """The interval lies inside the margin if and only if both p-values are ≤ 0.05."""
    random = np.random.default_rng(seed)
    obtained = random.normal(0.1, 1.0, 3 + seed % 4).tolist()
    reference = random.normal(0.0, 0.5, 10).tolist()

    answer = compare_samples(obtained, reference, margin=margin)

    is_shown = by_scipy(obtained, reference, margin) <= ALPHA
    assert (answer.rung is Rung.EQUIVALENT) == is_shown


@pytest.mark.parametrize("shift", [-3.0, 3.0])
def test_interval_outside_the_margin_has_diverged(shift: float) -> None:
    """A clear shift beyond the margin diverged, for better or for worse."""
    reference = [1.0, 1.1, 0.9, 1.05]
    obtained = [value + shift for value in reference]

    assert compare_samples(obtained, reference, margin=0.5).rung is Rung.DIVERGED


def test_interval_across_the_margin_decides_nothing() -> None:
    """Where the data allow both, nothing is claimed, and n is told."""
    answer = compare_samples([1.0, 2.0, 3.0], [1.1, 2.1, 3.1, 2.0], margin=0.5)

    assert answer.rung is Rung.INCONCLUSIVE
    assert "over 3 obtained and 4 reference seeds" in answer.detail
    assert "margin 0.5" in answer.detail


@pytest.mark.parametrize(("ours", "theirs"), [(2, 10), (10, 2), (1, 1), (0, 5), (5, 0)])
def test_fewer_than_three_seeds_decide_nothing(ours: int, theirs: int) -> None:
    """Too few seeds on either side show nothing, however equal they are."""
    answer = compare_samples([1.0] * ours, [1.0] * theirs, margin=1.0)

    assert answer.rung is Rung.INCONCLUSIVE
    assert answer.detail == (
        f"{ours} obtained and {theirs} reference seeds cannot decide:"
        " it takes 3 on each side"
    )


@pytest.mark.parametrize("bad", [math.nan, math.inf])
@pytest.mark.parametrize("is_swapped", [False, True])
def test_values_that_are_not_finite_decide_nothing(
    bad: float, *, is_swapped: bool
) -> None:
    """NaN is equivalent to nothing, and lies outside of nothing."""
    sides = [1.0, 1.0, bad], [1.0, 1.0, 1.0]

    answer = compare_samples(*(sides[::-1] if is_swapped else sides), margin=9.0)

    assert answer.rung is Rung.INCONCLUSIVE


@pytest.mark.parametrize(
    ("shift", "margin", "rung"),
    [
        (0.0, 0.0, Rung.EQUIVALENT),
        (0.0, 1.0, Rung.EQUIVALENT),
        (0.5, 0.5, Rung.EQUIVALENT),
        (0.5, 0.25, Rung.DIVERGED),
        (5e-324, 0.0, Rung.DIVERGED),
    ],
)
def test_samples_without_spread_are_compared_by_value(
    shift: float, margin: float, rung: Rung
) -> None:
    """A variance of zero divides nothing by zero."""
    assert compare_samples([shift] * 3, [0.0] * 3, margin=margin).rung is rung


def test_one_side_without_spread() -> None:
    """Degrees of freedom come from the side that varies."""
    obtained, reference = [0.9, 1.0, 1.1], [1.0] * 5

    near = compare_samples(obtained, reference, margin=0.2)
    far = compare_samples(obtained, reference, margin=0.1)

    half = stats.t.ppf(0.95, 2) * 0.1 / math.sqrt(3)
    assert near.rung is Rung.EQUIVALENT
    assert far.rung is Rung.INCONCLUSIVE
    assert near.worst is not None
    assert float(near.worst) == pytest.approx(half / 0.2, rel=1e-12)


def test_largest_floats_do_not_overflow() -> None:
    """Means and spreads of the largest floats are computed all the same."""
    values = [1.7e308, 1.6e308, 1.65e308]

    same = compare_samples(values, values, margin=1e308)
    apart = compare_samples(values, [-value for value in values], margin=1e308)

    assert same.rung is Rung.EQUIVALENT
    assert apart.rung is Rung.DIVERGED


def test_wide_margin_shows_its_width() -> None:
    """The margin is told in reference deviations, so an empty promise is seen."""
    answer = compare_samples([1.0, 1.0, 1.1], [0.9, 1.0, 1.1], margin=1.0)

    assert answer.detail.endswith("margin 1 (10 reference standard deviations)")


def test_shift_of_one_margin_passes_at_the_stated_rate() -> None:
    """Of 1000 samples shifted by the margin, 5 % pass; ±2 % is 2.9 standard errors."""
    random = np.random.default_rng(1)
    obtained = random.normal(2.0, 1.0, (1000, 5))
    reference = random.normal(0.0, 1.0, (1000, 10))

    passed = sum(
        compare_samples(ours.tolist(), theirs.tolist(), margin=2.0).rung
        is Rung.EQUIVALENT
        for ours, theirs in zip(obtained, reference, strict=True)
    )

    assert 0.03 <= passed / 1000 <= 0.07


@given(obtained=SAMPLES, reference=SAMPLES, margin=st.floats(0, 1e6))
def test_sides_can_be_swapped(
    obtained: list[float], reference: list[float], margin: float
) -> None:
    """rung(a, b) = rung(b, a)."""
    there = compare_samples(obtained, reference, margin=margin)
    back = compare_samples(reference, obtained, margin=margin)

    assert there.rung is back.rung


@given(
    obtained=SAMPLES,
    reference=SAMPLES,
    margins=st.tuples(st.floats(0, 1e6), st.floats(0, 1e6)),
)
def test_wider_margin_never_lowers_the_rung(
    obtained: list[float], reference: list[float], margins: tuple[float, float]
) -> None:
    """Widen: m ≤ m' ⇒ rung(m) ≤ rung(m')."""
    narrow = compare_samples(obtained, reference, margin=min(margins))
    wide = compare_samples(obtained, reference, margin=max(margins))

    assert narrow.rung.height <= wide.rung.height


@given(obtained=SAMPLES, reference=SAMPLES, power=st.integers(-300, 300))
def test_unit_does_not_matter(
    obtained: list[float], reference: list[float], power: int
) -> None:
    """rung(c·a, c·b, c·m) = rung(a, b, m) for exact c, wherever no value is lost."""
    unit = Fraction(2) ** power
    ours = [float(Fraction(value) * unit) for value in obtained]
    theirs = [float(Fraction(value) * unit) for value in reference]
    before, after = (*obtained, *reference), (*ours, *theirs)
    assume([Fraction(value) * unit for value in before] == [*map(Fraction, after)])

    plain = compare_samples(obtained, reference, margin=Fraction(1))
    other = compare_samples(ours, theirs, margin=unit)

    assert plain.rung is other.rung
