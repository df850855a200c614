"""Who may import what, where a contract of import-linter cannot say it."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture.rules import imports

ROOT = Path(__file__).parents[2]

Check = Callable[[Path], list[str]]

SUITE = Path("contracts", "suite.py")
"""What people write in their own test files: it makes parameters of pytest."""

WORDS = ("records", "digests.py", "addresses.py", "canonical.py", "errors.py")


def strangers_that_import_torch(package: Path) -> list[str]:
    """Files that import torch although their name does not say so."""
    return [
        f"{path.relative_to(package)}:{line}"
        for path, line, name in imports(package)
        if name.split(".")[0] == "torch" and not path.name.startswith("torch_")
    ]


def strangers_that_import_pytest(package: Path) -> list[str]:
    """Files outside the plugin and its suite that import pytest, its parts or xdist."""
    doors = {"pytest", "_pytest", "pluggy", "xdist"}
    return [
        f"{path.relative_to(package)}:{line}"
        for path, line, name in imports(package)
        if name.split(".")[0] in doors
        if path.relative_to(package).parts[0] != "plugin"
        if path.relative_to(package) != SUITE
    ]


def entries_by_the_front_door(package: Path) -> list[str]:
    """Files of the package that import a public name from `pytest_repro` itself."""
    parts = {path.stem for path in package.iterdir()} | {"__version__"}
    return [
        f"{path.relative_to(package)}:{line}"
        for path, line, name in imports(package)
        if name.startswith("pytest_repro.")
        if path.parent != package or path.name != "__init__.py"
        if name.split(".")[1] not in parts
    ]


def foreign_words(package: Path) -> list[str]:
    """Imports of floor 0 from outside the standard library and the package."""
    known = {*sys.stdlib_module_names, "pytest_repro"}
    return [
        f"{path.relative_to(package)}:{line} {name}"
        for path, line, name in imports(package)
        if path.relative_to(package).parts[0] in WORDS
        if name.split(".")[0] not in known
    ]


def relative_imports(package: Path) -> list[str]:
    """Imports that do not say from where."""
    return [
        f"{path.relative_to(package)}:{line} {name}"
        for path, line, name in imports(package)
        if name.startswith(".")
    ]


CHECKS = [
    pytest.param(
        strangers_that_import_torch, "plugin/a.py", "import torch.nn", id="torch"
    ),
    pytest.param(
        strangers_that_import_pytest, "launchers/a.py", "import pluggy", id="pytest"
    ),
    pytest.param(
        entries_by_the_front_door,
        "reports/a.py",
        "from pytest_repro import Run",
        id="front door",
    ),
    pytest.param(foreign_words, "records/a.py", "from numpy import array", id="words"),
    pytest.param(relative_imports, "records/a.py", "from . import runs", id="relative"),
]


@pytest.mark.parametrize(
    "check", [pytest.param(case.values[0], id=case.id) for case in CHECKS]
)
def test_package_imports_only_what_it_may(check: Check) -> None:
    """No file of the package breaks the rule."""
    found = check(ROOT / "pytest_repro")

    assert found == []


@pytest.mark.parametrize(("check", "file", "line"), CHECKS)
def test_planted_import_is_found(
    package_copy: Path, check: Check, file: str, line: str
) -> None:
    """One wrong import is reported, with its place."""
    target = package_copy / file
    target.write_text(f"{line}\n")

    found = check(package_copy)

    assert len(found) == 1
    assert found[0].startswith(f"{file}:1")
