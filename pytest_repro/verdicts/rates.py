"""How often something held, and how sure that is; and typical and slow times.

Three nights of three are not the same as ninety of ninety. So a rate is never told
without the interval that its count supports.

Source:
    E. B. Wilson, *Probable inference, the law of succession, and statistical
    inference*, JASA 22 (1927); recommended for small counts by L. D. Brown, T. T. Cai,
    A. DasGupta, *Interval estimation for a binomial proportion*, Statistical Science 16
    (2001).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

__all__ = ["CONFIDENCE", "Rate", "quantile"]

CONFIDENCE: Final = 0.95
Z: Final = 1.959963984540054
"""The standard normal distribution leaves 2.5 % above it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A share with its counts.

    Attributes:
        count: How often it held.
        total: Of how many.
    """

    count: int
    total: int

    @property
    def share(self) -> float | None:
        """The share that was seen; None if nothing was."""
        return self.count / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of Wilson; all of [0, 1] if nothing was seen.

        Example:
            >>> [round(end, 3) for end in Rate(count=3, total=3).interval]
            [0.439, 1.0]
        """
        if not self.total:
            return 0.0, 1.0
        share, weight = self.count / self.total, Z * Z / self.total
        centre = (share + weight / 2) / (1 + weight)
        spread = share * (1 - share) / self.total + weight / (4 * self.total)
        reach = Z * math.sqrt(spread) / (1 + weight)
        low = 0.0 if self.count == 0 else max(0.0, centre - reach)
        high = 1.0 if self.count == self.total else min(1.0, centre + reach)
        return low, high


def quantile(values: Sequence[float], share: float) -> float | None:
    """Return a value that so large a share of the values does not exceed.

    Args:
        values: The values, finite.
        share: In (0, 1].

    Returns:
        One of the values, by the nearest rank; None if there is none.

    Example:
        >>> quantile([4.0, 1.0, 3.0, 2.0], 0.5)
        2.0
    """
    if not values:
        return None
    rank = max(1, math.ceil(share * len(values)))
    return sorted(values)[rank - 1]
