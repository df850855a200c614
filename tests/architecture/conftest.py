"""A copy of the package to plant faults in."""

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def package_copy(tmp_path: Path) -> Path:
    """Copy the package and its settings; returns the folder of the package."""
    copy = tmp_path / "pytest_repro"
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "pytest_repro", copy, ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return copy
