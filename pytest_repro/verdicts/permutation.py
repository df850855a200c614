"""Could a shuffle of the seeds have done this? The test behind `DIVERGED`.

If nothing changed, obtained and reference seeds are exchangeable, whatever their
distribution and however the metrics hang together. So the observed shift is held
against the shifts of relabelled seeds, and the largest over all metrics pays for their
number. Formulae: section 3.1 (3) of the notes on statistics.

The relabellings and the scores are integers, the same on every platform and with every
release of NumPy: no random stream of anybody else's is used.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import comb
from typing import TYPE_CHECKING, Final

from pytest_repro.verdicts.moments import mean_of, median_of, spread_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]

__all__ = ["Extremes", "count_extremes", "labellings", "scores", "split_mix"]

CLIP: Final = 3.5
"""No seed counts for more than so many robust standard deviations."""

NORMAL: Final = 1.4826
"""Turns a median absolute deviation into a standard deviation, on normal data."""

UNIT: Final = 2**30
"""Of a score of one standard deviation: scores are integers."""

SEED: Final = 0x5EED_0F_5EED5
GOLDEN: Final = 0x9E3779B97F4A7C15
MIX: Final = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))
LAST_SHIFT: Final = 31
"""Seed and constants of SplitMix64, from which relabellings are drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extremes:
    """How many labellings are as extreme as the observed one.

    Attributes:
        counts: For each metric, the observed labelling included.
        alone: The same, as if there were no other metric; never more.
        labellings: Of so many, the observed one included.
    """

    counts: tuple[int, ...]
    alone: tuple[int, ...]
    labellings: int


def count_extremes(
    pools: Sequence[Sequence[float]], reference_seeds: int, *, relabellings: int
) -> Extremes:
    """Count labellings with a largest shift as large as each metric's observed one.

    ``counts[k] / labellings`` is the p-value of metric k, adjusted for all of them.

    Args:
        pools: For each metric its values, of the reference seeds first; all finite.
        reference_seeds: How many of them are the reference's.
        relabellings: So many are drawn where there are too many to list.

    Returns:
        The counts.

    Source:
        Westfall & Young, "Resampling-Based Multiple Testing", Wiley (1993): the
        single-step max-T procedure; notes on statistics, section 3.1 (3).
    """
    import numpy as np  # noqa: PLC0415  # loading a verdict must stay cheap

    seeds = len(pools[0]) - reference_seeds
    table = np.array([scores(pool) for pool in pools], dtype=np.int64)
    observed = np.abs(table[:, reference_seeds:].sum(axis=1))
    chosen, is_whole = labellings(reference_seeds, seeds, relabellings=relabellings)
    own = 0 if is_whole else 1
    largest = np.zeros(len(chosen), dtype=np.int64)
    alone = []
    # One metric after the other: a table of all of them could fill the memory.
    for row, score in zip(table, observed, strict=True):
        shifts = np.abs(row[chosen].sum(axis=1))
        # Each score is off by half a unit at most, so sums that tie differ by less
        # than one unit a seed: a tie is never taken for a smaller shift.
        alone.append(int((shifts + seeds >= score).sum()) + own)
        np.maximum(largest, shifts, out=largest)
    counts = ((largest + seeds >= score).sum() for score in observed)
    return Extremes(
        counts=tuple(int(count) + own for count in counts),
        alone=tuple(alone),
        labellings=len(chosen) + own,
    )


def scores(pool: Sequence[float]) -> list[int]:
    """Score pooled values robustly: clipped, with mean 0 and variance 1.

    Args:
        pool: The values, finite.

    Returns:
        The scores in units of 2⁻³⁰ standard deviations.
    """
    middle = median_of(pool)
    scale = NORMAL * median_of([abs(value - middle) for value in pool])
    scale = scale or spread_of(pool, lost=0) or 1.0
    clipped = [min(max((value - middle) / scale, -CLIP), CLIP) for value in pool]
    mean, spread = mean_of(clipped), spread_of(clipped, lost=0) or 1.0
    return [round((value - mean) / spread * UNIT) for value in clipped]


@lru_cache(maxsize=64)
def labellings(
    reference_seeds: int, seeds: int, *, relabellings: int
) -> tuple["Integers", bool]:
    """List which of the pooled seeds are called obtained, one row a labelling.

    All of them if they are few; else distinct ones, drawn without the observed one.

    Args:
        reference_seeds: m.
        seeds: n.
        relabellings: How many to draw if there are more than these and the observed.

    Returns:
        The rows, int64[labelling, n], and whether they are all that there are.
    """
    import numpy as np  # noqa: PLC0415

    total = reference_seeds + seeds
    if comb(total, seeds) <= relabellings + 1:
        rows = np.array(list(combinations(range(total), seeds)), dtype=np.int64)
        return rows, True
    observed = tuple(range(reference_seeds, total))
    seen, first = {observed: None}, 0
    while len(seen) <= relabellings:
        keys = split_mix(first, relabellings * total).reshape(relabellings, total)
        first += keys.size
        rows = np.sort(np.argsort(keys, axis=1, kind="stable")[:, :seeds], axis=1)
        seen.update(dict.fromkeys(map(tuple, rows.tolist())))
    drawn = list(seen)[1 : relabellings + 1]
    return np.array(drawn, dtype=np.int64), False


def split_mix(first: int, count: int, *, seed: int = SEED) -> "NDArray[np.uint64]":
    """Compute outputs of SplitMix64: integers modulo 2⁶⁴, whatever the platform.

    Args:
        first: How many outputs to pass over.
        count: How many to compute.
        seed: The state before the first output.

    Returns:
        The outputs.

    Source:
        Steele, Lea & Flood, "Fast splittable pseudorandom number generators",
        OOPSLA (2014).
    """
    import numpy as np  # noqa: PLC0415

    state = np.arange(first + 1, first + count + 1, dtype=np.uint64)
    state = state * np.uint64(GOLDEN) + np.uint64(seed)
    for shift, factor in MIX:
        state = (state ^ (state >> np.uint64(shift))) * np.uint64(factor)
    return state ^ (state >> np.uint64(LAST_SHIFT))
