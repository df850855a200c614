"""Our rule over seeds, for many simulations at once, written from the formulae alone.

It shares no line with the package: `benchmarks.contest.agreement` holds both against
each other. After every new seed, first: is every metric inside its margin? Then: has
any metric changed, by a shift that matters? Neither by the last seed: no verdict. A
metric that would be called changed if it were the only one keeps its experiment from
being called the same at any later seed.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from benchmarks.contest.equality import Spread, clean, statistics
from benchmarks.contest.levels import information, one_sided_levels, two_sided_levels
from benchmarks.contest.permuting import (
    Relabellings,
    has_changed,
    has_changed_alone,
    relabellings,
    robust_scores,
)
from benchmarks.contest.shapes import Floats

__all__ = ["CHANGED", "OPEN", "SAME", "Decisions", "Design", "decide"]

OPEN, SAME, CHANGED = 0, 1, 2

# Information below which nobody should hope to confirm anything, as a z value.
HOPE = 2.3
# Margins that a shift must reach to matter: so many before the first seed, and less by
# the second times the share of the information that is in.
AT_FIRST, EASED = 0.9, 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """What is fixed before the first seed.

    Attributes:
        alpha: False alarms, over all metrics and looks.
        beta: Shifts of one margin that are overlooked, for each metric.
        looks: Numbers of new seeds at which one looks.
        min_seeds: New seeds before which nothing is confirmed.
        draws: Relabellings that are drawn where there are too many to try all.
        quantum: Smallest step of the metrics.
        cleans: Whether outliers of the reference are removed.
        table: Where relabellings come from.
    """

    alpha: float = 0.01
    beta: float = 0.05
    looks: tuple[int, ...] = tuple(range(1, 11))
    min_seeds: int = 1
    draws: int = 1999
    quantum: float = 0.0
    cleans: bool = True
    table: Callable[[int, int, int], Relabellings] = relabellings


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Decisions:
    """What a rule says of each simulation.

    Attributes:
        verdicts: int64[simulation] of `OPEN`, `SAME`, `CHANGED`.
        seeds: int64[simulation]: new seeds that were used.
    """

    verdicts: NDArray[np.int64]
    seeds: NDArray[np.int64]


def decide(
    reference: Floats, new: Floats, margins: Floats, design: Design
) -> Decisions:
    """Judge new seeds against reference seeds.

    Args:
        reference: float64[simulation, seed, metric].
        new: float64[simulation, seed, metric], in the order in which they were run.
        margins: float64[metric].
        design: The rest.

    Returns:
        Verdicts, and the seeds that they took.
    """
    seeds = reference.shape[1]
    spread = clean(reference, design.quantum, remove=design.cleans)
    limits = _confirming_limits(spread, margins, seeds, design)
    levels = two_sided_levels(seeds, design.looks, design.alpha, design.draws)
    verdicts = np.full(len(reference), OPEN)
    used = np.full(len(reference), design.looks[-1])
    confirmed = np.zeros(spread.centre.shape, dtype=bool)
    # Without hope for some metric there is nothing to bar.
    barred = np.asarray(np.isinf(limits[:, :, -1]).any(axis=1))
    undecided = np.arange(len(reference))
    for index, (look, level) in enumerate(zip(design.looks, levels, strict=True)):
        seen, mine = new[undecided, :look], spread.of(undecided)
        depths = _depths(mine, seen, margins, seeds)
        confirmed[undecided] |= depths >= limits[undecided, :, index]
        plain = stats.t.isf(design.beta, seeds + look - 2)
        inside = confirmed[undecided] & (depths >= plain)
        same = inside.all(axis=1) & ~barred[undecided]
        least = margins * (AT_FIRST - EASED * _share(seeds, look, design.looks[-1]))
        matters = (np.abs(seen.mean(axis=1) - mine.centre) >= least) & ~inside
        changed = np.zeros_like(same)
        if level > 0:
            scores = robust_scores(np.concatenate([reference[undecided], seen], axis=1))
            table = design.table(seeds, look, design.draws)
            changed = has_changed(scores, matters, level, table)
            suspects = matters & ~(changed | barred[undecided])[:, None]
            barred[undecided] |= has_changed_alone(scores, suspects, level, table)
        verdicts[undecided[same]] = SAME
        verdicts[undecided[changed]] = CHANGED
        used[undecided[same | changed]] = look
        undecided = undecided[~(same | changed)]
    return Decisions(verdicts=verdicts, seeds=used)


def _share(seeds: int, look: int, last: int) -> float:
    return information(seeds, look) / information(seeds, last)


def _depths(spread: Spread, seen: Floats, margins: Floats, seeds: int) -> Floats:
    """Return how many standard errors each metric lies inside its nearer margin."""
    if not margins.any():
        return np.full((len(seen), len(margins)), -math.inf)
    above = statistics(spread, seen, margins, seeds)
    below = statistics(spread, seen, -margins, seeds)
    return np.asarray(np.minimum(-above, below))


def _confirming_limits(
    spread: Spread, margins: Floats, seeds: int, design: Design
) -> Floats:
    """Return the critical t of each metric and look; infinite before hope."""
    roots = np.array([math.sqrt(information(seeds, look)) for look in design.looks])
    hopes = (margins / spread.deviation)[:, :, None] * roots >= HOPE
    # Without hope at any look, nothing is ever confirmed.
    firsts = np.where(hopes.any(axis=2), hopes.argmax(axis=2), len(roots))
    starts = [*design.looks, design.looks[-1] + 1]
    return np.asarray(np.stack([_row(seeds, one, design) for one in starts])[firsts])


def _row(seeds: int, first: int, design: Design) -> Floats:
    start = max(first, design.min_seeds)
    levels = one_sided_levels(seeds, design.looks, design.beta, start)
    freedoms = [seeds + look - 2 for look in design.looks]
    return np.array(
        [
            stats.t.isf(level, freedom) if level > 0 else math.inf
            for level, freedom in zip(levels, freedoms, strict=True)
        ]
    )
