"""Bar 13: rules judge real runs of a small network, whose changes are known.

A pool of runs is trained for each variant; references and new runs are then drawn from
the pools, again and again, so rates share the error of finite pools. Margins are those
that a person would write: one point of accuracy, a fifth of the test loss, a third of
the training loss, half of the steps to 93 %. The curve of the test loss joins in as up
to ten bins of its logarithm. What a change does depends on the pool, so the bars ask
for those of the named changes that move something by a margin here.
"""

from collections.abc import Iterator

import numpy as np

from benchmarks.contest.bars import Bar
from benchmarks.contest.figures import Scalar
from benchmarks.contest.measuring import standard_error
from benchmarks.contest.pool import CHECKPOINTS, FINALS, VARIANTS, Recipe, train
from benchmarks.contest.rules import Rule, ours
from benchmarks.contest.shapes import Floats
from benchmarks.contest.studies import RULES
from benchmarks.contest.vectorised import CHANGED, SAME

__all__ = [
    "MARGINS",
    "MOVED",
    "TRANSIENT",
    "UNCHANGED",
    "not_asked_for",
    "pool_bars",
    "study_pool",
]

REFERENCE_RUNS, NEW_RUNS = 900, 300
REFERENCE, NEW = 10, 10
RESAMPLES = 2_000
BINS = 10

# Accuracy as it is; ratios of the others, by their logarithm.
MARGINS = np.array([0.01, np.log1p(0.20), np.log1p(0.35), np.log1p(0.50)])
CURVE_MARGIN = float(np.log1p(0.20))

UNCHANGED = "unchanged, other seeds"
MOVED = (
    "learning rate × 1.3",
    "learning rate × 2",
    "momentum 0.85",
    "no weight decay",
    "weight decay × 10",
    "1 % wrong labels",
    "5 % wrong labels",
    "rate does not fall",
)
TRANSIENT = ("inputs not centred", "initial weights × 1.5", "no warm-up")
RIVALS = ("every run in mean ± 3 sd", "Welch p > .05")

ALONE, WITH_CURVE = "ours changed", "curve changed"
ASKED = (
    *((name, ALONE) for name in MOVED),
    *((name, WITH_CURVE) for name in TRANSIENT),
)
ASKED_LIMITS = {ALONE: ("", 0.93), WITH_CURVE: (" with the curve", 0.97)}

Row = dict[str, Scalar]


def study_pool(reference_runs: int = REFERENCE_RUNS) -> Iterator[Row]:
    """Train all variants and let rules judge them.

    Args:
        reference_runs: In the pool of references; a third of that for each variant.

    Yields:
        One row for each variant.
    """
    new_runs = reference_runs * NEW_RUNS // REFERENCE_RUNS
    finals, curves = _metrics(Recipe(), range(reference_runs))
    for index, (name, recipe) in enumerate(VARIANTS.items()):
        start = (1 + index) * reference_runs
        moved, bent = _metrics(recipe, range(start, start + new_runs))
        picks = _picks(index, (reference_runs, new_runs))
        shifts = np.abs(moved.mean(axis=0) - finals.mean(axis=0)) / MARGINS
        row: Row = {"variant": name, "resamples": RESAMPLES}
        row |= {
            name: round(float(shift), 3)
            for name, shift in zip(FINALS, shifts, strict=True)
        }
        row |= _judge("ours", ours(), (finals, moved, MARGINS), picks)
        whole = np.append(MARGINS, np.full(curves.shape[1], CURVE_MARGIN))
        bend = np.abs(bent.mean(axis=0) - curves.mean(axis=0)) / CURVE_MARGIN
        row["curve"] = round(float(bend.max()), 3)
        both = np.hstack([finals, curves]), np.hstack([moved, bent]), whole
        row |= _judge("curve", ours(), both, picks)
        for rule in RULES:
            if rule.name in RIVALS:
                row |= _judge(rule.name, rule, (finals, moved, MARGINS), picks)
        yield row


def pool_bars(rows: list[Row]) -> list[Bar]:
    """Compute the bars about real runs.

    Args:
        rows: Of `study_pool`.

    Returns:
        The bars; none without rows.
    """
    by_name = {str(row["variant"]): row for row in rows}
    if not by_name:
        return []
    alike = by_name[UNCHANGED]
    text = "real runs, unchanged"
    bars = [
        _bar(f"{text}: false alarms", alike, "ours changed", (0.01, True)),
        _bar(f"{text}: confirmed", alike, "ours same", (0.98, False)),
        _bar(f"{text}: seeds", alike, "ours seeds", (3.5, True)),
    ]
    for name, key in ASKED:
        if _is_large(by_name[name], key):
            how, limit = ASKED_LIMITS[key]
            what = f"real runs, {name}: found{how}"
            bars.append(_bar(what, by_name[name], key, (limit, False)))
    return bars


def not_asked_for(rows: list[Row]) -> list[tuple[Row, str]]:
    """Find what the bar names, but does not move anything by a margin here.

    Args:
        rows: Of `study_pool`.

    Returns:
        Rows, and the key of the rate that the bar is about.
    """
    by_name = {str(row["variant"]): row for row in rows}
    return [
        (by_name[name], key)
        for name, key in ASKED
        if rows and not _is_large(by_name[name], key)
    ]


def _is_large(row: Row, key: str) -> bool:
    """Tell whether the largest true shift, of what is judged, is a margin."""
    names = (*FINALS, "curve") if key == WITH_CURVE else FINALS
    return max(float(row[name]) for name in names) >= 1


def _bar(what: str, row: Row, key: str, limit: tuple[float, bool]) -> Bar:
    count, value = int(row["resamples"]), float(row[key])
    is_rate = not key.endswith("seeds")
    return Bar(
        number=13,
        what=what,
        value=value,
        error=standard_error(value, count) if is_rate else 0.0,
        limit=limit[0],
        is_ceiling=limit[1],
        unit="%" if is_rate else "seeds",
    )


def _metrics(recipe: Recipe, seeds: range) -> tuple[Floats, Floats]:
    """Train, and take logarithms of all but accuracies; bins spread evenly in log."""
    finals, curve = train(recipe, seeds)
    finals[:, 1:] = np.log(finals[:, 1:])
    edges = np.geomspace(CHECKPOINTS[0], CHECKPOINTS[-1] + 1, BINS + 1)
    bins = np.clip(np.digitize(CHECKPOINTS, edges) - 1, 0, BINS - 1)
    logs = np.log(curve)
    # Early bins may lie between two checkpoints and hold none.
    means = [logs[:, bins == one].mean(axis=1) for one in range(BINS) if one in bins]
    return finals, np.stack(means, axis=1)


def _picks(index: int, pools: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Choose which runs are compared, without repetition inside a comparison."""
    generator = np.random.default_rng([20261126, index])
    sides = zip(pools, (REFERENCE, NEW), strict=True)
    first, second = (
        np.stack([generator.permutation(pool)[:count] for _ in range(RESAMPLES)])
        for pool, count in sides
    )
    return first, second


def _judge(
    label: str,
    rule: Rule,
    data: tuple[Floats, Floats, Floats],
    picks: tuple[np.ndarray, np.ndarray],
) -> Row:
    reference, new, margins = data
    decisions = rule.judge(reference[picks[0]], new[picks[1]], margins)
    return {
        f"{label} changed": float((decisions.verdicts == CHANGED).mean()),
        f"{label} same": float((decisions.verdicts == SAME).mean()),
        f"{label} seeds": round(float(decisions.seeds.mean()), 4),
    }
