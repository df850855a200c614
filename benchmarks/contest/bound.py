"""How few seeds could any rule do with? A lower bound, by dynamic programming.

Normal metric, known standard deviation: more than any rule of the contest knows. Among
all sequential tests with three verdicts, the same reference seeds, at most as many new
ones and error rates no worse than ours, none needs fewer seeds on average without a
change. For any prices of the four kinds of error, the cheapest test costs at most what
ours would cost; so what remains after paying for our own errors bounds its seeds. The
best prices give the best bound; all give a valid one.

Source: Eales and Jennison, 1992, for the method; weak duality for the bound.
"""

import itertools
import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import optimize

from benchmarks.contest.levels import information
from benchmarks.contest.shapes import Floats

__all__ = ["Rates", "bound"]

NODES = 1001
LOOKS = 10
FAR = 7.0
# Logarithm of the highest price that is tried, for fear of overflow.
DEAREST = 25.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How often a rule errs.

    Attributes:
        alarm: Nothing changed, and it says that something did.
        silence: Nothing changed, and it says nothing.
        miss: A shift of one margin, and it says that nothing changed.
        hush: A shift of one margin, and it says nothing.
    """

    alarm: float
    silence: float
    miss: float
    hush: float


def bound(reference: int, margin: float, rates: Rates) -> float:
    """Bound the seeds that any test with such rates needs when nothing changed.

    Args:
        reference: Reference seeds.
        margin: In standard deviations.
        rates: That must not be exceeded.

    Returns:
        New seeds on average, at most ten in each test.
    """
    target = np.array([rates.alarm, rates.silence, rates.miss, rates.hush])

    def negated(logs: Floats) -> float:
        prices = np.exp(np.clip(logs, -DEAREST, DEAREST))
        return float(prices @ target) - _cheapest(reference, margin, prices)

    best = 0.0
    start = np.log([50.0, 5.0, 20.0, 5.0])
    for _ in range(3):
        found = optimize.minimize(
            negated,
            start,
            method="Nelder-Mead",
            options={"maxfev": 250, "xatol": 0.01, "fatol": 1e-4},
        )
        best, start = max(best, -float(found.fun)), found.x
    return best


def _cheapest(reference: int, margin: float, prices: Floats) -> float:
    """Compute what the cheapest test costs: seeds, and errors at their prices."""
    places, moves = _walk(reference, margin)
    alarm, silence, miss, hush = prices
    value = np.zeros(0)
    for look in range(LOOKS, 0, -1):
        time = information(reference, look)
        # Likelihood of a shift by one margin, up or down, over that of none.
        odds = np.exp(np.logaddexp(margin * places, -margin * places) - math.log(2))
        odds *= math.exp(-(margin**2) * time / 2)
        stop = np.minimum(miss * odds, np.minimum(silence + hush * odds, alarm))
        value = np.minimum(stop, 1 + moves[look] @ value) if look < LOOKS else stop
    return 1 + float(moves[0][NODES // 2] @ value)


@cache
def _walk(reference: int, margin: float) -> tuple[Floats, tuple[Floats, ...]]:
    """Tabulate how a partial sum moves between looks when nothing changed."""
    times = [0.0, *(information(reference, look + 1) for look in range(LOOKS))]
    edge = FAR * math.sqrt(times[-1]) + margin * times[-1]
    places = np.linspace(-edge, edge, NODES)
    moves = []
    for before, after in itertools.pairwise(times):
        gaps = (places[:, None] - places) ** 2 / (2 * (after - before))
        density = np.exp(-gaps)
        moves.append(density / density.sum(axis=1, keepdims=True))
    return places, tuple(moves)
