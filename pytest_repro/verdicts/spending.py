"""How much of an error rate each look at the data may cost.

Looking after every seed and stopping at the first success multiplies the errors. A
spending function hands out the rate look by look; what a look may spend becomes a
nominal level by following the density of the paths that have not stopped. Formulae:
section 3.1 (1) and (2) of the notes on statistics. Nothing here sees a value.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import comb, floor, inf, sqrt
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = [
    "DivergenceLevel",
    "confirmation_levels",
    "divergence_levels",
    "information",
]

POINTS: Final = 801
"""Of the grid on which the density is followed, over ±`REACH` standard deviations."""

REACH: Final = 8.0

DIVERGENCE: Final = (0.9, 0.5)
"""Share of the rate that is spent in all, and the exponent of the information."""

CONFIRMATION: Final = (0.95, 0.4)
"""The same; shares below one absorb the small-sample error of the normal recursion."""

SIGNIFICANT: Final = 12
"""Digits of a level that are kept, so that the last bits of a platform are not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DivergenceLevel:
    """The nominal level of a permutation test, as a count.

    Attributes:
        allowed: Diverged if at most so many labellings are as extreme.
        labellings: Of so many, the observed one included.
    """

    allowed: int
    labellings: int

    @property
    def level(self) -> float:
        """The nominal two-sided level."""
        return self.allowed / self.labellings


def information(reference_seeds: int, seeds: int) -> float:
    """Compute the information about a shift, in units of 1/σ².

    ``I = m·n / (m + n)``; it never exceeds m.

    Args:
        reference_seeds: m, positive.
        seeds: n, positive.

    Returns:
        The information.
    """
    return reference_seeds * seeds / (reference_seeds + seeds)


@lru_cache(maxsize=256)
def divergence_levels(
    reference_seeds: int, looks: tuple[int, ...], *, alpha: float, relabellings: int
) -> tuple[DivergenceLevel, ...]:
    """Compute the two-sided level of each look.

    A permutation test knows only multiples of one labelling, so each level is rounded
    down to one; what that leaves unspent goes to the next look.

    Args:
        reference_seeds: m.
        looks: Numbers of seeds, increasing.
        alpha: The rate to spend over all looks.
        relabellings: So many are drawn where there are too many to list.

    Returns:
        One level a look.

    Source:
        Armitage, McPherson & Rowe, "Repeated significance tests on accumulating data",
        J. R. Stat. Soc. A 132 (1969); notes on statistics, section 3.1 (1), (2).
    """
    share, exponent = DIVERGENCE
    times = [information(reference_seeds, look) for look in looks]
    paths = _Paths(is_two_sided=True)
    levels, spent = [], 0.0
    for look, time in zip(looks, times, strict=True):
        paths.advance(time)
        target = share * alpha * (time / times[-1]) ** exponent - spent
        total = min(comb(reference_seeds + look, look), relabellings + 1)
        # Rounded first: a level of exactly 18 labellings must not become 17.
        allowed = floor(round(paths.level_spending(target) * total, 6))
        spent += paths.stop_at_level(allowed / total)
        levels.append(DivergenceLevel(allowed=allowed, labellings=total))
    return tuple(levels)


@lru_cache(maxsize=256)
def confirmation_levels(
    reference_seeds: int, looks: tuple[int, ...], *, beta: float, start: float
) -> tuple[float, ...]:
    """Compute the one-sided level of each look.

    Args:
        reference_seeds: m.
        looks: Numbers of seeds, increasing.
        beta: The rate to spend over all looks.
        start: The first number of seeds that may spend any; infinite for none.

    Returns:
        One level a look, zero before the start.

    Source:
        As `divergence_levels`; spent on equivalence by Jennison & Turnbull, "Interim
        analyses: the repeated confidence interval approach", J. R. Stat. Soc. B 51
        (1989).
    """
    share, exponent = CONFIRMATION
    times = [information(reference_seeds, look) for look in looks]
    paths = _Paths(is_two_sided=False)
    levels, spent = [], 0.0
    for look, time in zip(looks, times, strict=True):
        if look < start:
            levels.append(0.0)
            continue
        paths.advance(time)
        target = share * beta * (time / times[-1]) ** exponent - spent
        level = paths.level_spending(target)
        spent += paths.stop_at_level(level)
        levels.append(level)
    return tuple(levels)


class _Paths:
    """A Brownian motion, as far as it has not stopped.

    Before the first look there is one path, at zero. `mass` weighs the points of the
    grid by the density there, the cells that a boundary cuts by their inner part.
    """

    def __init__(self, *, is_two_sided: bool) -> None:
        import numpy as np  # noqa: PLC0415  # loading a verdict must stay cheap

        self._is_two_sided = is_two_sided
        self._points: Floats = np.zeros(1)
        self._mass: Floats = np.ones(1)
        self._before = 0.0
        self._time = 0.0

    def advance(self, time: float) -> None:
        """Go on to a later look."""
        self._before, self._time = self._time, time

    def level_spending(self, target: float) -> float:
        """Find the nominal level whose boundary stops a given mass, by bisection."""
        low, high = 0.0 if self._is_two_sided else -REACH, REACH
        if target <= self._stopped(high):
            return 0.0
        for _ in range(60):
            middle = (low + high) / 2
            if self._stopped(middle) > target:
                low = middle
            else:
                high = middle
        return float(f"{self._level(high):.{SIGNIFICANT}g}")

    def stop_at_level(self, level: float) -> float:
        """Stop what is beyond the boundary of a level; return how much that was."""
        critical = self._critical(level)
        stopped = self._stopped(critical)
        self._survive(critical)
        return stopped

    def _level(self, critical: float) -> float:
        from scipy.special import ndtr  # noqa: PLC0415

        return float(ndtr(-critical)) * (2 if self._is_two_sided else 1)

    def _critical(self, level: float) -> float:
        from scipy.special import ndtri  # noqa: PLC0415

        if level <= 0:
            return inf
        return -float(ndtri(level / 2 if self._is_two_sided else level))

    def _stopped(self, critical: float) -> float:
        """Compute the mass beyond a critical value, in standard deviations."""
        from scipy.special import ndtr  # noqa: PLC0415

        if critical == inf:
            return 0.0
        bound, step = critical * sqrt(self._time), sqrt(self._time - self._before)
        beyond = ndtr((self._points - bound) / step)
        if self._is_two_sided:
            beyond = beyond + ndtr((-bound - self._points) / step)
        return float(self._mass @ beyond)

    def _survive(self, critical: float) -> None:
        """Move the mass to the grid of this look, without what has stopped."""
        import numpy as np  # noqa: PLC0415

        variance = self._time - self._before
        points = np.linspace(-REACH, REACH, POINTS) * sqrt(self._time)
        half = float(points[1] - points[0]) / 2
        high = min(critical, 2 * REACH) * sqrt(self._time)
        low = -high if self._is_two_sided else -inf
        kept = np.minimum(points + half, high) - np.maximum(points - half, low)
        inside = kept > 0
        distances = points[inside, None] - self._points[None, :]
        density = np.exp(distances**2 / (-2 * variance)) @ self._mass
        self._points = points[inside]
        self._mass = density / sqrt(2 * np.pi * variance) * kept[inside]
