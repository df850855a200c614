"""The most memory that a process holds; None where nobody can say.

It depends on machine, allocator and what ran before, so it is never comparable bit for
bit: a contract gives it a wide tolerance, such as ``Close(rtol=0.5)``.
"""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pytest_repro.errors import MetricError
from pytest_repro.metrics.estimates import Estimate, quantile_of, rows_needed
from pytest_repro.metrics.inputs import read_values

__all__ = ["PEAK_RESIDENT", "PeakMemory", "check_repeats", "peak_resident_bytes"]

PEAK_RESIDENT: Final = "peak-resident-bytes-v1"
"""The name of what `peak_resident_bytes` gives."""

_KIB: Final = 1024
_STATUS: Final = Path("/proc/self/status")
_RESET: Final = Path("/proc/self/clear_refs")
_PEAK: Final = re.compile(r"^VmHWM:\s+([0-9]+) kB$", re.MULTILINE)
_MEDIAN: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakMemory:
    """The most memory that the process holds while an operation runs, in bytes.

    The kernel's peak is set back before each call, and the median over calls has an
    interval. What the process held before counts, too. An allocator that keeps what it
    was given back makes later calls look like the first: that is what is held.

    Attributes:
        warm_up: Calls that are not measured.
        repeats: Calls that are.
        level: Of the interval.

    Source:
        proc_pid_clear_refs(5), value 5; proc_pid_status(5), VmHWM.
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
            f"peak-resident-bytes-{self.repeats}-after-{self.warm_up}-median-order"
            f"-{self.level!r}-v1"
        )

    def __call__(self, operation: Callable[[], object]) -> Estimate | None:
        """Measure.

        Args:
            operation: What is measured.

        Returns:
            The median and its interval; None, and nothing is run, where the kernel
            sets no peak back: anywhere but on Linux, and where /proc is closed.
        """
        if not _reset_peak():
            return None
        # What estimating loads stays: it is held in the first measurement as in others.
        quantile_of(read_values("peaks", range(self.repeats)), _MEDIAN, self.level)
        for _ in range(self.warm_up):
            operation()
        peaks = []
        for _ in range(self.repeats):
            _reset_peak()
            operation()
            peaks.append(_peak_bytes())
        return quantile_of(read_values("peaks", peaks), _MEDIAN, self.level)


def peak_resident_bytes() -> float | None:
    """Return the most memory that this process held at once, since it started.

    One number without an interval: that comes from several processes, such as the
    seeds of a contract. A `PeakMemory` before it sets the peak back.

    Returns:
        The largest resident set [bytes]; None on a platform that keeps none.

    Source:
        getrusage(2), ``ru_maxrss``: KiB on Linux, bytes on macOS.
    """
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415  # absent on Windows

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(peak if sys.platform == "darwin" else peak * _KIB)


def check_repeats(warm_up: int, repeats: int, level: float) -> None:
    """Refuse a measurement of a median that would have no interval.

    Args:
        warm_up: Calls that are not measured.
        repeats: Calls that are.
        level: Of the interval.

    Raises:
        MetricError: If there are too few calls, or less than none to warm up.
    """
    needed = rows_needed(_MEDIAN, level)
    if repeats < needed:
        msg = (
            f"repeats: {repeats} do not support an interval of level {level} around a"
            f" median: {needed} do"
        )
        raise MetricError(msg)
    if warm_up < 0:
        msg = f"warm_up: a number of calls, got {warm_up}"
        raise MetricError(msg)


def _reset_peak() -> bool:
    try:
        _RESET.write_bytes(b"5")
    except OSError:
        return False
    return True


def _peak_bytes() -> float:
    found = _PEAK.search(_STATUS.read_text(encoding="ascii", errors="replace"))
    if found is None:
        msg = f"{_STATUS}: names no VmHWM, so the peak cannot be read"
        raise MetricError(msg)
    return float(int(found[1]) * _KIB)
