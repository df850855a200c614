"""Do the product's rule and the contest's say the same? Random cases, one by one.

Both were written from the formulae by different hands. Cases are of every shape, size
and length; margins are near what decides. Relabellings that are drawn are drawn by
either in its own way, so a p-value of a few in two thousand differs by its noise; the
contest's rule therefore takes the product's drawing here, and everything else is its
own.
"""

from dataclasses import dataclass

import numpy as np

from benchmarks.contest.permuting import Relabellings
from benchmarks.contest.shapes import SHAPES, Cell, Floats, draw
from benchmarks.contest.vectorised import CHANGED, OPEN, SAME, Design, decide
from pytest_repro.records import Rung
from pytest_repro.verdicts import designs, permutation, sequential

__all__ = ["CASES", "Case", "agree", "cases", "our_word", "product_word"]

CASES = 200
WORDS = {OPEN: Rung.INCONCLUSIVE, SAME: Rung.EQUIVALENT, CHANGED: Rung.DIVERGED}

Word = tuple[Rung, int]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """Values of both sides, and what is asked of them.

    Attributes:
        reference: float64[seed, metric].
        new: float64[seed, metric].
        margin: Of every metric.
        design: Of the contest's rule.
    """

    reference: Floats
    new: Floats
    margin: float
    design: Design


def cases(count: int = CASES) -> list[Case]:
    """Draw random cases.

    Args:
        count: How many.

    Returns:
        Always the same ones.
    """
    generator = np.random.default_rng(20261126)
    return [_case(generator, SHAPES[index % len(SHAPES)]) for index in range(count)]


def agree(case: Case) -> bool:
    """Tell whether both say the same after the same number of seeds.

    Args:
        case: What to judge.

    Returns:
        Whether verdict and seeds are equal.
    """
    return our_word(case) == product_word(case)


def our_word(case: Case) -> Word:
    """Ask the contest's rule.

    Args:
        case: What to judge.

    Returns:
        Verdict and seeds.
    """
    margins = np.full(case.new.shape[1], case.margin)
    decisions = decide(case.reference[None], case.new[None], margins, case.design)
    return WORDS[int(decisions.verdicts[0])], int(decisions.seeds[0])


def product_word(case: Case) -> Word:
    """Ask the product.

    Args:
        case: What to judge.

    Returns:
        Verdict and seeds.
    """
    decision = sequential.decide(samples(case), declared(case))
    return decision.rung, decision.look


def samples(case: Case) -> tuple[designs.Sample, ...]:
    """Say a case in the product's words.

    Args:
        case: The case.

    Returns:
        One sample for each metric.
    """
    return tuple(
        designs.Sample(
            name=f"m{k}",
            reference=tuple(case.reference[:, k].tolist()),
            obtained=tuple(case.new[:, k].tolist()),
            margin=case.margin,
            quantum=case.design.quantum or None,
        )
        for k in range(case.new.shape[1])
    )


def declared(case: Case) -> designs.Design:
    """Say a design in the product's words.

    Args:
        case: The case.

    Returns:
        The design.
    """
    design = case.design
    return designs.Design(
        alpha=design.alpha,
        beta=design.beta,
        looks=design.looks,
        min_seeds=design.min_seeds,
        relabellings=design.draws,
    )


def _case(generator: np.random.Generator, shape: str) -> Case:
    reference = int(generator.integers(5, 21))
    metrics = int(generator.choice([1, 1, 2, 5, 20]))
    looks = ((*range(1, 11),), (2, 3, 5, 8))[int(generator.integers(2))]
    values = draw(shape, (1, reference + looks[-1], metrics), generator)[0]
    margin = float(generator.uniform(1.0, 4.0))
    shift = float(generator.choice([0.0, 0.5, 1.0, 1.5])) * margin
    values[reference:, 0] += shift
    design = Design(
        alpha=float(generator.choice([0.01, 0.05])),
        looks=looks,
        min_seeds=int(generator.choice([1, 1, 3])),
        quantum=Cell(shape=shape).quantum(),
        table=_product_table,
    )
    return Case(
        reference=values[:reference],
        new=values[reference:],
        margin=margin,
        design=design,
    )


def _product_table(reference: int, new: int, draws: int) -> Relabellings:
    rows, is_whole = permutation.labellings(reference, new, relabellings=draws)
    members = np.zeros((len(rows), reference + new))
    np.put_along_axis(members, rows, 1.0, axis=1)
    return Relabellings(members=members, has_observed=is_whole)
