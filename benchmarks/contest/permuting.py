"""Has anything changed? A max-T permutation test, for many simulations at once.

A chance of one in a hundred needs thousands of relabellings, but most simulations are
far from it: they meet the first few hundred relabellings alone, and only those with few
enough larger scores among them meet the rest. The answer is that of all relabellings.

Source: Westfall and Young, 1993; Phipson and Smyth, 2010, for the sampled p-value.
"""

import itertools
import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from benchmarks.contest.shapes import Floats

__all__ = ["Relabellings", "has_changed", "relabellings", "robust_scores"]

CLIP = 3.5
CONSISTENT = 1.4826
SCREEN = 150
# Scores that only rounding tells apart are ties.
TIE = 1e-9
BLOCK_VALUES = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Relabellings:
    """Which seeds are called new, once for each relabelling.

    Attributes:
        members: float64[relabelling, seed], 1 for a new seed.
        has_observed: Whether the observed labelling is one of them.
    """

    members: Floats
    has_observed: bool


@cache
def relabellings(reference: int, new: int, draws: int) -> Relabellings:
    """List all relabellings, or draw some of them but the observed one.

    Args:
        reference: Reference seeds, which come first.
        new: New seeds.
        draws: How many to draw if there are more than one more than that.

    Returns:
        Them, in random order.
    """
    seeds = reference + new
    generator = np.random.default_rng([20261126, reference, new, draws])
    if math.comb(seeds, new) <= draws + 1:
        chosen = list(itertools.combinations(range(seeds), new))
        order = generator.permutation(len(chosen))
        return Relabellings(
            members=_members([chosen[i] for i in order], seeds), has_observed=True
        )
    drawn: set[tuple[int, ...]] = {tuple(range(reference, seeds))}
    listed: list[tuple[int, ...]] = []
    while len(listed) < draws:
        one = tuple(np.sort(generator.choice(seeds, new, replace=False)).tolist())
        if one not in drawn:
            drawn.add(one)
            listed.append(one)
    return Relabellings(members=_members(listed, seeds), has_observed=False)


def has_changed(
    scores: Floats, guarded: NDArray[np.bool_], level: float, table: Relabellings
) -> NDArray[np.bool_]:
    """Test whether any metric of a simulation changed.

    Args:
        scores: float64[simulation, seed, metric] of `robust_scores`, the new seeds
            last.
        guarded: bool[simulation, metric]: whether the shift matters at all.
        level: Largest p-value at which it did.
        table: The relabellings.

    Returns:
        bool[simulation].
    """
    new = int(table.members[0].sum())
    own = np.abs(scores[:, -new:].sum(axis=1))
    own = np.where(guarded, own, -1.0).max(axis=1)
    count = len(table.members)
    # The observed labelling is among the enumerated, and one more than the drawn.
    allowed = math.floor(level * count + 1e-6)
    if not table.has_observed:
        allowed = math.floor(level * (count + 1) + 1e-6) - 1
    changed = np.zeros(len(scores), dtype=bool)
    open_ = np.flatnonzero((own >= 0) & (allowed >= 0))
    first = _larger(scores[open_], own[open_], table.members[:SCREEN])
    near = first <= allowed
    open_, first = open_[near], first[near]
    rest = _larger(scores[open_], own[open_], table.members[SCREEN:])
    changed[open_] = first + rest <= allowed
    return changed


def robust_scores(pooled: Floats) -> Floats:
    """Carry pooled values to scores that no single seed can dominate.

    Args:
        pooled: float64[simulation, seed, metric].

    Returns:
        Of the same shape, with mean 0 and variance 1 over seeds.
    """
    middle = np.median(pooled, axis=1, keepdims=True)
    spread = CONSISTENT * np.median(np.abs(pooled - middle), axis=1, keepdims=True)
    deviation = pooled.std(axis=1, ddof=1, keepdims=True)
    spread = np.where(spread > 0, spread, deviation)
    spread = np.where(spread > 0, spread, 1.0)
    clipped = np.clip((pooled - middle) / spread, -CLIP, CLIP)
    clipped -= clipped.mean(axis=1, keepdims=True)
    scale = clipped.std(axis=1, keepdims=True)
    return np.asarray(clipped / np.where(scale > 0, scale, 1.0))


def _larger(scores: Floats, own: Floats, members: Floats) -> NDArray[np.int64]:
    """Count relabellings whose largest score is no smaller than the observed one."""
    counts = np.zeros(len(scores), dtype=np.int64)
    if not len(members):
        return counts
    size = max(1, BLOCK_VALUES // (len(members) * scores.shape[2]))
    for start in range(0, len(scores), size):
        block = slice(start, start + size)
        sums = np.abs(members @ scores[block]).max(axis=2)
        counts[block] = (sums >= own[block, None] - TIE).sum(axis=1)
    return counts


def _members(chosen: list[tuple[int, ...]], seeds: int) -> Floats:
    members = np.zeros((len(chosen), seeds))
    for row, one in enumerate(chosen):
        members[row, list(one)] = 1.0
    return members
