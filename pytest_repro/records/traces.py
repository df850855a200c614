"""What a run leaves behind step by step: series of numbers, and fingerprints of state.

Both carry `order`, the position of the event in the run. Metrics may count in steps,
epochs or tokens; the order is the one axis on which "first" means something.
"""

from dataclasses import dataclass

from pytest_repro.digests import Digest
from pytest_repro.records.scalars import Scalar, numbers

__all__ = ["Fingerprint", "Metric", "Series"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A final metric: one name, one number.

    Attributes:
        name: Such as ``test/accuracy``.
        scalar: The number.
    """

    name: str
    scalar: Scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A trace of one metric by step, column by column.

    Only every `stride`-th point need be kept, yet the rolling digest advanced at
    every point, so two series of any stride can be told apart, and the first
    divergence found within one stride.

    Attributes:
        name: Such as ``train/loss``.
        dtype: The number type of every point.
        count: How many points were logged in all.
        stride: Every which point is kept; the last one always is.
        steps: The step of each kept point, strictly increasing.
        bits: The bits of each kept point, big-endian hexadecimal.
        orders: The position in the run of each kept point.
        chains: The rolling digest after each kept point, 16 hexadecimal characters.
        head: The rolling digest after the last point.
        envelope: How far rounding-sized perturbations carried the metric by each kept
            point, in its own unit and never falling; empty where none was measured.
    """

    name: str
    dtype: str
    count: int
    stride: int
    steps: tuple[int, ...]
    bits: tuple[str, ...]
    orders: tuple[int, ...]
    chains: tuple[str, ...]
    head: Digest
    envelope: tuple[float, ...] = ()

    @property
    def values(self) -> tuple[float, ...]:
        """The number at each kept point."""
        return numbers(self.dtype, self.bits)

    def scalar(self, index: int) -> Scalar:
        """Return a kept point as a number.

        Args:
            index: Which kept point.

        Returns:
            The number.
        """
        return Scalar(dtype=self.dtype, bits=self.bits[index])


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """The fingerprint of live state at one moment.

    Attributes:
        name: Such as ``weights`` or ``model/parameters``.
        step: The step after which it was taken, or None at no step.
        order: The position in the run.
        digest: The fingerprint.
        is_evidence: Whether it only helps to explain (RNG states) and never decides.
        sketch: A few numbers of the same state whose distance from another sketch
            estimates that of the states; empty where there is none.
        envelope: How far rounding-sized perturbations carried the sketch by then; None
            where that was not measured.
    """

    name: str
    step: int | None
    order: int
    digest: Digest
    is_evidence: bool = False
    sketch: tuple[float, ...] = ()
    envelope: float | None = None
