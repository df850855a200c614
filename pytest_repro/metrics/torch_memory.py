"""The largest memory that torch held on an accelerator; None where there is none."""

from collections.abc import Callable
from typing import Final

import torch

from pytest_repro.metrics.estimates import Estimate, quantile_of
from pytest_repro.metrics.inputs import read_values

__all__ = ["PEAK_DEVICE", "peak_device_bytes"]

PEAK_DEVICE: Final = "peak-device-bytes-{repeats}-median-order-0.95-v1"
"""The name of exactly this metric, for a number of repeats."""

LEVEL: Final = 0.95


def peak_device_bytes(
    operation: Callable[[], object],
    *,
    repeats: int = 10,
    device: "torch.device | None" = None,
) -> Estimate | None:
    """Measure the most memory that an operation needs on a device.

    The counter is set back before each call, so an interval can be given. What is
    allocated already counts, too.

    Args:
        operation: What is measured.
        repeats: How often; six are needed for the interval.
        device: Which; the current one if there is none.

    Returns:
        The median peak [bytes] and its interval; None without a CUDA device.

    Raises:
        MetricError: If there are too few repeats for an interval.
    """
    if not torch.cuda.is_available():
        return None
    peaks: list[float] = []
    for _ in range(repeats):
        torch.cuda.reset_peak_memory_stats(device)
        operation()
        torch.cuda.synchronize(device)
        peaks.append(float(torch.cuda.max_memory_allocated(device)))
    return quantile_of(read_values("peaks", peaks), 0.5, LEVEL)
