"""Other processes that want the same processors, as on every shared machine.

They compute nothing and touch nothing. What changes is when threads get their turn.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

__all__ = ["contention"]

SPIN: Final = """\
import os, sys
while os.getppid() == int(sys.argv[1]):
    for _ in range(100_000):
        pass
"""
"""Spins until its parent is gone, however that ended."""


@contextmanager
def contention(processes: int) -> Iterator[None]:
    """Keep processors busy while the context lasts.

    Args:
        processes: How many spin.

    Yields:
        Nothing.
    """
    command = [sys.executable, "-I", "-S", "-c", SPIN, str(os.getpid())]
    spinning = [
        subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603  # our own words
        for _ in range(processes)
    ]
    try:
        yield
    finally:
        for process in spinning:
            process.kill()
        for process in spinning:
            process.wait()
