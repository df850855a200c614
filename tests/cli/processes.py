"""Run things in a project as a person does: in processes of their own."""

import os
import subprocess
import sys
from pathlib import Path


def files(root: Path) -> dict[str, bytes]:
    """Read every file of a folder."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def pytest_in(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run pytest in a project, as a person does, but for other people's plugins."""
    return _run(root, "-m", "pytest", "-p", "pytest_repro.plugin", "-q", *words)


def python_in(root: Path, program: str) -> subprocess.CompletedProcess[str]:
    """Run lines of Python in a project."""
    return _run(root, "-c", program)


def _run(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    variables = {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # half as long
    }
    variables.pop("CI", None)
    return subprocess.run(
        [sys.executable, *words],
        cwd=root,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
