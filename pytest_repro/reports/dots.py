"""Seeds as dots: what each gave, and the margin around the reference.

The numbers are those that the judge weighs, final metrics and numbers derived from
traces alike, so that the plot shows what the verdict speaks of.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from pytest_repro.records import RunRecord, Scale, Tolerance
from pytest_repro.verdicts.designs import Sample
from pytest_repro.verdicts.families import Family
from pytest_repro.verdicts.transforms import from_scale, margin_on, outside, to_scale

__all__ = ["Dots", "dots_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dots:
    """One metric over seeds.

    Attributes:
        name: The metric.
        tolerance: What governs it, as text.
        obtained: The value of each obtained seed that is finite.
        reference: Of each reference seed, likewise.
        broken: How many values on both sides are not finite.
        center: The mean of the reference, on the scale of the margin; None if there is
            none.
        low: The lower end of the margin around it.
        high: The upper end.
    """

    name: str
    tolerance: str
    obtained: tuple[float, ...]
    reference: tuple[float, ...]
    broken: int = 0
    center: float | None = None
    low: float | None = None
    high: float | None = None


def dots_of(obtained: Sequence[RunRecord], reference: RunRecord) -> tuple[Dots, ...]:
    """Collect what the seeds gave of everything that is to be equivalent.

    Args:
        obtained: One run a seed; the first has the contract that is judged by.
        reference: The approved run.

    Returns:
        One for each metric with a margin, in the order of the judge.
    """
    if not obtained:
        return ()
    contract = obtained[0].identity.contract
    family = Family(runs=obtained, reference=reference, contract=contract)
    return tuple(
        _dots(sample, contract.tolerance_for(sample.name)) for sample in family.samples
    )


def _dots(sample: Sample, tolerance: Tolerance | None) -> Dots:
    obtained, reference = _finite(sample.obtained), _finite(sample.reference)
    count = len(sample.obtained) + len(sample.reference)
    center, low, high = _margin(sample, reference)
    return Dots(
        name=sample.name,
        tolerance="" if tolerance is None else tolerance.text,
        obtained=obtained,
        reference=reference,
        broken=count - len(obtained) - len(reference),
        center=center,
        low=low,
        high=high,
    )


def _finite(values: Sequence[float]) -> tuple[float, ...]:
    return tuple(value for value in values if isfinite(value))


def _margin(
    sample: Sample, reference: Sequence[float]
) -> tuple[float | None, float | None, float | None]:
    if not reference or outside(reference, sample.scale) is not None:
        return None, None, None
    scaled = [to_scale(value, sample.scale) for value in reference]
    center = sum(scaled) / len(scaled)
    width = margin_on(sample.margin, sample.scale)
    low, high = (_back(center + side * width, sample.scale) for side in (-1, 1))
    return _back(center, sample.scale), low, high


def _back(value: float, scale: Scale) -> float | None:
    try:
        found = from_scale(value, scale)
    except OverflowError:
        return None
    return found if isfinite(found) else None
