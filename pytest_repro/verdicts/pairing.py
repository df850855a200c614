"""Common seeds: what a seed does to a metric on both sides need not be paid for twice.

Where the same seed gives nearly the same value again, most of the spread over seeds is
known in advance and can be subtracted. That holds only while both sides draw the same
random numbers: if a change consumes them differently, pairing costs up to half of all
misses. So the digests decide whether, and a measured correlation how much. Formulae:
section 3.6 of the notes on statistics. Nothing is judged here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum, isfinite, sqrt
from typing import Final

from pytest_repro.records import Scale
from pytest_repro.verdicts.designs import Sample
from pytest_repro.verdicts.moments import mean_of, spread_of
from pytest_repro.verdicts.quanta import quantum_of
from pytest_repro.verdicts.transforms import (
    margin_on,
    outside,
    slope_on,
    to_scale,
)

__all__ = [
    "CORRELATED",
    "MIN_REPLICATES",
    "CommonSeeds",
    "Pairing",
    "correlation",
    "pair",
]

CORRELATED: Final = 0.5
"""Correlation of the same seed with itself above which pairing gains anything."""

MIN_REPLICATES: Final = 8
"""Seeds of the reference that ran twice; they take the reference's place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonSeeds:
    """One metric by seed, on both sides and once more.

    Attributes:
        name: The metric.
        reference: The reference's values by seed.
        replicates: Values of a second run of some of these seeds, nothing changed.
        obtained: The obtained values by seed, in the order looked at.
        margin: As a person states it on the scale.
        scale: On which the margin is meant.
    """

    name: str
    reference: Mapping[int, float]
    replicates: Mapping[int, float]
    obtained: Mapping[int, float]
    margin: float
    scale: Scale = Scale.LINEAR


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """What pairing gives.

    Attributes:
        samples: Residuals, on the linear scale, to be decided instead of the values;
            None where seeds must not be paired.
        correlations: Of each metric, in order, as far as they were measured.
        reason: Why they are paired, or why not.
    """

    samples: tuple[Sample, ...] | None
    correlations: tuple[float, ...] = ()
    reason: str


def pair(metrics: Sequence[CommonSeeds], *, has_equal_digests: bool) -> Pairing:
    """Subtract from each value what its seed is known to do.

    ``r = y − ρ·(x − x̄)`` for obtained y, and ``x′ − ρ·(x − x̄)`` for replicates x′,
    where x is the reference's value at the same seed.

    Args:
        metrics: One a metric.
        has_equal_digests: Whether the digests of initial weights and of the order of
            the data are equal at every common seed.

    Returns:
        The residuals, or why there are none.

    Source:
        Notes on statistics, section 3.6 (1): a control variate, as in Lavenberg &
        Welch, Management Science 27 (1981).
    """
    problem = _problem(metrics, has_equal_digests=has_equal_digests)
    if problem:
        return Pairing(samples=None, reason=problem)
    scaled = [_scaled(metric) for metric in metrics]
    found = tuple(correlation(metric.reference, metric.replicates) for metric in scaled)
    low = [
        f"{metric.name} ({rho:.2g})"
        for metric, rho in zip(metrics, found, strict=True)
        if not rho > CORRELATED
    ]
    if low:
        reason = f"the same seed does not tell enough about {', '.join(low)}"
        return Pairing(samples=None, correlations=found, reason=reason)
    steps = [_step(metric) for metric in metrics]
    return Pairing(
        samples=tuple(map(_residuals, scaled, found, steps)),
        correlations=found,
        reason=f"paired by seed, correlation at least {min(found):.2g}",
    )


def correlation(
    reference: Mapping[int, float], replicates: Mapping[int, float]
) -> float:
    """Measure how much of the spread over seeds the seed determines.

    ``ρ = 1 − mean((x′ − x)²) / 2 / var(x)``

    Args:
        reference: Values by seed, finite, at least two.
        replicates: Values of a second run, finite, of some of these seeds.

    Returns:
        One if nothing but the seed matters; zero or less if it tells nothing, and
        zero where there is no spread.
    """
    spread = spread_of(list(reference.values()))
    if spread == 0:
        return 0.0
    squares = fsum(
        ((value - reference[seed]) / spread) ** 2 for seed, value in replicates.items()
    )
    return 1 - squares / len(replicates) / 2


def _problem(metrics: Sequence[CommonSeeds], *, has_equal_digests: bool) -> str:
    if not has_equal_digests:
        return "the digests do not show that both sides drew the same random numbers"
    for metric in metrics:
        problem = _problem_of(metric)
        if problem:
            return f"{metric.name}: {problem}"
    return "" if metrics else "there is no metric"


def _problem_of(metric: CommonSeeds) -> str:
    known = [*metric.reference.values(), *metric.replicates.values()]
    replicates = metric.replicates.keys() & metric.reference.keys()
    strange = metric.obtained.keys() - metric.reference.keys()
    if len(replicates) < MIN_REPLICATES:
        return f"{MIN_REPLICATES} seeds must have run twice, {len(replicates)} have"
    if strange or replicates != metric.replicates.keys():
        return "the reference lacks a seed that ran again"
    if not all(map(isfinite, known)):
        return "a value of the reference is not finite"
    value = outside((*known, *metric.obtained.values()), metric.scale)
    return (
        "" if value is None else f"{value:g} has no place on the {metric.scale} scale"
    )


def _scaled(metric: CommonSeeds) -> CommonSeeds:
    def scale(values: Mapping[int, float]) -> dict[int, float]:
        return {seed: to_scale(value, metric.scale) for seed, value in values.items()}

    return CommonSeeds(
        name=metric.name,
        reference=scale(metric.reference),
        replicates=scale(metric.replicates),
        obtained=scale(metric.obtained),
        margin=margin_on(metric.margin, metric.scale),
    )


def _step(metric: CommonSeeds) -> float:
    """Find the metric's resolution, on the scale; 0 if it moves freely.

    Residuals hide the lattice that their values lie on, and a seed that happens to give
    the same value twice must not pass for one that is known exactly.
    """
    known = [*metric.reference.values(), *metric.replicates.values()]
    quantum = quantum_of(known) or quantum_of([*known, *metric.obtained.values()])
    middle = sorted(metric.reference.values())[len(metric.reference) // 2]
    return (quantum or 0.0) * slope_on(middle, metric.scale)


def _residuals(metric: CommonSeeds, rho: float, step: float) -> Sample:
    mean = mean_of(list(metric.reference.values()))

    def less_seed(values: Mapping[int, float]) -> tuple[float, ...]:
        return tuple(
            value - rho * (metric.reference[seed] - mean)
            for seed, value in values.items()
        )

    return Sample(
        name=metric.name,
        reference=less_seed(metric.replicates),
        obtained=less_seed(metric.obtained),
        margin=metric.margin,
        # Of two numbers on the lattice, one of them weighed by ρ.
        quantum=step * sqrt(1 + rho**2) or None,
    )
