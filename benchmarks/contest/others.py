"""Measurements that are no rates of a rule in a cell: bound, refusals, pairs, speed.

Each gives rows of plain numbers, for the file of figures.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from benchmarks.contest import agreement, common_seeds, refusal, restarts, speed
from benchmarks.contest.bars import Outcomes
from benchmarks.contest.bound import Rates, bound
from benchmarks.contest.figures import Scalar
from benchmarks.contest.measuring import Outcome
from benchmarks.contest.permuting import relabellings
from benchmarks.contest.pool_study import study_pool
from benchmarks.contest.rules import OURS

__all__ = ["PLANNED", "measure_bounds", "measure_others"]

PLANNED = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0)
MARGINS = (2.0, 3.0, 4.0)

Rows = list[dict[str, Scalar]]
Tell = Callable[[str], None]


def measure_others(repetitions: int, tell: Tell, *, is_short: bool) -> dict[str, Rows]:
    """Measure everything that is no rate of a rule in a cell.

    Args:
        repetitions: Simulations, where there are any.
        tell: Takes a line about progress.
        is_short: Whether a part will do.

    Returns:
        Rows by study.
    """
    cases = 30 if is_short else agreement.CASES
    studies: dict[str, Callable[[], Iterable[dict[str, Scalar]]]] = {
        "refusal": lambda: _refusals(repetitions, is_short=is_short),
        "plans": lambda: refusal.refusals(PLANNED),
        "common seeds": lambda: _common_seeds(repetitions, is_short=is_short),
        "unequal digests": _unequal_digests,
        "restarts": lambda: [{**restarts.fresh(it, repetitions)} for it in MARGINS[:2]],
        "steady": lambda: [{**restarts.steady(cases // 2)}],
        "speed": lambda: speed.cold(1 if is_short else 5),
        "determinism": lambda: _digests(cases),
        "agreement": lambda: [_agreement(cases)],
        "pool": lambda: [] if is_short else study_pool(),
    }
    found: dict[str, Rows] = {}
    for name, study in studies.items():
        tell(name)
        found[name] = list(study())
    return found


def measure_bounds(outcomes: Sequence[Outcome], tell: Tell) -> dict[str, Rows]:
    """Bound the seeds of any rule that errs as often as ours did.

    Args:
        outcomes: What rules said, in all cells.
        tell: Takes a line about progress.

    Returns:
        Rows of one study.
    """
    tell("bound")
    return {"bound": list(_bounds(Outcomes(outcomes)))}


def _bounds(outcomes: Outcomes) -> Iterable[dict[str, Scalar]]:
    for reference in (5, 10, 20):
        for margin in MARGINS:
            about = {"shape": "normal", "reference": reference, "metrics": 1}
            (alike,) = outcomes.of("grid", OURS, margin=margin, shift=0.0, **about)
            (moved,) = outcomes.of("grid", OURS, margin=margin, shift=margin, **about)
            # A rate of zero counts as one simulation: nobody could do with none.
            least = 1 / alike.repetitions
            rates = Rates(
                alarm=max(alike.changed, least),
                silence=max(alike.open, least),
                miss=max(moved.same, least),
                hush=max(moved.open, least),
            )
            yield {
                "reference": reference,
                "margin": margin,
                "bound": round(bound(reference, margin, rates), 4),
                "used": round(alike.seeds, 4),
                "used_error": round(alike.seeds_error, 5),
            }


def _refusals(repetitions: int, *, is_short: bool) -> Iterable[dict[str, Scalar]]:
    if is_short:
        yield {**refusal.compare(10, 5, 5, repetitions)}
        return
    for reference in refusal.REFERENCES:
        for metrics in refusal.METRICS:
            for last in refusal.LAST_LOOKS:
                few = min(
                    repetitions, 2000 if metrics == max(refusal.METRICS) else 4000
                )
                yield {**refusal.compare(reference, metrics, last, few)}


def _common_seeds(repetitions: int, *, is_short: bool) -> Iterable[dict[str, Scalar]]:
    correlations = (0.9,) if is_short else common_seeds.CORRELATIONS
    for correlation in correlations:
        for margin in (1.0,) if is_short else common_seeds.MARGINS:
            for shift in (0.0, margin):
                yield {**common_seeds.judge(correlation, margin, shift, repetitions)}


def _unequal_digests() -> Iterable[dict[str, Scalar]]:
    """Ask for pairs of perfectly correlated runs, with and without equal digests."""
    values = [float(seed) for seed in range(10)]
    for has_equal_digests in (True, False):
        found = common_seeds.paired(
            values, values, values, has_equal_digests=has_equal_digests
        )
        yield {"equal": int(has_equal_digests), "paired": int(found is not None)}


def _digests(cases: int) -> Iterable[dict[str, Scalar]]:
    yield {"where": "this process", "cases": cases, "digest": speed.digest(cases)}
    for index, digest in enumerate(speed.digest_elsewhere(cases)):
        yield {"where": f"process {index + 1}", "cases": cases, "digest": digest}


def _agreement(cases: int) -> dict[str, Scalar]:
    chosen = agreement.cases(cases)
    own = [replace(it, design=replace(it.design, table=relabellings)) for it in chosen]
    return {
        "cases": cases,
        "equal": sum(map(agreement.agree, chosen)),
        "equal_with_own_drawing": sum(map(agreement.agree, own)),
    }
