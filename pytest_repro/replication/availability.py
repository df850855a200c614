"""Whether a declared environment can be had on this machine, and by which interpreter.

Asked before anything runs: by a session that is to run there, and by a person who wants
to know what is missing.
"""

from pathlib import Path
from typing import Final

import pytest_repro
from pytest_repro.determinism import check_forced
from pytest_repro.interpreters import recipe_of, venv_python
from pytest_repro.provenance.hardware import collect_cpu, instruction_set
from pytest_repro.records import DeclaredEnvironment
from pytest_repro.references import declared_folder

__all__ = ["ON_THIS_PROCESSOR", "check_processor", "interpreter_for"]

ON_THIS_PROCESSOR: Final = frozenset({"local", "docker"})
"""Launchers whose workers have the processor that this process has."""


def check_processor(declared: DeclaredEnvironment, launcher: str) -> None:
    """Refuse an environment whose kernels would kill its workers.

    Args:
        declared: The environment.
        launcher: Where its runs are executed; of others than this machine's
            processor nothing is known here.

    Raises:
        LaunchError: If it would.
    """
    if launcher in ON_THIS_PROCESSOR:
        check_forced(declared, instruction_set(collect_cpu()))


def interpreter_for(declared: DeclaredEnvironment, *, root: Path, out: Path) -> str:
    """Find the interpreter of an environment.

    Args:
        declared: The environment.
        root: The root of the project.
        out: The folder for everything that is no reference.

    Returns:
        The interpreter; empty for that of the session, or of the container.

    Raises:
        LaunchError: If it was not built yet, or for another declaration.
    """
    if not declared.has_interpreter:
        return ""
    recipe = recipe_of(declared, root, version=pytest_repro.__version__)
    folder = declared_folder(out, declared.name)
    return str(venv_python(declared.name, folder, recipe))
