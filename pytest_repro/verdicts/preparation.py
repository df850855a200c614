"""One metric as the tests take it: on its scale, finite, of moderate size.

What a person states and what runs gave (units, NaN, the largest floats) ends here, so
that the tests themselves are formulae. A metric for which that cannot be done has a
problem, and a metric with a problem never passes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import frexp, isfinite, ldexp, nan
from typing import Final

from pytest_repro.verdicts.confirmation import Centre, clean
from pytest_repro.verdicts.designs import Sample
from pytest_repro.verdicts.quanta import least_spread, quantum_of
from pytest_repro.verdicts.transforms import (
    margin_on,
    outside,
    placed,
    slope_on,
    to_scale,
)

__all__ = ["MIN_REFERENCE", "Prepared", "prepare"]

MIN_REFERENCE: Final = 5
"""Seeds of a reference; fewer decide nothing. All but one must be finite."""

NOWHERE: Final = Centre(mean=nan, spread=nan, kept=0, seeds=0)
"""Of a metric with a problem."""

HUGE: Final = 1e140
"""In units of the reference: whatever lies further is far enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """One metric as the tests see it: finite numbers of moderate size.

    Attributes:
        sample: What it was made of.
        reference: On the scale, divided by `unit`.
        obtained: The same.
        margin: The same.
        centre: The cleaned reference.
        unit: A power of two, so dividing by it loses nothing.
        problem: Why the metric cannot be decided, empty if it can.
    """

    sample: Sample
    reference: tuple[float, ...] = ()
    obtained: tuple[float, ...] = ()
    margin: float = 0.0
    centre: Centre = NOWHERE
    unit: float = 1.0
    problem: str = ""


def prepare(sample: Sample, *, seeds: int | None = None) -> Prepared:
    """Bring one metric into the form that the tests take.

    Args:
        sample: The metric.
        seeds: How many of the obtained seeds to look at, None for all.

    Returns:
        The numbers, or the problem.
    """
    shown = sample.obtained[:seeds]
    problem = _problem(sample, shown)
    if problem:
        return Prepared(sample=sample, problem=problem)
    margin = margin_on(sample.margin, sample.scale)
    reference = [to_scale(value, sample.scale) for value in sample.reference]
    unit = _unit([margin, *filter(isfinite, reference)])
    margin /= unit
    numbers = [value / unit for value in reference]
    finite = clean([value for value in numbers if isfinite(value)])
    place = {"mean": finite.mean, "spread": finite.spread, "margin": margin}
    whole = placed(numbers, **place)
    ours = [_bounded(to_scale(value, sample.scale) / unit) for value in shown]
    return Prepared(
        sample=sample,
        reference=whole,
        obtained=placed(ours, **place),
        margin=margin,
        centre=clean(whole, least_spread=_resolution(sample, shown) / unit),
        unit=unit,
    )


def _problem(sample: Sample, shown: Sequence[float]) -> str:
    values = (*sample.reference, *shown)
    value = outside(values, sample.scale)
    if value is not None:
        return f"{value:g} has no place on the {sample.scale} scale"
    finite = sum(map(isfinite, sample.reference))
    if finite < MIN_REFERENCE - 1:
        return f"the reference has {finite} finite values"
    return ""


def _unit(numbers: Iterable[float]) -> float:
    """Compute a power of two near the largest, that can be divided by."""
    largest = max(map(abs, numbers))
    return ldexp(1.0, max(min(frexp(largest)[1], 1023), -1021)) if largest else 1.0


def _bounded(value: float) -> float:
    """Bring a value within a range whose squares can be summed."""
    return min(max(value, -HUGE), HUGE) if isfinite(value) else value


def _resolution(sample: Sample, shown: Sequence[float]) -> float:
    """Compute the least spread on the scale, from the lattice of the values."""
    known = sample.quantum or quantum_of(sample.reference)
    quantum = known or quantum_of((*sample.reference, *shown))
    if quantum is None:
        return 0.0
    finite = sorted(filter(isfinite, sample.reference))
    return least_spread(quantum) * slope_on(finite[len(finite) // 2], sample.scale)
