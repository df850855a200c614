"""What restarting until green would do, and that deciding again does not do it.

Seeds of one source tree are kept, so a rerun goes on where the last one stopped: it
must come to the same answer, and no answer once given may change with more seeds.
"""

from dataclasses import replace

import numpy as np

from benchmarks.contest.agreement import Case, cases, product_word
from benchmarks.contest.shapes import Cell, draws
from benchmarks.contest.vectorised import SAME, Design, decide
from pytest_repro.records import Rung

__all__ = ["TRIES", "fresh", "is_steady", "steady"]

TRIES = 5


def fresh(margin: float, repetitions: int) -> dict[str, float | int]:
    """Count misses if each try took new seeds and only the best one counted.

    Args:
        margin: And shift, in standard deviations.
        repetitions: Simulations.

    Returns:
        Misses of the first try, and of any.
    """
    seeds = 10
    cell = Cell(margin=margin, shift=margin, new=TRIES * seeds)
    once = ever = 0
    for reference, new in draws(cell, repetitions):
        misses = np.stack(
            [
                decide(
                    reference,
                    new[:, seeds * one : seeds * (one + 1)],
                    cell.margins(),
                    Design(),
                ).verdicts
                == SAME
                for one in range(TRIES)
            ]
        )
        once += int(misses[0].sum())
        ever += int(misses.any(axis=0).sum())
    return {"margin": margin, "repetitions": repetitions, "once": once, "ever": ever}


def steady(count: int) -> dict[str, int]:
    """Count cases in which deciding again, or with more seeds, changes nothing.

    Args:
        count: Random cases.

    Returns:
        How many were tried, and how many were steady.
    """
    return {"cases": count, "steady": sum(map(is_steady, cases(count)))}


def is_steady(case: Case) -> bool:
    """Tell whether the product's answer only ever comes, and never changes.

    Args:
        case: What to judge.

    Returns:
        Whether five tries on the same seeds agree, and whether the answer on fewer
        seeds, once it is one, is that on all of them.
    """
    final = product_word(case)
    again = {product_word(case) for _ in range(TRIES)}
    shorter = [
        product_word(replace(case, new=case.new[:look])) for look in case.design.looks
    ]
    answers = {word for word in shorter if word[0] is not Rung.INCONCLUSIVE}
    return again == {final} and answers <= {final}
