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

__all__ = [
    "Relabellings",
    "has_changed",
    "has_changed_alone",
    "relabellings",
    "robust_scores",
]

CLIP = 3.5
CONSISTENT = 1.4826
SCREENS = (0, 50, 250, 20_000)
# Scores that only rounding tells apart are ties.
TIE = 1e-9
BLOCK_VALUES = 60_000


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
    # The observed labelling is among the enumerated, and one more than the drawn.
    count = len(table.members) + (not table.has_observed)
    allowed = math.floor(level * count + 1e-6) - (not table.has_observed)
    alive = np.flatnonzero((own >= 0) & (allowed >= 0))
    larger = np.zeros(len(scores), dtype=np.int64)
    for first, last in itertools.pairwise(SCREENS):
        larger[alive] += _larger(scores[alive], own[alive], table.members[first:last])
        alive = alive[larger[alive] <= allowed]
    changed = np.zeros(len(scores), dtype=bool)
    changed[alive] = True
    return changed


def has_changed_alone(
    scores: Floats, guarded: NDArray[np.bool_], level: float, table: Relabellings
) -> NDArray[np.bool_]:
    """Test whether any metric of a simulation changed, each as if it were the only one.

    Args:
        scores: float64[simulation, seed, metric], as for `has_changed`.
        guarded: bool[simulation, metric]: whether the shift matters at all.
        level: Largest p-value at which it did.
        table: The relabellings.

    Returns:
        bool[simulation].
    """
    rows, metrics = np.nonzero(guarded)
    single = scores[rows, :, metrics][:, :, None]
    found = has_changed(single, np.ones((len(rows), 1), dtype=bool), level, table)
    changed = np.zeros(len(scores), dtype=bool)
    changed[rows[found]] = True
    return changed


def robust_scores(pooled: Floats) -> Floats:
    """Carry pooled values to scores that no single seed can dominate.

    Args:
        pooled: float64[simulation, seed, metric].

    Returns:
        Of the same shape, with mean 0 and variance 1 over seeds.
    """
    # Seeds last: numpy sorts rows that lie together several times faster.
    values = np.ascontiguousarray(np.moveaxis(pooled, 1, 2))
    values -= _median(values)
    spread = CONSISTENT * _median(np.abs(values))
    spread = np.where(spread > 0, spread, values.std(axis=2, ddof=1, keepdims=True))
    values /= np.where(spread > 0, spread, 1.0)
    np.clip(values, -CLIP, CLIP, out=values)
    values -= values.mean(axis=2, keepdims=True)
    scale = np.sqrt((values**2).mean(axis=2, keepdims=True))
    values /= np.where(scale > 0, scale, 1.0)
    return np.moveaxis(values, 2, 1)


def _median(values: Floats) -> Floats:
    ordered = np.sort(values, axis=2)
    count = values.shape[2]
    low, high = ordered[:, :, (count - 1) // 2], ordered[:, :, count // 2]
    return np.asarray((low + high)[:, :, None] / 2)


def _larger(scores: Floats, own: Floats, members: Floats) -> NDArray[np.int64]:
    """Count relabellings whose largest score is no smaller than the observed one."""
    counts = np.zeros(len(scores), dtype=np.int64)
    if not len(members):
        return counts
    size = max(1, BLOCK_VALUES // len(members))
    for start in range(0, len(scores), size):
        block = scores[start : start + size]
        largest = np.zeros((len(members), len(block)))
        for metric in range(scores.shape[2]):
            sums = members @ np.ascontiguousarray(block[:, :, metric].T)
            np.maximum(largest, np.abs(sums, out=sums), out=largest)
        found = largest >= own[start : start + size] - TIE
        counts[start : start + size] = found.sum(axis=0)
    return counts


def _members(chosen: list[tuple[int, ...]], seeds: int) -> Floats:
    members = np.zeros((len(chosen), seeds))
    for row, one in enumerate(chosen):
        members[row, list(one)] = 1.0
    return members
