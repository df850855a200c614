"""The final metrics of one seed on both sides, and how far apart they are: pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pytest_repro.records import Metric, Scalar

__all__ = ["MetricGap", "metric_gaps"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricGap:
    """A final metric on both sides.

    Attributes:
        name: The metric.
        obtained: The obtained number, or None where there is none.
        reference: The reference's number at the same seed, likewise.
    """

    name: str
    obtained: Scalar | None
    reference: Scalar | None

    @property
    def absolute(self) -> float | None:
        """Obtained minus reference, in the metric's unit; None with one side only."""
        if self.obtained is None or self.reference is None:
            return None
        return self.obtained.value - self.reference.value

    @property
    def relative(self) -> float | None:
        """The same as a fraction of the reference's magnitude; None if that is 0."""
        if self.absolute is None or self.reference is None:
            return None
        magnitude = abs(self.reference.value)
        return self.absolute / magnitude if magnitude else None


def metric_gaps(
    obtained: Sequence[Metric], reference: Sequence[Metric]
) -> tuple[MetricGap, ...]:
    """Hold final metrics against each other.

    Args:
        obtained: Of one seed.
        reference: The reference's of the same seed.

    Returns:
        One for each name on either side, sorted.
    """
    ours, theirs = _by_name(obtained), _by_name(reference)
    return tuple(
        MetricGap(name=name, obtained=ours.get(name), reference=theirs.get(name))
        for name in sorted(ours.keys() | theirs.keys())
    )


def _by_name(metrics: Sequence[Metric]) -> Mapping[str, Scalar]:
    return {metric.name: metric.scalar for metric in metrics}
