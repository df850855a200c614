"""What a rule of the contest is, and how the verdicts on metrics make one.

A rule sees reference seeds, new seeds and margins, and says of each simulation that it
is the same, changed, or open, and how many new seeds that took. It may ignore what it
has no use for: most rules in use ignore the margin.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from benchmarks.contest.equality import clean, statistics
from benchmarks.contest.permuting import has_changed, relabellings, robust_scores
from benchmarks.contest.shapes import Floats
from benchmarks.contest.vectorised import CHANGED, OPEN, SAME, Decisions, Design, decide

__all__ = ["OURS", "Booleans", "Rule", "at_once", "changed_at_once", "fixed", "ours"]

Booleans = NDArray[np.bool_]
Judge = Callable[[Floats, Floats, Floats], Decisions]
PerMetric = Callable[[Floats, Floats, Floats], tuple[Booleans, Booleans]]

OURS = "SPT 1 % / 5 %"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule of the contest.

    Attributes:
        name: As in the tables.
        source: Where the rule stands.
        judge: From float64[simulation, seed, metric] twice and float64[metric].
    """

    name: str
    source: str
    judge: Judge


def fixed(name: str, source: str, per_metric: PerMetric, seeds: int = 3) -> Rule:
    """Make a rule that looks once.

    Args:
        name: As in the tables.
        source: Where the rule stands.
        per_metric: Tells of each simulation and metric whether it is the same, and
            whether it changed.
        seeds: New seeds that it looks at.

    Returns:
        A rule by which one changed metric is a change, and all must be the same.
    """

    def judge(reference: Floats, new: Floats, margins: Floats) -> Decisions:
        same, changed = per_metric(reference, new[:, :seeds], margins)
        verdicts = np.where(same.all(axis=1), SAME, OPEN)
        verdicts = np.where(changed.any(axis=1), CHANGED, verdicts)
        return Decisions(verdicts=verdicts, seeds=np.full(len(verdicts), seeds))

    return Rule(name=name, source=source, judge=judge)


def ours(design: Design | None = None, name: str = OURS) -> Rule:
    """Make our rule.

    Args:
        design: What is fixed in advance; by default the defaults.
        name: As in the tables.

    Returns:
        The rule.
    """
    chosen = design or Design()

    def judge(reference: Floats, new: Floats, margins: Floats) -> Decisions:
        return decide(reference, new, margins, chosen)

    return Rule(name=name, source="this project", judge=judge)


def at_once(seeds: int) -> Rule:
    """Make our two tests look once, at full levels, after a fixed number of seeds.

    Args:
        seeds: New seeds.

    Returns:
        What a person gets who decides in advance how many seeds to run.
    """

    def judge(reference: Floats, new: Floats, margins: Floats) -> Decisions:
        seen, before = new[:, :seeds], reference.shape[1]
        spread = clean(reference)
        limit = stats.t.isf(Design().beta, before + seeds - 2)
        above = statistics(spread, seen, margins, before) <= -limit
        below = statistics(spread, seen, -margins, before) >= limit
        changed = _has_changed(reference, seen, margins, Design().alpha)
        verdicts = np.where(changed, CHANGED, OPEN)
        verdicts = np.where((above & below).all(axis=1), SAME, verdicts)
        return Decisions(verdicts=verdicts, seeds=np.full(len(verdicts), seeds))

    return Rule(name=f"both tests, {seeds} seeds", source="this project", judge=judge)


def changed_at_once(seeds: int, alpha: float) -> Rule:
    """Make our test for a change alone look once, after a fixed number of seeds.

    Args:
        seeds: New seeds.
        alpha: False alarms.

    Returns:
        A rule that never confirms.
    """

    def judge(reference: Floats, new: Floats, margins: Floats) -> Decisions:
        changed = _has_changed(reference, new[:, :seeds], margins, alpha)
        verdicts = np.where(changed, CHANGED, OPEN)
        return Decisions(verdicts=verdicts, seeds=np.full(len(verdicts), seeds))

    name = f"change alone, {seeds} seeds, {alpha:.0%}"
    return Rule(name=name, source="this project", judge=judge)


def _has_changed(
    reference: Floats, seen: Floats, margins: Floats, alpha: float
) -> Booleans:
    shifts = np.abs(seen.mean(axis=1) - clean(reference).centre)
    scores = robust_scores(np.concatenate([reference, seen], axis=1))
    table = relabellings(reference.shape[1], seen.shape[1], Design().draws)
    return has_changed(scores, shifts >= margins / 2, alpha, table)
