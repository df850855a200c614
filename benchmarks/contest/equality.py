"""Is every metric inside its margin? Two one-sided tests, for many simulations at once.

The reference is cleaned of outliers (generalised extreme Studentised deviates); new
seeds are pulled in to the reference's 99.9 % prediction limits around the shift in
question, so that one seed that crashed neither confirms nor refutes it.

Source: Rosner, 1983; Schuirmann, 1987.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from benchmarks.contest.shapes import Floats

__all__ = ["TINY", "Spread", "clean", "statistics"]

OUTLIER_LEVEL = 0.002
LIMIT = 0.9995
# Of seeds that all agree, without a known quantum.
TINY = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spread:
    """Centre and spread of reference seeds, metric by metric.

    Attributes:
        centre: float64[simulation, metric].
        deviation: float64[simulation, metric], positive.
        count: int64[simulation, metric]: seeds that stayed.
    """

    centre: Floats
    deviation: Floats
    count: NDArray[np.int64]

    def of(self, chosen: NDArray[np.int64]) -> "Spread":
        """Choose simulations."""
        return Spread(
            centre=self.centre[chosen],
            deviation=self.deviation[chosen],
            count=self.count[chosen],
        )


def clean(reference: Floats, quantum: float = 0.0, *, remove: bool = True) -> Spread:
    """Describe reference seeds without their outliers.

    Args:
        reference: float64[simulation, seed, metric].
        quantum: Smallest step of the metric; spreads below it are not believed.
        remove: Whether outliers are removed at all.

    Returns:
        Centre, spread and number of the seeds that stayed.
    """
    seeds = reference.shape[1]
    kept = np.ones(reference.shape, dtype=bool)
    final = kept.copy()
    for removal in range(1, seeds // 4 + 1 if remove else 1):
        centre, deviation, count = _moments(reference, kept)
        gaps = np.where(kept, np.abs(reference - centre[:, None]), -1.0)
        furthest = gaps.argmax(axis=1)[:, None]
        largest = np.take_along_axis(gaps, furthest, axis=1)[:, 0]
        np.put_along_axis(kept, furthest, values=False, axis=1)
        # The last removal that is significant takes all earlier ones with it.
        is_outlier = largest > _rosner(seeds, removal) * deviation
        final = np.where(is_outlier[:, None], kept, final)
    centre, deviation, count = _moments(reference, final)
    floor = max(quantum / math.sqrt(12), TINY)
    return Spread(centre=centre, deviation=np.maximum(deviation, floor), count=count)


def statistics(spread: Spread, new: Floats, shift: Floats, seeds: int) -> Floats:
    """Compute how far new seeds are from a shift of the reference.

    Args:
        spread: Of the reference.
        new: float64[simulation, seed, metric].
        shift: float64[metric], in the metric's unit.
        seeds: Reference seeds before cleaning.

    Returns:
        float64[simulation, metric]: Student's t of the winsorised seeds.
    """
    limit = stats.t.ppf(LIMIT, seeds - 1) * math.sqrt(1 + 1 / seeds)
    centre, deviation = spread.centre[:, None], spread.deviation[:, None]
    pulled = np.clip((new - shift - centre) / deviation, -limit, limit)
    count, mean = new.shape[1], pulled.mean(axis=1)
    squares = ((pulled - mean[:, None]) ** 2).sum(axis=1)
    variance = (spread.count - 1 + squares) / (spread.count + count - 2)
    return np.asarray(mean / np.sqrt(variance * (1 / spread.count + 1 / count)))


def _moments(
    values: Floats, kept: NDArray[np.bool_]
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    count = kept.sum(axis=1)
    centre = np.where(kept, values, 0.0).sum(axis=1) / count
    gaps = np.where(kept, values - centre[:, None], 0.0)
    return centre, np.sqrt((gaps**2).sum(axis=1) / (count - 1)), count


def _rosner(seeds: int, removal: int) -> float:
    """Return the critical value of the i-th most extreme deviate."""
    left = seeds - removal
    tail = OUTLIER_LEVEL / (2 * (left + 1))
    point = stats.t.isf(tail, left - 1)
    return float(left * point / math.sqrt((left - 1 + point**2) * (left + 1)))
