"""Is the refusal true? What a plan calls the smallest margin, against a simulation.

A plan says in closed form which margin a reference supports: one at which nine of ten
unchanged run sets would be confirmed. Here that margin is looked for by trial. And a
plan that expects less than an even chance must refuse, and say what would do.
"""

from statistics import NormalDist

import numpy as np

from benchmarks.contest.shapes import Cell, draws
from benchmarks.contest.vectorised import SAME, Design, decide
from pytest_repro.verdicts import designs, planning

__all__ = ["LAST_LOOKS", "METRICS", "REFERENCES", "compare", "refusals", "smallest"]

REFERENCES = (5, 8, 10, 15, 20, 30, 50)
METRICS = (1, 5, 20)
LAST_LOOKS = (3, 5, 10)
CONFIRMED = 0.9
BRACKET = (0.75, 1.35)
HALVINGS = 9


def compare(
    reference: int, metrics: int, last: int, repetitions: int
) -> dict[str, float | int]:
    """Compare the closed form with a simulation.

    Args:
        reference: Reference seeds.
        metrics: Number of metrics.
        last: New seeds at most.
        repetitions: Simulations for each margin that is tried.

    Returns:
        Both margins, in standard deviations, and what they are about.
    """
    closed = smallest(reference, metrics, last)
    return {
        "reference": reference,
        "metrics": metrics,
        "last": last,
        "closed": round(closed, 4),
        "simulated": round(_search(reference, metrics, last, repetitions), 4),
    }


def smallest(reference: int, metrics: int, last: int) -> float:
    """Ask the product for the smallest margin of a reference with deviation one.

    Args:
        reference: Reference seeds.
        metrics: Number of metrics.
        last: New seeds at most.

    Returns:
        The margin.
    """
    plan = _plan(reference, metrics, last, margin=3.0)
    return float(plan.metrics[0].smallest_margin)


def refusals(margins: tuple[float, ...]) -> list[dict[str, float | int | str]]:
    """Ask the product for plans, some of which it must refuse.

    Args:
        margins: To plan for.

    Returns:
        For each plan the chance that it expects, and what it says.
    """
    return [
        {
            "reference": reference,
            "last": last,
            "margin": margin,
            "chance": round(plan.chance, 6),
            "refusal": plan.refusal,
        }
        for reference in REFERENCES
        for last in LAST_LOOKS
        for margin in margins
        for plan in [_plan(reference, 1, last, margin)]
    ]


def _plan(reference: int, metrics: int, last: int, margin: float) -> planning.Plan:
    samples = [
        designs.Sample(name=f"m{k}", reference=_typical(reference), margin=margin)
        for k in range(metrics)
    ]
    return planning.plan(samples, designs.Design(max_seeds=last))


def _typical(seeds: int) -> tuple[float, ...]:
    """Return normal quantiles with mean 0 and sample deviation 1."""
    normal = NormalDist()
    values = np.array([normal.inv_cdf((i + 0.5) / seeds) for i in range(seeds)])
    return tuple((values / values.std(ddof=1)).tolist())


def _search(reference: int, metrics: int, last: int, repetitions: int) -> float:
    """Halve an interval of margins, always on the same draws."""
    closed = smallest(reference, metrics, last)
    low, high = (factor * closed for factor in BRACKET)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if _confirmed(reference, metrics, (last, middle), repetitions) < CONFIRMED:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _confirmed(
    reference: int, metrics: int, ask: tuple[int, float], repetitions: int
) -> float:
    last, margin = ask
    cell = Cell(reference=reference, metrics=metrics, margin=margin, new=last)
    design = Design(looks=tuple(range(1, last + 1)))
    found = sum(
        int((decide(old, new, cell.margins(), design).verdicts == SAME).sum())
        for old, new in draws(cell, repetitions)
    )
    return found / repetitions
