"""What the tests of references share."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def quick_disk() -> Iterator[Path]:
    """Provide a folder in memory, where thousands of fsync calls cost nothing."""
    memory = Path("/dev/shm")  # noqa: S108  # the folder in it has a random name
    parent = memory if memory.is_dir() and os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=parent, prefix="pytest-repro-") as folder:
        yield Path(folder)
