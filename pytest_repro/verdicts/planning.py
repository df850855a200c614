"""What a reference can support, before the first new seed is paid for.

A reference of few seeds cannot certify a small margin however many new seeds run. The
closed forms here say so in advance, and name what would do: more reference seeds, more
new seeds, or a wider margin. Formulae: section 3.5 of the notes on statistics.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, inf, sqrt
from typing import Final

from pytest_repro.verdicts.confirmation import start_of, upper_quantile
from pytest_repro.verdicts.designs import Design, Sample
from pytest_repro.verdicts.preparation import MIN_REFERENCE, Prepared, prepare
from pytest_repro.verdicts.spending import (
    confirmation_levels,
    divergence_levels,
    information,
)
from pytest_repro.verdicts.transforms import margin_from

__all__ = ["MetricPlan", "Plan", "plan", "supported_margin"]

WORTHWHILE: Final = 0.5
"""Chance of a confirmation below which no seed is worth running."""

ASSURED: Final = 0.9
"""Chance that an unchanged run set is confirmed, for what is recommended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricPlan:
    """What the reference supports for one metric.

    Attributes:
        name: The metric.
        margin_in_deviations: The margin in reference standard deviations; infinite
            where there is no spread.
        chance: That an unchanged run set is confirmed by the last look.
        smallest_margin: That is supported, as a person states it on the scale.
        reference_seeds: That would do with the seeds of the design; None if none.
        new_seeds: That would do with this reference; None if none.
        seeds_each: That would do on both sides; None without a margin.
    """

    name: str
    margin_in_deviations: float
    chance: float
    smallest_margin: float
    reference_seeds: int | None
    new_seeds: int | None
    seeds_each: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the reference supports.

    Attributes:
        metrics: One a metric that can be decided.
        chance: The smallest chance of a metric.
        first_divergence: The first look that can find a divergence; None if none can.
        refusal: Why no seed is worth running and what would do; empty if one is.
        notes: What else people should know before they start.
    """

    metrics: tuple[MetricPlan, ...]
    chance: float
    first_divergence: int | None
    refusal: str = ""
    notes: tuple[str, ...] = ()


def plan(
    samples: Sequence[Sample], design: Design, *, assurance: float | None = None
) -> Plan:
    """Say what can be expected of a design, from the reference alone.

    Args:
        samples: One a metric, obtained seeds are not looked at.
        design: What is about to be declared.
        assurance: Plan with the upper bound of the spread that holds with this
            probability, as a few seeds measure it badly; None for the spread itself.

    Returns:
        The plan.

    Source:
        Notes on statistics, section 3.5.
    """
    count = min((len(sample.reference) for sample in samples), default=0)
    if count < MIN_REFERENCE:
        refusal = f"a reference takes {MIN_REFERENCE} seeds, this one has {count}"
        return Plan(metrics=(), chance=0.0, first_divergence=None, refusal=refusal)
    family = [prepare(sample, seeds=0) for sample in samples]
    first = _first_divergence(count, design)
    problems = [f"{it.sample.name}: {it.problem}" for it in family if it.problem]
    if problems:
        refusal = "; ".join(problems)
        return Plan(metrics=(), chance=0.0, first_divergence=first, refusal=refusal)
    needs = _Needs(family, design, assurance)
    metrics = tuple(needs.of(metric) for metric in family)
    worst = min(metrics, key=lambda metric: (metric.chance, metric.name))
    refused = worst.chance < WORTHWHILE
    return Plan(
        metrics=metrics,
        chance=worst.chance,
        first_divergence=first,
        refusal=_refusal(metrics, design) if refused else "",
        notes=_notes(first, design),
    )


def supported_margin(
    reference_seeds: int, design: Design, *, metrics: int = 1
) -> float:
    """Compute the smallest margin that an unchanged run set is confirmed at.

    Args:
        reference_seeds: How many the reference has, at least 5.
        design: What is about to be declared.
        metrics: How many are to be confirmed together.

    Returns:
        The margin in reference standard deviations, for a chance of 90 % that all are
        confirmed; infinite if the design never looks.

    Source:
        Notes on statistics, section 3.5: ``(b_N + z_{1−γ/2K}) / √I_N``.
    """
    bound = _bound(reference_seeds, design, start=design.min_seeds)
    normal = _normal_quantile((1 - ASSURED) / (2 * metrics))
    return (bound + normal) / sqrt(information(reference_seeds, design.stages[-1]))


def _bound(reference_seeds: int, design: Design, *, start: float) -> float:
    """Compute the critical value at the last look; infinite if it never starts."""
    levels = confirmation_levels(
        reference_seeds, design.stages, beta=design.beta, start=start
    )
    freedom = reference_seeds + design.stages[-1] - 2
    return upper_quantile(freedom, levels[-1]) if levels[-1] else inf


def _first_divergence(reference_seeds: int, design: Design) -> int | None:
    levels = divergence_levels(
        reference_seeds,
        design.stages,
        alpha=design.alpha,
        relabellings=design.drawn,
    )
    pairs = zip(design.stages, levels, strict=True)
    return next((look for look, level in pairs if level.allowed), None)


class _Needs:
    """The closed forms, for one family and one design."""

    def __init__(
        self, family: Sequence[Prepared], design: Design, assurance: float | None
    ) -> None:
        self._design = design
        self._reference_seeds = len(family[0].reference)
        self._last = design.stages[-1]
        self._root = sqrt(information(self._reference_seeds, self._last))
        self._inflation = _inflation(self._reference_seeds, assurance)
        # What is recommended starts at another look: assume the first, the costliest.
        self._smallest = supported_margin(
            self._reference_seeds, design, metrics=len(family)
        )

    def of(self, metric: Prepared) -> MetricPlan:
        """Say what one metric needs."""
        spread = metric.centre.spread * self._inflation
        deviations = _ratio(metric.margin, spread)
        smallest = spread * self._smallest * metric.unit
        return MetricPlan(
            name=metric.sample.name,
            margin_in_deviations=deviations,
            chance=_chance(deviations * self._root - self._bound_for(metric)),
            smallest_margin=margin_from(smallest, metric.sample.scale),
            reference_seeds=self._needed(deviations, self._last, MIN_REFERENCE),
            new_seeds=self._needed(deviations, self._reference_seeds, 1),
            seeds_each=self._needed_each(deviations),
        )

    def _bound_for(self, metric: Prepared) -> float:
        """Compute the critical value, from the metric's own start."""
        design = self._design
        start = start_of(
            metric.centre, metric.margin, design.stages, min_seeds=design.min_seeds
        )
        return _bound(self._reference_seeds, design, start=start)

    def _needed(self, deviations: float, others: int, least: int) -> int | None:
        """Compute how many seeds one side needs, given the other side's."""
        square = self._information_for(deviations)
        if square >= others:
            return None
        return max(least, ceil(square * others / (others - square)))

    def _needed_each(self, deviations: float) -> int | None:
        square = self._information_for(deviations)
        return None if square == inf else max(MIN_REFERENCE, ceil(2 * square))

    def _information_for(self, deviations: float) -> float:
        if deviations == 0:
            return inf
        return (self._smallest * self._root / deviations) ** 2


def _ratio(margin: float, spread: float) -> float:
    if margin == 0:
        return 0.0
    return margin / spread if spread else inf


def _chance(distance: float) -> float:
    from scipy.special import ndtr  # noqa: PLC0415  # loading a verdict must stay cheap

    return max(0.0, 2 * float(ndtr(distance)) - 1)


def _normal_quantile(level: float) -> float:
    from scipy.special import ndtri  # noqa: PLC0415

    return -float(ndtri(level))


def _inflation(seeds: int, assurance: float | None) -> float:
    """Compute how much larger the spread may be than it was measured."""
    from scipy.special import chdtri  # noqa: PLC0415

    if assurance is None:
        return 1.0
    return sqrt((seeds - 1) / float(chdtri(seeds - 1, assurance)))


def _refusal(metrics: Sequence[MetricPlan], design: Design) -> str:
    short = [metric for metric in metrics if metric.chance < WORTHWHILE]
    lines = [_need(metric, design.stages[-1]) for metric in short]
    return "\n".join(lines)


def _need(metric: MetricPlan, seeds: int) -> str:
    if metric.seeds_each is None:
        return f"{metric.name}: a margin of zero can never be confirmed"
    ways = [f"a margin of {metric.smallest_margin:.4g}"]
    if metric.reference_seeds is not None:
        ways.append(f"{metric.reference_seeds} reference seeds")
    if metric.new_seeds is not None:
        ways.append(f"{metric.new_seeds} new seeds")
    if len(ways) == 1:
        ways.append(f"{metric.seeds_each} reference and as many new seeds")
    return (
        f"{metric.name}: the margin is {metric.margin_in_deviations:.2g} reference"
        f" standard deviations; {seeds} new seeds would confirm an unchanged run set"
        f" with probability {metric.chance:.0%}; it takes {', or '.join(ways)}"
    )


def _notes(first: int | None, design: Design) -> tuple[str, ...]:
    if first is None:
        last, rate = design.stages[-1], design.alpha
        return (f"no look up to {last} seeds can find a divergence at alpha={rate:g}",)
    if first == design.stages[0]:
        return ()
    return (f"a divergence can be found from {first} seeds on",)
