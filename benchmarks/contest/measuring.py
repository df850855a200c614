"""How often a rule says what, in one cell: rates, seeds, standard errors."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from benchmarks.contest.rules import Rule
from benchmarks.contest.shapes import Cell, draws
from benchmarks.contest.vectorised import CHANGED, SAME

__all__ = ["Outcome", "measure", "standard_error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a rule said in one cell.

    Attributes:
        study: Why it was measured.
        rule: Its name.
        cell: The situation.
        repetitions: Simulations.
        same: Share of them that were called the same.
        changed: Share of them that were called changed.
        seeds: New seeds used, on average.
        seeds_error: The standard error of that.
    """

    study: str
    rule: str
    cell: Cell
    repetitions: int
    same: float
    changed: float
    seeds: float
    seeds_error: float

    @property
    def open(self) -> float:
        """Share of simulations without a verdict."""
        # Rounded, because three shares do not add up to one exactly.
        return round(1 - self.same - self.changed, 9) + 0.0  # no negative zero

    def to_json(self) -> dict[str, object]:
        """Write it down."""
        return asdict(self)


def measure(
    study: str, cell: Cell, rules: Sequence[Rule], repetitions: int
) -> Iterable[Outcome]:
    """Let rules judge the same draws.

    Args:
        study: Why.
        cell: The situation.
        rules: The rules.
        repetitions: Simulations.

    Returns:
        One outcome for each rule.
    """
    same, changed = np.zeros(len(rules)), np.zeros(len(rules))
    seeds, squares = np.zeros(len(rules)), np.zeros(len(rules))
    for reference, new in draws(cell, repetitions):
        for index, rule in enumerate(rules):
            decisions = rule.judge(reference, new, cell.margins())
            same[index] += (decisions.verdicts == SAME).sum()
            changed[index] += (decisions.verdicts == CHANGED).sum()
            seeds[index] += decisions.seeds.sum()
            squares[index] += (decisions.seeds**2).sum()
    mean = seeds / repetitions
    variance = np.maximum(squares / repetitions - mean**2, 0.0)
    return [
        Outcome(
            study=study,
            rule=rule.name,
            cell=cell,
            repetitions=repetitions,
            same=float(same[index] / repetitions),
            changed=float(changed[index] / repetitions),
            seeds=float(mean[index]),
            seeds_error=math.sqrt(variance[index] / repetitions),
        )
        for index, rule in enumerate(rules)
    ]


def standard_error(rate: float, repetitions: int) -> float:
    """Return the standard error of a rate.

    Args:
        rate: In [0, 1].
        repetitions: Simulations.

    Returns:
        That of a binomial share.
    """
    return math.sqrt(rate * (1 - rate) / repetitions)
