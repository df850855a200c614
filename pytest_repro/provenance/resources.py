"""What a run cost: wall time, processor time, peak memory.

Informational, and never compared: two equal runs cost different amounts. The peak is
that of the process since it started, since no kernel counts anew on request.
"""

import os
import sys
import time
from typing import Final

from pytest_repro.records import Resources

__all__ = ["Meter"]

_KIB: Final = 1024


class Meter:
    """Measures from the moment it is made."""

    def __init__(self) -> None:
        """Start measuring."""
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
