"""The floors hold, and each contract that guards them can fail.

The contracts stand in `pyproject.toml`. What import-linter cannot express, the names
of files that may know torch and who uses the front door, is in `test_imports.py`.
"""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

COMMAND = "from importlinter.cli import lint_imports_command as run; run()"


def lint_floors(root: Path) -> tuple[int, str]:
    """Check the floors of the package in a folder; returns exit status and report."""
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, "--no-cache"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def test_package_keeps_its_floors() -> None:
    """Every contract of import-linter is kept by the package as it is."""
    status, report = lint_floors(ROOT)

    assert status == 0, report
    assert "12 kept, 0 broken" in report


@pytest.mark.parametrize(
    ("file", "line", "expected"),
    [
        pytest.param(
            "records/scalars.py",
            "import pytest_repro.reports",
            "pytest_repro.records is not allowed to import pytest_repro.reports",
            id="upward",
        ),
        pytest.param(
            "references/planted.py",
            "import pytest_repro.reports",
            "pytest_repro.references is not allowed to import pytest_repro.reports",
            id="sibling",
        ),
        pytest.param(
            "helpers.py",
            "",
            "pytest_repro.helpers",
            id="a module on no floor",
        ),
        pytest.param(
            "reports/planted.py",
            "import pytest",
            "pytest_repro.reports.planted -> pytest",
            id="pytest outside the plugin",
        ),
        pytest.param(
            "records/planted.py",
            "import hypothesis",
            "pytest_repro.records.planted -> hypothesis",
            id="hypothesis outside contracts",
        ),
        pytest.param(
            "assets/planted.py",
            "import requests",
            "pytest_repro.assets.planted -> requests",
            id="a network beside the mirrors",
        ),
        pytest.param(
            "cli/planted.py",
            "import nox",
            "pytest_repro.cli.planted -> nox",
            id="nox outside its door",
        ),
        pytest.param(
            "recipes/planted.py",
            "import omegaconf",
            "pytest_repro.recipes.planted -> omegaconf",
            id="OmegaConf outside its adapter",
        ),
        pytest.param(
            "recipes/planted.py",
            "import pydantic",
            "pytest_repro.recipes.planted -> pydantic",
            id="pydantic outside its adapter",
        ),
        pytest.param(
            "recipes/planted.py",
            "import jsonargparse",
            "pytest_repro.recipes.planted -> jsonargparse",
            id="jsonargparse outside its adapter",
        ),
        pytest.param(
            "verdicts/planted.py",
            "import os",
            "pytest_repro.verdicts.planted -> os",
            id="a verdict that touches the system",
        ),
        pytest.param(
            "canonical.py",
            "import random",
            "pytest_repro.canonical -> random",
            id="a word that is random",
        ),
    ],
)
def test_planted_import_breaks_a_contract(
    package_copy: Path, file: str, line: str, expected: str
) -> None:
    """One wrong import is reported by name."""
    target = package_copy / file
    before = target.read_text() if target.exists() else ""
    target.write_text(f"{before}\n{line}\n")

    status, report = lint_floors(package_copy.parent)

    assert status == 1
    assert expected in report
