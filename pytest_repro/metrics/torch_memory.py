"""The most memory that torch holds on an accelerator; None where there is none."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import torch

from pytest_repro.metrics.estimates import Estimate, quantile_of
from pytest_repro.metrics.inputs import read_values
from pytest_repro.metrics.memory import check_repeats

__all__ = ["PeakDeviceMemory"]

_MEDIAN: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakDeviceMemory:
    """The most memory that tensors hold on a CUDA device while an operation runs.

    In bytes, of torch's allocator. Its peak is set back before each call, and the
    median over calls has an interval. What was held before counts, too.

    Attributes:
        warm_up: Calls that are not measured.
        repeats: Calls that are.
        level: Of the interval.
    """

    warm_up: int = 1
    repeats: int = 10
    level: float = 0.95

    def __post_init__(self) -> None:
        """Refuse what cannot give the interval."""
        check_repeats(self.warm_up, self.repeats, self.level)

    @property
    def definition(self) -> str:
        """The name of exactly this metric."""
        return (
            f"peak-device-bytes-{self.repeats}-after-{self.warm_up}-median-order"
            f"-{self.level!r}-v1"
        )

    def __call__(
        self,
        operation: Callable[[], object],
        *,
        device: "torch.device | None" = None,
    ) -> Estimate | None:
        """Measure.

        Args:
            operation: What is measured.
            device: Which device; without one, the current.

        Returns:
            The median and its interval; None, and nothing is run, without CUDA.
        """
        if not torch.cuda.is_available():
            return None
        for _ in range(self.warm_up):
            operation()
        peaks: list[float] = []
        for _ in range(self.repeats):
            torch.cuda.reset_peak_memory_stats(device)
            operation()
            torch.cuda.synchronize(device)
            peaks.append(float(torch.cuda.max_memory_allocated(device)))
        return quantile_of(read_values("peaks", peaks), _MEDIAN, self.level)
