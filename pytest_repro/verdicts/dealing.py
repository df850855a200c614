"""Would chance explain groups as well? Groups are dealt to runs at random, and counted.

With few runs and many axes something nearly always fits. Two questions are asked of
groups that have nothing to do with any axis, but the sizes of those that were found:
how often would some set of so many axes *fit* them, and how often would axes be
*proven* that explain them as well as what was found? The first is counted exactly and
bounded, the second is tried.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from itertools import combinations
from math import factorial, prod
from typing import TYPE_CHECKING, Final

from pytest_repro.verdicts.apart import Bundle, Pairs
from pytest_repro.verdicts.permutation import split_mix

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]
    Truths = NDArray[np.bool_]

__all__ = ["chance_of_fit", "chance_of_proof", "necessary"]

DEALS: Final = 999
"""So many are tried, and the observed groups are counted with them: steps of 0.1 %."""

PARTS: Final = 20
"""Deals are scored in so many goes."""


def necessary(apart: Pairs, groups: Sequence[int]) -> tuple[int, ...]:
    """Find what no explanation can do without: what alone lies between two groups.

    Args:
        apart: Every two runs.
        groups: Of each run.

    Returns:
        Numbers of bundles, each the only one in which two runs of other groups differ.
    """
    found = {
        number
        for (one, other), differing in apart.items()
        if len(differing) == 1 and groups[one] != groups[other]
        for number in differing
    }
    return tuple(sorted(found))


def chance_of_proof(
    bundles: Sequence[Bundle], apart: Pairs, groups: Sequence[int]
) -> float:
    """Try how often groups dealt at random would be explained as well by proven axes.

    A deal is explained the better, the more pairs of runs that agree in all that is
    necessary have the same bits, and the fewer have not.

    Args:
        bundles: All of them.
        apart: Every two runs.
        groups: Of each run.

    Returns:
        The share, the observed groups included: among groups that have nothing to do
        with any axis, at most a share p of them gets p or less.
    """
    import numpy as np  # noqa: PLC0415  # loading a verdict must stay cheap

    keys = split_mix(0, DEALS * len(groups)).reshape(DEALS, len(groups))
    places = np.argsort(keys, axis=1, kind="stable")
    deals = np.vstack([np.array([groups]), np.array(groups)[places]])
    one, other = np.array(list(apart)).T
    differs = np.zeros((len(apart), len(bundles)), dtype=np.int64)
    for row, differing in enumerate(apart.values()):
        differs[row, list(differing)] = 1
    # One part after the other: a table of all pairs in all deals could fill the memory.
    parts = np.array_split(deals, PARTS)
    found = [_scores(differs, part[:, one] == part[:, other]) for part in parts]
    scores = np.concatenate(found)
    return float((scores >= scores[0]).mean())


def _scores(differs: "Integers", is_same: "Truths") -> "Integers":
    """Score deals: pairs that agree in what is necessary, the same bits or not.

    Args:
        differs: int64[pair, bundle], 1 where the two runs differ.
        is_same: bool[deal, pair], whether the two have the same bits.

    Returns:
        int64[deal]; the least there is where nothing is proven, and where two runs
        differ in bits only.
    """
    import numpy as np  # noqa: PLC0415

    count = differs.sum(axis=1)
    needed = ~is_same[:, count == 1] @ differs[count == 1] > 0
    agrees = needed.astype(np.int64) @ differs.T == 0
    scores = np.where(is_same, 1, -1) * agrees
    has_twins = (~is_same[:, count == 0]).any(axis=1)
    least = np.iinfo(np.int64).min
    return np.where(has_twins | ~needed.any(axis=1), least, scores.sum(axis=1))


def chance_of_fit(
    bundles: Sequence[Bundle], groups: Sequence[int], *, most: int
) -> float:
    """Bound how likely some set of up to so many axes fits groups dealt at random.

    For each set, the share of all deals is counted in which every cell of runs that
    agree on it holds one group; the shares are added.

    Args:
        bundles: All of them.
        groups: Of each run.
        most: Axes of a set.

    Returns:
        The bound, at most 1.
    """
    sizes = sorted(Counter(groups).values(), reverse=True)
    deals = factorial(len(groups)) // prod(map(factorial, sizes))
    fitting = 0
    for size in range(1, most + 1):
        for chosen in combinations(bundles, size):
            cells = Counter(zip(*(bundle.codes for bundle in chosen), strict=True))
            fitting += _fits(cells.values(), tuple(sizes))
    return min(1.0, fitting / deals)


def _fits(cells: Collection[int], rooms: tuple[int, ...]) -> int:
    """Count the ways to put whole cells into groups of given sizes, filling each."""
    ways = {rooms: 1}
    for cell in sorted(cells, reverse=True):
        after: Counter[tuple[int, ...]] = Counter()
        for left, count in ways.items():
            for place, room in enumerate(left):
                if room >= cell:
                    rest = (*left[:place], room - cell, *left[place + 1 :])
                    after[rest] += count
        ways = dict(after)
    return sum(ways.values())
