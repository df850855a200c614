"""What each look at the data may cost: error spending, by numerical recursion.

Written for the contest from the formulae alone, so that the product's own levels have
somebody to disagree with. Under no shift the partial sum of the difference is a
Brownian motion observed at the information of each look; the density of not having
stopped is carried from look to look by Gauss-Legendre quadrature on exactly the region
in which one goes on.

Source: Armitage, McPherson and Rowe, 1969; Lan and DeMets, 1983.
"""

import math
from collections.abc import Sequence
from functools import cache

import numpy as np
from scipy import optimize, special

from benchmarks.contest.shapes import Floats

__all__ = ["information", "one_sided_levels", "two_sided_levels"]

# The normal recursion is a little too generous for small samples.
SAFETY_TWO_SIDED, EXPONENT_TWO_SIDED = 0.9, 0.5
SAFETY_ONE_SIDED, EXPONENT_ONE_SIDED = 0.95, 0.4
NODES = 400
FAR = 8.0


def information(reference: int, new: int) -> float:
    """Return what a comparison of means knows [1 / variance].

    Args:
        reference: Reference seeds.
        new: New seeds.

    Returns:
        Half the harmonic mean of both numbers.
    """
    return reference * new / (reference + new)


@cache
def two_sided_levels(
    reference: int, looks: tuple[int, ...], error: float, draws: int = 0
) -> tuple[float, ...]:
    """Compute the level at which each look may say that something changed.

    Args:
        reference: Reference seeds.
        looks: Numbers of new seeds at which one looks.
        error: Chance of a false alarm over all looks.
        draws: Relabellings of a permutation test that are drawn where there are too
            many to try all. Levels are multiples of the smallest p-value that they
            can give; what rounding leaves goes to the next look. 0 for a test
            whose p-values are continuous.

    Returns:
        Levels in [0, error].
    """
    times = [information(reference, new) for new in looks]
    spent, levels, walk = 0.0, [], _Walk()
    for new, time in zip(looks, times, strict=True):
        walk.move(time)
        allowed = SAFETY_TWO_SIDED * error * (time / times[-1]) ** EXPONENT_TWO_SIDED
        critical = walk.critical(allowed - spent, sides=2)
        level = 2 * float(special.ndtr(-critical))
        if draws:
            finest = 1 / min(math.comb(reference + new, new), draws + 1)
            # An exact multiple stays one in spite of rounding.
            level = finest * math.floor(level / finest + 1e-9)
        critical = -special.ndtri(level / 2) if level else math.inf
        spent += walk.crossing(critical, sides=2)
        walk.stop_above(critical, sides=2)
        levels.append(level)
    return tuple(levels)


@cache
def one_sided_levels(
    reference: int, looks: tuple[int, ...], error: float, first: int
) -> tuple[float, ...]:
    """Compute the level at which each look may say that nothing changed by a margin.

    Args:
        reference: Reference seeds.
        looks: Numbers of new seeds at which one looks.
        error: Chance of overlooking a shift of one margin, over all looks.
        first: New seeds before which nothing is spent.

    Returns:
        Levels in [0, error]; 0 before `first`.
    """
    times = [information(reference, new) for new in looks]
    spent, levels, walk = 0.0, [], _Walk()
    for new, time in zip(looks, times, strict=True):
        walk.move(time)
        allowed = SAFETY_ONE_SIDED * error * (time / times[-1]) ** EXPONENT_ONE_SIDED
        critical = math.inf
        if new >= first:
            critical = walk.critical(allowed - spent, sides=1)
        spent += walk.crossing(critical, sides=1)
        walk.stop_above(critical, sides=1)
        levels.append(float(special.ndtr(-critical)))
    return tuple(levels)


class _Walk:
    """Where a Brownian motion is that has not been stopped yet."""

    def __init__(self) -> None:
        self._time = 0.0
        self._places = np.zeros(1)
        self._masses = np.ones(1)
        self._step = 0.0

    def move(self, time: float) -> None:
        """Let time pass up to the next look."""
        self._step = math.sqrt(time - self._time)
        self._time = time

    def crossing(self, critical: float, *, sides: int) -> float:
        """Compute the chance to stop now, beyond a standardised critical value."""
        edge = critical * math.sqrt(self._time)
        beyond = special.ndtr((self._places - edge) / self._step)
        if sides == 2:  # noqa: PLR2004 - both sides of zero
            beyond = beyond + special.ndtr((-edge - self._places) / self._step)
        return float(self._masses @ beyond)

    def critical(self, amount: float, *, sides: int) -> float:
        """Find the critical value beyond which lies an amount of probability."""
        if amount <= 0 or self.crossing(FAR, sides=sides) >= amount:
            return math.inf
        return float(
            optimize.brentq(
                lambda value: self.crossing(value, sides=sides) - amount, 0.0, FAR
            )
        )

    def stop_above(self, critical: float, *, sides: int) -> None:
        """Keep what goes on."""
        scale = math.sqrt(self._time)
        above = min(critical, FAR) * scale
        below = -above if sides == 2 else -FAR * scale  # noqa: PLR2004
        places, weights = _quadrature(below, above)
        gaps = (places[:, None] - self._places) / self._step
        density = np.exp(-0.5 * gaps**2) / (math.sqrt(2 * math.pi) * self._step)
        self._places, self._masses = places, weights * (density @ self._masses)


def _quadrature(below: float, above: float) -> Sequence[Floats]:
    nodes, weights = _legendre()
    half = (above - below) / 2
    return below + half * (nodes + 1), half * weights


@cache
def _legendre() -> tuple[Floats, Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    return nodes, weights
