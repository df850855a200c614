"""Seed after seed: equivalent, diverged, or not decided yet?

Two tests run side by side at every look. All metrics confirmed within their margins is
`EQUIVALENT`; one metric whose shift the seeds' labels do not explain is `DIVERGED`;
whichever fires first decides. Start with `decide`. It keeps no state: it replays all
looks from all seeds, so seeds after the deciding one change nothing, and deciding again
gives the same answer. Formulae: section 3.1 of the notes on statistics.

It does not refuse a margin that is too narrow: ask `planning` before the first seed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import isfinite
from typing import Final

from pytest_repro.records import Rung
from pytest_repro.verdicts.answers import (
    Answer,
    Decision,
    detail_of,
    reason_for,
    rung_of,
)
from pytest_repro.verdicts.confirmation import is_confirmed, start_of
from pytest_repro.verdicts.designs import Design, Sample
from pytest_repro.verdicts.moments import mean_of
from pytest_repro.verdicts.permutation import count_extremes
from pytest_repro.verdicts.preparation import MIN_REFERENCE, Prepared, prepare
from pytest_repro.verdicts.spending import (
    DivergenceLevel,
    confirmation_levels,
    divergence_levels,
)

__all__ = ["decide"]

GUARD: Final = 0.5
"""A shift of less than so many margins never diverges, however sure it is."""


def decide(samples: Sequence[Sample], design: Design) -> Decision:
    """Decide over all metrics, at the first look that can.

    At one look a further metric never makes a pass easier. Over several it can, seldom:
    it shares the rate of false alarms, so that another may not diverge in time, and it
    can put off the look from which the rate of misses is spent.

    Args:
        samples: One a metric, with equally many seeds each.
        design: What was declared before the first seed.

    Returns:
        The decision.

    Raises:
        ValueError: If there is no metric, or the numbers of seeds differ.

    Source:
        Jennison & Turnbull, "Interim analyses: the repeated confidence interval
        approach", J. R. Stat. Soc. B 51 (1989); Westfall & Young (1993); Schuirmann
        (1987); notes on statistics, section 3.1 (3) to (5).
    """
    reference_seeds, seeds = _counts(samples)
    looks = [look for look in design.stages if look <= seeds]
    if reference_seeds < MIN_REFERENCE or not looks:
        return _decision(samples, design, 0)
    for look in looks[:-1]:
        decision = _decision(samples, design, look)
        if decision.rung is not Rung.INCONCLUSIVE:
            return decision
    return _decision(samples, design, looks[-1])


def _counts(samples: Sequence[Sample]) -> tuple[int, int]:
    found = {(len(sample.reference), len(sample.obtained)) for sample in samples}
    if len(found) != 1:
        msg = f"every metric needs equally many seeds, got {sorted(found)}"
        raise ValueError(msg)
    return found.pop()


def _decision(samples: Sequence[Sample], design: Design, look: int) -> Decision:
    """Decide at one look; at none, say what there is."""
    family = [_prepared(sample, look) for sample in samples]
    answers = [_unasked(metric) for metric in family]
    sound = [index for index, metric in enumerate(family) if not metric.problem]
    if look and sound:
        asked = _ask([family[index] for index in sound], design, look)
        for index, answer in zip(sound, asked, strict=True):
            answers[index] = answer
        answers = _ordered(answers)
    counted = f"{look} obtained and {len(samples[0].reference)} reference seeds"
    told = tuple(
        replace(answer, detail=detail_of(answer, counted=counted)) for answer in answers
    )
    failed = _failed(samples, look)
    reason = reason_for(told, design, look=look, failed=failed)
    return Decision(rung=rung_of(told), look=look, answers=told, reason=reason)


def _prepared(sample: Sample, look: int) -> Prepared:
    count = len(sample.reference)
    if count < MIN_REFERENCE:
        problem = f"a reference takes {MIN_REFERENCE} seeds, this one has {count}"
        return Prepared(sample=sample, problem=problem)
    return prepare(sample, seeds=look)


def _unasked(metric: Prepared) -> Answer:
    answer = Answer(
        name=metric.sample.name,
        rung=Rung.INCONCLUSIVE,
        scale=metric.sample.scale,
        problem=metric.problem,
    )
    if metric.problem:
        return answer
    spread = metric.centre.spread
    return replace(
        answer,
        margin=metric.margin * metric.unit,
        margin_in_deviations=metric.margin / spread if spread else None,
    )


def _ask(family: Sequence[Prepared], design: Design, look: int) -> list[Answer]:
    """Put both tests to metrics without a problem."""
    confirmation = _confirmation_level(family, design, look)
    divergence = _divergence_level(len(family[0].reference), design, look)
    extremes = count_extremes(
        [(*metric.reference, *metric.obtained) for metric in family],
        len(family[0].reference),
        relabellings=design.drawn,
    )
    answers = []
    for metric, count in zip(family, extremes.counts, strict=True):
        shift = mean_of(metric.obtained) - metric.centre.mean
        is_equal = is_confirmed(
            metric.obtained, metric.centre, margin=metric.margin, level=confirmation
        )
        is_shifted = count <= divergence.allowed and (
            abs(shift) >= GUARD * metric.margin
        )
        answer = replace(
            _unasked(metric),
            rung=Rung.DIVERGED if is_shifted else Rung.INCONCLUSIVE,
            shift=shift * metric.unit,
            p_value=count / extremes.labellings,
            level=divergence.level,
            is_confirmed=is_equal,
        )
        answers.append(answer)
    return answers


def _ordered(answers: Iterable[Answer]) -> list[Answer]:
    """Ask for confirmation first: a shift shown to be small enough is equivalent."""
    asked = list(answers)
    is_equivalent = all(answer.is_confirmed for answer in asked)
    return [
        replace(answer, rung=Rung.EQUIVALENT)
        if is_equivalent or (answer.is_confirmed and answer.rung is not Rung.DIVERGED)
        else answer
        for answer in asked
    ]


def _confirmation_level(family: Iterable[Prepared], design: Design, look: int) -> float:
    pairs = [(metric.centre, metric.margin) for metric in family]
    start = start_of(pairs, design.stages, min_seeds=design.min_seeds)
    levels = confirmation_levels(
        pairs[0][0].seeds, design.stages, beta=design.beta, start=start
    )
    return levels[design.stages.index(look)]


def _divergence_level(
    reference_seeds: int, design: Design, look: int
) -> DivergenceLevel:
    levels = divergence_levels(
        reference_seeds,
        design.stages,
        alpha=design.alpha,
        relabellings=design.drawn,
    )
    return levels[design.stages.index(look)]


def _failed(samples: Sequence[Sample], look: int) -> int:
    rows = zip(*(sample.obtained[:look] for sample in samples), strict=True)
    return sum(not all(map(isfinite, row)) for row in rows)
