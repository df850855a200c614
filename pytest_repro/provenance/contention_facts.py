"""How much a run had to share its machine: load average, and pressure stalls.

Linux counts the time in which some program waited for a processor, for memory or for a
disk. The counters are those of the whole machine (or of the container), read before and
after. Where a system has none of this, nothing is told; it never raises.
"""

import os
import time
from pathlib import Path
from typing import Final

from pytest_repro.records import Contention

__all__ = ["ContentionMeter"]

PRESSURE: Final = Path("/proc/pressure")
MICRO: Final = 1e-6


class ContentionMeter:
    """Measures from the moment it is made."""

    def __init__(self, pressure: Path = PRESSURE) -> None:
        """Read the counters.

        Args:
            pressure: The folder of the counters.
        """
        self._pressure = pressure
        self._since = time.monotonic()
        self._before = {name: self._stalled_s(name) for name in _KINDS}

    def read(self) -> Contention:
        """Read the counters again.

        Returns:
            What happened in between.
        """
        wall_s = time.monotonic() - self._since
        shares = {name: self._share(name, wall_s) for name in _KINDS}
        return Contention(
            load=_load(),
            cpus=_cpus(),
            cpu_stalled=shares["cpu"],
            memory_stalled=shares["memory"],
            io_stalled=shares["io"],
        )

    def _share(self, name: str, wall_s: float) -> float | None:
        before, after = self._before[name], self._stalled_s(name)
        if before is None or after is None or wall_s <= 0:
            return None
        return round(min(1.0, max(0.0, (after - before) / wall_s)), 4)

    def _stalled_s(self, name: str) -> float | None:
        """Read the line ``some avg10=0.00 … total=123`` of a counter [µs]."""
        try:
            line = (self._pressure / name).read_text(encoding="ascii").splitlines()[0]
            return int(line.rpartition("total=")[2]) * MICRO
        except (OSError, ValueError, IndexError):
            return None


_KINDS: Final = ("cpu", "memory", "io")


def _load() -> float | None:
    try:
        return round(os.getloadavg()[0], 2)
    except OSError:
        return None


def _cpus() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except (AttributeError, OSError):
        return os.cpu_count() or 0
