"""Where tests write, and how the processes that they start are left alone."""

import os
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

MEMORY: Final = Path("/dev/shm")  # noqa: S108  # folders in it have random names


def memory_folder() -> AbstractContextManager[str]:
    """Provide a folder in memory, where thousands of fsync calls cost nothing."""
    parent = MEMORY if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) else None
    return tempfile.TemporaryDirectory(dir=parent, prefix="pytest-repro-")


def unmeasured() -> dict[str, str]:
    """Return the variables for processes that die: coverage must not follow them.

    A file of measurements that is killed while it is written cannot be combined.
    """
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("COVERAGE_")
    }
