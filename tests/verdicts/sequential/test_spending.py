"""The levels of the looks: what they spend, by an independent integral and by paths."""

from math import sqrt

import numpy as np
import pytest
from scipy import stats

from pytest_repro.verdicts.spending import (
    DivergenceLevel,
    confirmation_levels,
    divergence_levels,
    information,
)

EVERY_SEED = tuple(range(1, 11))


def stopped_by(
    reference_seeds: int, looks: tuple[int, ...], levels: list[float], *, sides: int
) -> float:
    """Simulate how many of 400,000 paths of a Brownian motion stop at a boundary."""
    random = np.random.default_rng(20_26)
    times = np.array([information(reference_seeds, look) for look in looks])
    steps = np.sqrt(np.diff(times, prepend=0.0))
    paths = np.cumsum(random.normal(size=(400_000, len(looks))) * steps, axis=1)
    heights = paths / np.sqrt(times)
    heights = np.abs(heights) if sides == 2 else heights
    return float(
        (heights > stats.norm.isf(np.array(levels) / sides)).any(axis=1).mean()
    )


@pytest.mark.parametrize("reference_seeds", [5, 10, 20, 50])
@pytest.mark.parametrize("looks", [EVERY_SEED, (2, 3, 5, 8), (4,)])
def test_divergence_spends_less_than_alpha(
    reference_seeds: int, looks: tuple[int, ...]
) -> None:
    """All looks together stop at most one in a hundred unchanged paths."""
    levels = divergence_levels(reference_seeds, looks, alpha=0.01, relabellings=1999)

    rate = stopped_by(
        reference_seeds, looks, [level.level for level in levels], sides=2
    )

    assert rate <= 0.009 + 3 * sqrt(0.009 / 400_000)


def test_divergence_spends_what_it_may() -> None:
    """Rounding down is carried on, not lost: nine tenths of alpha are spent."""
    levels = divergence_levels(10, EVERY_SEED, alpha=0.01, relabellings=10**6)

    rate = stopped_by(10, EVERY_SEED, [level.level for level in levels], sides=2)

    assert rate == pytest.approx(0.009, abs=3 * sqrt(0.009 / 400_000))


def test_paths_find_a_rate_that_is_overspent() -> None:
    """The simulation fails where every look takes the whole rate for itself."""
    rate = stopped_by(10, EVERY_SEED, [0.01] * 10, sides=2)

    assert rate > 0.02


@pytest.mark.parametrize("start", [1, 3, 7])
def test_confirmation_spends_its_share_of_beta(start: int) -> None:
    """From whichever look it starts, 95 % of beta are spent at the last."""
    levels = confirmation_levels(10, EVERY_SEED, beta=0.05, start=start)

    rate = stopped_by(10, EVERY_SEED, list(levels), sides=1)

    assert rate == pytest.approx(0.0475, abs=3 * sqrt(0.0475 / 400_000))
    assert not any(levels[: start - 1])
    assert all(levels[start - 1 :])


def test_two_looks_agree_with_the_bivariate_normal() -> None:
    """The recursion is an integral: SciPy's gives the same to one part in 10,000."""
    first, second = confirmation_levels(10, (3, 10), beta=0.05, start=3)
    times = information(10, 3), information(10, 10)
    share = sqrt(times[0] / times[1])
    bounds = [stats.norm.isf(first), stats.norm.isf(second)]

    together = stats.multivariate_normal([0, 0], [[1, share], [share, 1]])

    assert first == pytest.approx(0.95 * 0.05 * (times[0] / times[1]) ** 0.4)
    assert 1 - together.cdf(bounds) == pytest.approx(0.0475, rel=1e-4)


def test_a_level_is_a_whole_number_of_labellings() -> None:
    """Ten reference seeds: 1 of 286 at the third seed is the first that can diverge."""
    levels = divergence_levels(10, EVERY_SEED, alpha=0.01, relabellings=1999)

    assert levels[:4] == (
        DivergenceLevel(allowed=0, labellings=11),
        DivergenceLevel(allowed=0, labellings=66),
        DivergenceLevel(allowed=1, labellings=286),
        DivergenceLevel(allowed=5, labellings=1001),
    )


def test_one_look_spends_all_of_it() -> None:
    """0.009 of 2,000 labellings are 18, not 17 because of a last bit."""
    (level,) = divergence_levels(10, (10,), alpha=0.01, relabellings=1999)

    assert (level.allowed, level.labellings) == (18, 2000)


def test_nothing_is_spent_before_an_infinite_start() -> None:
    """A margin that no look can confirm leaves every level at zero."""
    levels = confirmation_levels(10, (1, 2, 3), beta=0.05, start=float("inf"))

    assert levels == (0.0, 0.0, 0.0)


def test_information_never_exceeds_the_reference() -> None:
    """However many new seeds, ten reference seeds are worth ten."""
    assert information(10, 3) == 30 / 13
    assert information(10, 10**9) < 10
