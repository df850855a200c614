"""The rules of the contest are those of their sources, and its rule has its rates."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from benchmarks.contest.equality import clean
from benchmarks.contest.levels import one_sided_levels, two_sided_levels
from benchmarks.contest.measuring import measure
from benchmarks.contest.permuting import (
    has_changed,
    has_changed_alone,
    relabellings,
    robust_scores,
)
from benchmarks.contest.rivals import FIXED_RIVALS, rcp_published, welch
from benchmarks.contest.rivals_sequential import log_ratio
from benchmarks.contest.shapes import SHAPES, Cell, draw, draws

GENERATOR = np.random.default_rng(20261126)
REFERENCE = GENERATOR.standard_normal((50, 10, 1))
NEW = GENERATOR.standard_normal((50, 5, 1)) + 1.0
MARGINS = np.array([3.0])


@pytest.mark.parametrize("shape", sorted({*SHAPES} - {"crash5"}))
def test_shapes_have_mean_zero_and_variance_one(shape: str) -> None:
    """Every rule sees the same unit; half a million draws leave little doubt."""
    values = draw(shape, (50_000, 10, 1), np.random.default_rng(1))

    assert values.mean() == pytest.approx(0.0, abs=0.01)
    assert values.var() == pytest.approx(1.0, abs=0.06)


def test_skewed_shapes_have_the_skewness_they_promise() -> None:
    """1.4, either way."""
    values = draw("skew+", (50_000, 10, 1), np.random.default_rng(1)).ravel()
    mirrored = draw("skew-", (50_000, 10, 1), np.random.default_rng(1)).ravel()

    assert stats.skew(values) == pytest.approx(1.4, abs=0.05)
    assert stats.skew(mirrored) == pytest.approx(-1.4, abs=0.05)


def test_short_study_sees_the_beginning_of_a_long_one() -> None:
    """Draws depend on the cell alone, not on how many there are."""
    (few, _), (many, _) = next(draws(Cell(), 10)), next(draws(Cell(), 500))

    assert (few == many[:10]).all()


def test_welch_is_that_of_scipy() -> None:
    """The verdicts are those of `scipy.stats.ttest_ind(equal_var=False)`."""
    p = stats.ttest_ind(REFERENCE, NEW, axis=1, equal_var=False).pvalue

    same, changed = welch(REFERENCE, NEW, MARGINS)

    assert (changed == (p < 0.05)).all()
    assert (same == ~changed).all()


def test_rcp_is_that_of_mlperf() -> None:
    """The closed form accepts what a one-sided t-test from statistics accepts.

    Source: mlcommons/logging, `rcp_checker.py`: olympic means, population deviation of
    the reference on both sides, two runs fewer than were submitted.
    """
    trimmed = np.sort(REFERENCE, axis=1)[:, 1:-1].mean(axis=1)
    submitted = np.sort(NEW - 1.5, axis=1)[:, 1:-1].mean(axis=1)
    deviation = REFERENCE.std(axis=1)
    # The function takes sample deviations, of which it only uses the squares.
    p = stats.ttest_ind_from_stats(
        submitted, deviation, 3, trimmed, deviation, 8, alternative="less"
    ).pvalue

    same, changed = rcp_published(REFERENCE, NEW - 1.5, MARGINS)

    assert (same == (p > 0.05)).all()
    assert changed.any()
    assert same.any()


def test_e_value_is_the_ratio_of_noncentral_to_central_t() -> None:
    """As scipy computes it, where scipy can."""
    t = np.linspace(-6, 9, 31)

    ours = log_ratio(t, 11, np.array(4.0))

    ratio = stats.nct.pdf(t, 11, 4.0) / stats.t.pdf(t, 11)
    assert_allclose(ours, np.log(ratio), atol=1e-8)


def test_usual_rules_have_the_rates_that_follow_from_arithmetic() -> None:
    """Min–max fails 1 − m(m−1) / ((m+n)(m+n−1)) of unchanged runs, of any shape."""
    names = {rule.name: rule for rule in FIXED_RIVALS}
    exact = 1 - 10 * 9 / (13 * 12)

    (normal,) = measure("", Cell(), [names["every run in min–max"]], 20_000)
    (skewed,) = measure("", Cell(shape="t3"), [names["every run in min–max"]], 20_000)

    assert normal.changed == pytest.approx(exact, abs=0.012)
    assert skewed.changed == pytest.approx(exact, abs=0.012)


def test_permutation_test_is_exact() -> None:
    """Screened, it rejects what counting every relabelling rejects."""
    table = relabellings(6, 4, 1999)
    pooled = np.random.default_rng(3).standard_normal((200, 10, 2))
    pooled[:, 6:] += 1.0
    scores = robust_scores(pooled)
    sums = np.abs(np.einsum("rs,isk->irk", table.members, scores)).max(axis=2)
    own = np.abs(scores[:, 6:].sum(axis=1)).max(axis=1)
    p = (sums >= own[:, None] - 1e-9).mean(axis=1)

    changed = has_changed(scores, np.ones((200, 2), dtype=bool), 0.05, table)

    assert (changed == (p <= 0.05)).all()
    assert 0 < changed.sum() < 200


def test_each_metric_can_be_tested_as_if_it_were_the_only_one() -> None:
    """As `has_changed` says of it alone, where its shift matters at all."""
    table = relabellings(6, 4, 1999)
    pooled = np.random.default_rng(3).standard_normal((200, 10, 2))
    pooled[:, 6:] += 1.0
    scores = robust_scores(pooled)
    guarded = np.random.default_rng(4).random((200, 2)) < 0.5
    first, second = (
        has_changed(scores[:, :, [k]], guarded[:, [k]], 0.05, table) for k in (0, 1)
    )

    changed = has_changed_alone(scores, guarded, 0.05, table)

    assert (changed == (first | second)).all()
    assert 0 < changed.sum() < 200


def test_relabellings_that_are_drawn_are_distinct_and_never_the_observed_one() -> None:
    """So their p-value is one more than the count over one more than their number."""
    table = relabellings(20, 10, 1999)
    observed = np.concatenate([np.zeros(20), np.ones(10)])

    assert len(np.unique(table.members, axis=0)) == 1999
    assert not (table.members == observed).all(axis=1).any()
    assert not table.has_observed


def test_levels_spend_what_they_may() -> None:
    """Independent simulated walks stop as often as the levels promise."""
    looks = tuple(range(1, 11))
    upper = np.array(two_sided_levels(10, looks, 0.01))
    lower = np.array(one_sided_levels(10, looks, 0.05, 1))
    times = np.array([10 * n / (10 + n) for n in looks])
    steps = np.random.default_rng(4).standard_normal((200_000, 10))
    walks = (steps * np.sqrt(np.diff(times, prepend=0))).cumsum(axis=1) / np.sqrt(times)

    twice = (np.abs(walks) >= stats.norm.isf(upper / 2)).any(axis=1).mean()
    once = (walks >= stats.norm.isf(lower)).any(axis=1).mean()

    assert twice == pytest.approx(0.9 * 0.01, abs=4 * math.sqrt(0.009 / 200_000))
    assert once == pytest.approx(0.95 * 0.05, abs=4 * math.sqrt(0.0475 / 200_000))


def test_cleaning_removes_a_crash_and_nothing_else() -> None:
    """One seed of twenty at ten deviations goes; without it all of them stay."""
    values = np.linspace(-1.5, 1.5, 20)[None, :, None].copy()
    untouched = clean(values)
    values[0, 3, 0] = 10.0

    cleaned = clean(values)

    assert untouched.count[0, 0] == 20
    assert cleaned.count[0, 0] == 19
    assert abs(cleaned.centre[0, 0]) < 0.1
