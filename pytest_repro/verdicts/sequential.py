"""Seed after seed: equivalent, diverged, or not decided yet?

Two tests run side by side at every look. All metrics confirmed within their margins is
`EQUIVALENT`; one metric whose shift the seeds' labels do not explain is `DIVERGED`;
whichever fires first decides. Start with `decide`. It keeps no state: it replays all
looks from all seeds, so seeds after the deciding one change nothing, and deciding again
gives the same answer. Formulae: section 3.1 of the notes on statistics, and decision 14
of `docs/decisions`, which changed the start, the guard and what a family takes to pass.

A family passes only where each of its metrics would pass alone. So whatever speaks for
a metric (start, rate of misses, confirmation) is its own, and a metric that would have
diverged alone bars the family from passing, even if the family is too large to say
`DIVERGED` at that look.

It does not refuse a margin that is too narrow: ask `planning` before the first seed.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import isfinite

from pytest_repro.records import Rung
from pytest_repro.verdicts.answers import (
    Answer,
    Decision,
    detail_of,
    reason_for,
    rung_of,
)
from pytest_repro.verdicts.confirmation import is_confirmed
from pytest_repro.verdicts.designs import Design, Sample
from pytest_repro.verdicts.looks import Look
from pytest_repro.verdicts.moments import mean_of
from pytest_repro.verdicts.permutation import count_extremes
from pytest_repro.verdicts.preparation import MIN_REFERENCE, Prepared, prepare

__all__ = ["decide"]


def decide(samples: Sequence[Sample], design: Design) -> Decision:
    """Decide over all metrics, at the first look that can.

    A further metric never makes a pass easier: if all metrics together are equivalent,
    then so are any of them alone, after as many seeds or fewer.

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
    decision = _decision(samples, design, 0)
    if reference_seeds < MIN_REFERENCE:
        return decision
    for look in design.stages:
        if look > seeds or decision.rung is not Rung.INCONCLUSIVE:
            break
        decision = _decision(samples, design, look, before=decision.answers)
    return decision


def _counts(samples: Sequence[Sample]) -> tuple[int, int]:
    found = {(len(sample.reference), len(sample.obtained)) for sample in samples}
    if len(found) != 1:
        msg = f"every metric needs equally many seeds, got {sorted(found)}"
        raise ValueError(msg)
    return found.pop()


def _decision(
    samples: Sequence[Sample],
    design: Design,
    look: int,
    *,
    before: Sequence[Answer] = (),
) -> Decision:
    """Decide at one look, knowing the one before; at none, say what there is."""
    family = [_prepared(sample, look) for sample in samples]
    answers = [_unasked(metric) for metric in family]
    sound = [index for index, metric in enumerate(family) if not metric.problem]
    if look and sound:
        asked = _ask(
            [family[index] for index in sound],
            [before[index] for index in sound],
            Look(design=design, seeds=look, reference_seeds=len(samples[0].reference)),
        )
        for index, answer in zip(sound, asked, strict=True):
            answers[index] = answer
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


def _ask(
    family: Sequence[Prepared], before: Sequence[Answer], look: Look
) -> list[Answer]:
    """Put both tests to metrics without a problem."""
    extremes = count_extremes(
        [(*metric.reference, *metric.obtained) for metric in family],
        look.reference_seeds,
        relabellings=look.design.drawn,
    )
    pairs = zip(extremes.counts, extremes.alone, strict=True)
    return [
        _settled(
            replace(
                _confirmed(metric, answer, look),
                p_value=together / extremes.labellings,
                p_value_alone=alone / extremes.labellings,
                level=look.divergence.level,
            ),
            look,
        )
        for metric, answer, (together, alone) in zip(family, before, pairs, strict=True)
    ]


def _confirmed(metric: Prepared, before: Answer, look: Look) -> Answer:
    """Ask whether a shift by the margin was excluded once, and still is."""
    shift = mean_of(metric.obtained) - metric.centre.mean
    is_now, is_still = (
        is_confirmed(metric.obtained, metric.centre, margin=metric.margin, level=level)
        for level in (look.confirmation(metric), look.design.beta)
    )
    first = before.first_confirmed or (look.seeds if is_now else None)
    return replace(
        _unasked(metric),
        shift=shift * metric.unit,
        least_shift=look.least_shift * metric.margin * metric.unit,
        is_confirmed=first is not None and is_still,
        first_confirmed=first,
        barred=before.barred,
    )


def _settled(answer: Answer, look: Look) -> Answer:
    """Ask for confirmation first: a shift shown to be small enough never diverges."""
    if answer.is_confirmed:
        rung = Rung.INCONCLUSIVE if answer.barred else Rung.EQUIVALENT
        return replace(answer, rung=rung)
    if not answer.is_far:
        return answer
    return replace(
        answer,
        rung=Rung.DIVERGED if answer.is_shifted else Rung.INCONCLUSIVE,
        barred=answer.barred or (look.seeds if answer.is_shifted_alone else None),
    )


def _failed(samples: Sequence[Sample], look: int) -> int:
    rows = zip(*(sample.obtained[:look] for sample in samples), strict=True)
    return sum(not all(map(isfinite, row)) for row in rows)
