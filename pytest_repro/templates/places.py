"""Where in a project new code belongs, so that pytest finds it without being told."""

import importlib.util
import keyword
import sys
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Final

from pytest_repro.templates.changes import Change
from pytest_repro.templates.ini_table import find_ini
from pytest_repro.templates.surroundings import path_change

__all__ = ["find_place", "is_taken", "prepare"]

FOLDERS: Final = ("experiments", "tests", "test")
"""Where a project keeps its experiments; the first that exists and is collected."""

INIT: Final = "__init__.py"


def find_place(root: Path) -> PurePosixPath:
    """Choose the folder of new experiments.

    Args:
        root: The root of the project.

    Returns:
        A folder that a plain `pytest` collects, relative to the root.

    Raises:
        ValueError: If pytest's table cannot be read.
    """
    collected = _collected(find_ini(root).keys)
    there = [name for name in FOLDERS if (root / name).is_dir()]
    for name in there:
        if not collected or any(_is_inside(name, one) for one in collected):
            return PurePosixPath(name)
    return PurePosixPath(collected[0] if collected else FOLDERS[0])


def prepare(
    root: Path, folder: PurePosixPath, *, is_imported: bool
) -> tuple[list[Change], str]:
    """Say what a folder needs before code is put into it.

    A folder that already holds code gets no `__init__.py`: pytest collects a package in
    another way than a mere folder.

    Args:
        root: The root of the project.
        folder: Relative to it.
        is_imported: Whether its modules are imported by others.

    Returns:
        Changes, and what is to be done by hand where they are not enough.

    Raises:
        ValueError: If pytest's table cannot be read.
    """
    changes = []
    if not any((root / folder).glob("*.py")):
        changes.append(Change(path=str(folder / INIT), before=None, after=""))
    if not is_imported:
        return changes, ""
    change, problem = path_change(root, ".")
    return [*changes, *([] if change is None else [change])], problem


def is_taken(module: str) -> bool:
    """Tell whether a module of that name would hide another, or cannot be named.

    Args:
        module: One word.

    Returns:
        Whether there is one: where pytest puts a test's folder first, `random.py`
        beside it is what `import random` finds.
    """
    if module in sys.stdlib_module_names or keyword.iskeyword(module):
        return True
    return importlib.util.find_spec(module) is not None


def _collected(keys: Mapping[str, Any]) -> list[str]:
    found = keys.get("testpaths", [])
    return found.split() if isinstance(found, str) else [str(one) for one in found]


def _is_inside(name: str, testpath: str) -> bool:
    return PurePosixPath(name).is_relative_to(PurePosixPath(testpath))
