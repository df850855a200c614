"""How often shift detection cries wolf, and how often it sees the wolf.

``python -m benchmarks.shifts [COUNT]`` simulates so many series for each line (1000 by
default: a few minutes) and prints two tables in Markdown. The rules that it is held
against: three standard deviations from the mean of all nights since the last alarm,
which is what most dashboards do, and a fit by absolute deviations whose penalty is
``3 log n`` times a scale that the median difference of neighbours gives.
"""

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from statistics import NormalDist, fmean, median, stdev
from typing import Final

import numpy as np

from pytest_repro.verdicts.shifts import LEAST, find_shifts

__all__ = ["NOISES", "RULES", "false_alarms", "main", "powers"]

Noise = Callable[
    [np.random.Generator, int], "np.ndarray[tuple[int], np.dtype[np.float64]]"
]
Rule = Callable[[Sequence[float]], list[int]]

NIGHTS: Final = 90
MOVED: Final = 60
NEAR: Final = 3
RUN_IN: Final = 10


def two_values(share: float) -> Noise:
    """Make noise of two values, the higher with so large a share."""
    return lambda generator, count: (generator.random(count) < share).astype(np.float64)


def bad_night(spread: float) -> Noise:
    """Make normal noise with one night far outside."""
    return lambda generator, count: (
        spread * generator.normal(size=count)
        + 20 * np.eye(1, count, count // 2, dtype=np.float64)[0]
    )


NOISES: Final[Mapping[str, Noise]] = {
    "normal": lambda generator, count: generator.normal(size=count),
    "Student t, 2 degrees": lambda generator, count: generator.standard_t(2, count),
    "accuracy of 360": lambda generator, count: (
        generator.binomial(360, 0.97, count) / 360
    ),
    "two values, even": two_values(0.5),
    "two values, 5 %": two_values(0.05),
    "three values": lambda generator, count: generator.integers(0, 3, count).astype(
        np.float64
    ),
    "same bits, one bad night": bad_night(0),
    "normal, one bad night": bad_night(1),
}
"""Noise without a shift."""


def ours(values: Sequence[float]) -> list[int]:
    """Find shifts as the package does."""
    return [shift.index for shift in find_shifts(values)]


def three_sigma(values: Sequence[float]) -> list[int]:
    """Alarm beyond three standard deviations of the nights since the last alarm."""
    found: list[int] = []
    start = 0
    for index, value in enumerate(values):
        known = values[start:index]
        if len(known) >= RUN_IN and abs(value - fmean(known)) > 3 * stdev(known):
            found.append(index)
            start = index
    return found


def absolute(values: Sequence[float]) -> list[int]:
    """Fit levels by absolute deviations, as exactly as ours, with a measured scale."""
    moves = [abs(two - one) for one, two in pairwise(values)]
    scale = median(moves) / (math.sqrt(2) * NormalDist().inv_cdf(0.75))
    penalty = 3 * math.log(len(values)) * scale
    best, before = [-penalty, *[math.inf] * len(values)], [0] * (len(values) + 1)
    for end in range(LEAST, len(values) + 1):
        for start in range(end - LEAST + 1):
            part = values[start:end]
            level = median(part)
            cost = best[start] + sum(abs(one - level) for one in part) + penalty
            if cost < best[end]:
                best[end], before[end] = cost, start
    edges: list[int] = []
    edge = before[-1]
    while edge:
        edges.insert(0, edge)
        edge = before[edge]
    return edges


RULES: Final[Mapping[str, Rule]] = {
    "ranks, exact partition (ours)": ours,
    "three standard deviations": three_sigma,
    "absolute deviations": absolute,
}


def false_alarms(rule: Rule, noise: Noise, *, count: int) -> float:
    """Return the share of series without a shift in which a rule finds one."""
    generator = np.random.default_rng(20261126)
    series = (noise(generator, NIGHTS).tolist() for _ in range(count))
    return fmean(bool(rule(one)) for one in series)


def powers(rule: Rule, size: float, *, last: int, count: int) -> float:
    """Return the share of series in which a rule finds the shift, and only that.

    Args:
        rule: The rule.
        size: Of the shift, in standard deviations of normal noise.
        last: How many nights there are after it.
        count: How many series.
    """
    generator = np.random.default_rng(20261126)
    found = 0
    for _ in range(count):
        values = generator.normal(size=MOVED + last)
        values[MOVED:] += size
        shifts = rule(values.tolist())
        found += len(shifts) == 1 and abs(shifts[0] - MOVED) <= NEAR
    return found / count


def main(arguments: Sequence[str]) -> None:
    """Print both tables."""
    count = int(arguments[0]) if arguments else 1000
    few = max(count // 10, 1)
    _print(["false alarms over 90 nights", *RULES])
    for name, noise in NOISES.items():
        rates = [
            false_alarms(rule, noise, count=few if rule is absolute else count)
            for rule in RULES.values()
        ]
        _print([name, *(f"{rate:.1%}" for rate in rates)])
    _print(["shift found, and only that", *RULES])
    for size, last in ((1, 30), (2, 30), (3, 30), (5, 30), (3, 10), (5, 5), (10, 3)):
        rates = [
            powers(rule, size, last=last, count=few if rule is absolute else count)
            for rule in RULES.values()
        ]
        unit = "deviation" if size == 1 else "deviations"
        what = f"{size} standard {unit}, {last} nights ago"
        _print([what, *(f"{rate:.1%}" for rate in rates)])


def _print(cells: Sequence[str]) -> None:
    sys.stdout.write(f"| {' | '.join(cells)} |\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
