"""Find the nights at which a metric became another one, and stayed so.

Between two nights a deterministic metric has the same bits, a noisy one moves, and an
accuracy hops between a few values. One rule has to serve all three, one bad night must
not count, and a team that watches a thousand series can bear few false alarms.

So only the order of the values counts. Each of a few cuts asks of every night whether
its value lies below, and a stretch of nights is the better explained the less its
answers are mixed: minus twice the log-likelihood of coins that keep their odds within a
stretch, averaged over the cuts. The partition with the least cost is found exactly,
each shift paying a penalty. One or two bad nights are none; of a long series without
noise, or with little beside the shift, three are one.

The penalty was fitted by simulation so that about one in a hundred series of 90 nights
without a shift shows one where a metric has three values, and fewer where it has two or
many: `python -m benchmarks.shifts`. Nights that depend on the night before were not
simulated.

Source:
    C. Zou, G. Yin, L. Feng, Z. Wang, *Nonparametric maximum likelihood approach to
    multiple change-point problems*, Annals of Statistics 42 (2014), for the cost; K.
    Haynes, P. Fearnhead, I. Eckley, *A computationally efficient nonparametric approach
    for changepoint detection*, Statistics and Computing 27 (2017), for cuts that lie
    denser towards both ends; B. Jackson et al., *An algorithm for optimal partitioning
    of data on an interval*, IEEE Signal Processing Letters 12 (2005), for the search.
    The penalty for few distinct values is ours.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64]

__all__ = ["LEAST", "LONGEST", "Shift", "find_shifts"]

LEAST: Final = 3
"""Nights that must agree before and after a shift: one or two bad ones are none."""

LONGEST: Final = 730
"""Of a longer series only so many last nights are looked at: two years."""

CUTS: Final = 16

PENALTY: Final = 4.9
PENALTY_OF_ONE_CUT: Final = 11.4
LARGEST_PENALTY: Final = 15.5
"""What a shift has to explain, how much more with fewer cuts, and what always suffices:
the mean over several cuts is less at the mercy of chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A night at which a metric became another one.

    Attributes:
        index: The place of the first value of the new level in the series.
        before: The median of the stretch before.
        after: The median of the stretch that begins here.
        evidence: How far the shift explains the series better than none would, as a
            multiple of what is required; at least 1.
    """

    index: int
    before: float
    after: float
    evidence: float


def find_shifts(values: Sequence[float]) -> tuple[Shift, ...]:
    """Find every shift of a series.

    Args:
        values: One value a night, in order; a night without one, or with one that is
            not finite, is left out.

    Returns:
        The shifts, in order; none where too few nights agree to tell.

    Example:
        >>> [shift.index for shift in find_shifts([0.5] * 12 + [0.75] * 4)]
        [12]
    """
    kept = [index for index, value in enumerate(values) if math.isfinite(value)]
    kept = kept[-LONGEST:]
    numbers = [float(values[index]) for index in kept]
    if len(kept) < 2 * LEAST or min(numbers) == max(numbers):
        return ()
    cost = _Cost(numbers)
    edges = _partition(cost)
    bounds = [0, *edges, len(kept)]
    return tuple(
        Shift(
            index=kept[edge],
            before=median(numbers[start:edge]),
            after=median(numbers[edge:end]),
            evidence=(cost.of(start, end) - cost.of(start, edge) - cost.of(edge, end))
            / cost.penalty,
        )
        for start, edge, end in zip(bounds[:-2], edges, bounds[2:], strict=True)
    )


class _Cost:
    """What it costs to say that nothing changed in a stretch of nights."""

    def __init__(self, numbers: Sequence[float]) -> None:
        import numpy as np  # noqa: PLC0415  # not needed to load verdicts

        _, ranks, repeats = np.unique(
            np.asarray(numbers), return_inverse=True, return_counts=True
        )
        below = np.cumsum(repeats)[:-1]
        chosen = _chosen(below, len(numbers))
        share = below[chosen] / len(numbers)
        weights = 1 / (share * (1 - share)) if len(below) <= CUTS else np.ones(CUTS)
        self.count = len(numbers)
        self._weights: Floats = weights[: len(chosen)] / weights[: len(chosen)].sum()
        answers = ranks[:, None] <= chosen[None, :]
        self._counts: Counts = np.vstack(
            [np.zeros((1, len(chosen)), np.int64), np.cumsum(answers, axis=0)]
        )
        numbers_to = np.arange(self.count + 1, dtype=np.float64)
        self._table: Floats = numbers_to * np.log(np.maximum(numbers_to, 1))
        fewness = float((self._weights**2).sum())
        self.penalty = min(PENALTY + PENALTY_OF_ONE_CUT * fewness, LARGEST_PENALTY)

    def until(self, end: int, starts: int) -> "Floats":
        """Return the costs of the stretches that end here and start before another."""
        below = self._counts[end] - self._counts[:starts]
        length = (end - self._lengths(starts))[:, None]
        mixed = self._table[below] + self._table[length - below] - self._table[length]
        cost: Floats = -2 * (mixed @ self._weights)
        return cost

    def of(self, start: int, end: int) -> float:
        """Return the cost of one stretch."""
        return float(self.until(end, start + 1)[start])

    def _lengths(self, starts: int) -> "Counts":
        import numpy as np  # noqa: PLC0415  # as above

        return np.arange(starts)


def _chosen(below: "Counts", count: int) -> "Counts":
    """Choose cuts whose odds are spaced evenly; all of them where there are few."""
    import numpy as np  # noqa: PLC0415  # as above

    if len(below) <= CUTS:
        return np.arange(len(below))
    odds = np.linspace(-math.log(2 * count - 1), math.log(2 * count - 1), CUTS)
    wanted = count / (1 + np.exp(-odds))
    nearest = np.abs(below[None, :] - wanted[:, None]).argmin(axis=1)
    return np.unique(nearest)


def _partition(cost: _Cost) -> list[int]:
    """Find the edges of the cheapest partition; of equal ones that with early edges."""
    best = [math.inf] * (cost.count + 1)
    best[0] = -cost.penalty
    before = [0] * (cost.count + 1)
    for end in range(LEAST, cost.count + 1):
        starts = end - LEAST + 1
        total = cost.until(end, starts) + best[:starts] + cost.penalty
        before[end] = int(total.argmin())
        best[end] = float(total[before[end]])
    edges: list[int] = []
    edge = before[cost.count]
    while edge:
        edges.insert(0, edge)
        edge = before[edge]
    return edges
