"""Has the mean been shown not to have moved by a margin? The test behind `EQUIVALENT`.

Two one-sided tests: a shift of one margin up and of one margin down must both be
rejected. The reference is cleaned of seeds that failed, and no obtained seed counts for
more than a seed of the reference could have, so a crash neither hides nor proves
anything by its distance. Formulae: section 3.1 (4) of the notes on statistics. Every
metric answers for itself; that all must be confirmed is for `sequential` to ask.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import copysign, fsum, inf, sqrt
from typing import Final

from pytest_repro.verdicts.moments import mean_of, spread_of
from pytest_repro.verdicts.spending import information

__all__ = ["Centre", "clean", "is_confirmed", "start_of", "statistic", "upper_quantile"]

OUTLIER_LEVEL: Final = 0.002
"""Chance of removing anything from a normal reference."""

REMOVABLE: Final = 4
"""At most one of so many seeds of the reference is removed."""

PREDICTION: Final = 0.9995
"""One-sided level of the interval to which an obtained seed is pulled in."""

PLAUSIBLE: Final = 2.3
"""The rate is kept until a margin is so many standard errors wide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """A cleaned reference of one metric.

    Attributes:
        mean: Of the seeds kept.
        spread: Their standard deviation, not below the metric's resolution.
        kept: How many were kept.
        seeds: How many there were.
    """

    mean: float
    spread: float
    kept: int
    seeds: int


def clean(values: Sequence[float], *, least_spread: float = 0.0) -> Centre:
    """Remove the seeds that failed from a reference, and describe the others.

    Args:
        values: One value a seed, finite, at least two.
        least_spread: A floor for the standard deviation.

    Returns:
        The centre.

    Source:
        Rosner, "Percentage points for a generalized ESD many-outlier procedure",
        Technometrics 25 (1983); notes on statistics, section 3.1 (4).
    """
    kept, best = sorted(values), sorted(values)
    for removed in range(1, len(values) // REMOVABLE + 1):
        mean, spread = mean_of(kept), spread_of(kept)
        # The order of seeds must not matter: of two equally far, the higher goes.
        far = max(kept, key=lambda value: (abs(value - mean), value))
        limit = _outlier_limit(len(values), removed)
        is_outlier = abs(far - mean) > limit * spread
        kept.remove(far)
        best = list(kept) if is_outlier else best
    return Centre(
        mean=mean_of(best),
        spread=max(spread_of(best), least_spread),
        kept=len(best),
        seeds=len(values),
    )


@lru_cache(maxsize=1024)
def _outlier_limit(seeds: int, removed: int) -> float:
    """Compute the critical value λ for the removal of one more seed."""
    left = seeds - removed + 1
    quantile = upper_quantile(left - 2, OUTLIER_LEVEL / (2 * left))
    return (left - 1) * quantile / sqrt((left - 2 + quantile**2) * left)


@lru_cache(maxsize=4096)
def upper_quantile(freedom: int, level: float) -> float:
    """Compute the upper quantile of Student's t.

    Args:
        freedom: Degrees of freedom.
        level: Probability above the quantile; infinite for none.

    Returns:
        The quantile.
    """
    # Loaded only here, because most sessions never need a quantile.
    from scipy.special import stdtrit  # noqa: PLC0415

    return -float(stdtrit(freedom, level))


def start_of(
    centre: Centre, margin: float, looks: Sequence[int], *, min_seeds: int = 1
) -> float:
    """Find the first look at which a metric could plausibly be confirmed.

    Args:
        centre: The cleaned reference.
        margin: In the unit of the values.
        looks: Numbers of seeds, increasing.
        min_seeds: No look with fewer confirms.

    Returns:
        A number of seeds; infinite if no look will do.
    """
    for look in looks:
        width = margin * sqrt(information(centre.seeds, look))
        is_plausible = margin > 0 and width >= PLAUSIBLE * centre.spread
        if look >= min_seeds and is_plausible:
            return look
    return inf


def is_confirmed(
    obtained: Sequence[float], centre: Centre, *, margin: float, level: float
) -> bool:
    """Say whether a shift by the margin is rejected on both sides.

    Args:
        obtained: One value a seed, finite, at least one.
        centre: The cleaned reference.
        margin: In the unit of the values.
        level: One-sided; zero confirms nothing.

    Returns:
        True if both one-sided tests reject.

    Source:
        Schuirmann, "A comparison of the two one-sided tests procedure and the power
        approach", J. Pharmacokinet. Biopharm. 15 (1987); notes on statistics, section
        3.1 (4).
    """
    if level <= 0:
        return False
    bound = upper_quantile(centre.seeds + len(obtained) - 2, level)
    above = statistic(obtained, centre, shift=margin)
    below = statistic(obtained, centre, shift=-margin)
    return above <= -bound and below >= bound


def statistic(obtained: Sequence[float], centre: Centre, *, shift: float) -> float:
    """Compute the winsorised pooled t of a hypothesised shift.

    Args:
        obtained: One value a seed, finite, at least one.
        centre: The cleaned reference.
        shift: The hypothesis, in the unit of the values.

    Returns:
        How many standard errors the obtained mean lies above the shifted reference.
    """
    clip = upper_quantile(centre.seeds - 1, 1 - PREDICTION) * sqrt(1 + 1 / centre.seeds)
    units = [
        _winsorised(value - shift - centre.mean, centre.spread, clip)
        for value in obtained
    ]
    mean = mean_of(units)
    squares = fsum((unit - mean) ** 2 for unit in units)
    freedom = centre.kept + len(units) - 2
    pooled = sqrt((centre.kept - 1 + squares) / freedom)
    return mean / (pooled * sqrt(1 / centre.kept + 1 / len(units)))


def _winsorised(distance: float, spread: float, clip: float) -> float:
    """Divide by the spread and clip; without any spread, each distance is far."""
    if abs(distance) >= clip * spread:
        return copysign(clip, distance) if distance else 0.0
    return distance / spread
