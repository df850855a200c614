"""The largest memory that a process held; None where nobody can say.

It depends on machine, allocator and what ran before, so it is never comparable bit for
bit: a contract gives it a wide tolerance. The kernel keeps one peak for a process from
its start; intervals come from several processes, such as the seeds of a contract.
"""

import sys
from typing import Final

__all__ = ["PEAK_RESIDENT", "peak_resident_bytes"]

PEAK_RESIDENT: Final = "peak-resident-bytes-v1"
"""The name of exactly this metric."""

_KIB: Final = 1024


def peak_resident_bytes() -> float | None:
    """Return the most memory that this process held at once, since it started.

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
