"""What a run cost: wall time, processor time, peak memory, energy.

Informational, and never compared: two equal runs cost different amounts. The peak is
that of the process since it started, since no kernel counts anew on request. Energy is
what whole processors drew (RAPL), where their counters can be read: not in containers,
and mostly by nobody but root.
"""

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pytest_repro.records import Resources

__all__ = ["Meter"]

RAPL: Final = Path("/sys/class/powercap")
_MICRO: Final = 1e-6
_KIB: Final = 1024


class Meter:
    """Measures from the moment it is made."""

    def __init__(self, rapl: Path = RAPL) -> None:
        """Start measuring.

        Args:
            rapl: Where the kernel shows counters of energy.
        """
        self._rapl = rapl
        self._energy_uj = _energy_uj(rapl)
        self._wall_s = time.perf_counter()
        self._cpu_s = _cpu_s()

    def read(self, steps: int = 0) -> Resources:
        """Read what was spent so far.

        Args:
            steps: How many steps were recorded.

        Returns:
            Wall time and processor time since the start, of this process and of its
            finished children; the largest resident memory of any of them.
        """
        return Resources(
            wall_s=time.perf_counter() - self._wall_s,
            cpu_s=_cpu_s() - self._cpu_s,
            peak_rss_bytes=_peak_rss_bytes(),
            steps=steps,
        )

    def energy_j(self) -> float | None:
        """Read what the processors of this machine drew since the start.

        Returns:
            The energy [J] of all packages, whoever used them; None where no counter
            can be read.
        """
        now = _energy_uj(self._rapl)
        shared = sorted(self._energy_uj.keys() & now.keys())
        if not shared:
            return None
        spent = sum(_since(self._energy_uj[name], now[name]) for name in shared)
        return spent * _MICRO


def _energy_uj(rapl: Path) -> Mapping[str, tuple[int, int]]:
    """Read counter and range of each package; memory and cores are parts of those."""
    found = {}
    for place in sorted(rapl.glob("intel-rapl:*")):
        if place.name.count(":") != 1:
            continue
        try:
            counter = int((place / "energy_uj").read_text("ascii"))
            span = int((place / "max_energy_range_uj").read_text("ascii"))
        except (OSError, ValueError):
            continue
        found[place.name] = (counter, span)
    return found


def _since(before: tuple[int, int], now: tuple[int, int]) -> int:
    """Subtract counters that start again at zero."""
    counter, span = now
    spent = counter - before[0]
    return spent if spent >= 0 else spent + span


def _cpu_s() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def _peak_rss_bytes() -> int:
    if sys.platform == "win32":
        return 0
    import resource  # noqa: PLC0415  # absent on Windows

    peak = max(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return peak if sys.platform == "darwin" else peak * _KIB
