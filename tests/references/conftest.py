"""What the tests of references share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.references.disks import memory_folder


@pytest.fixture
def quick_disk() -> Iterator[Path]:
    """Provide a folder in memory, where thousands of fsync calls cost nothing."""
    with memory_folder() as folder:
        yield Path(folder)
