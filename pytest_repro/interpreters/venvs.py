"""The virtual environment of a declared environment: whether it is there, and fits.

It lies in the folder of its environment, with a note of the recipe that it was built
from. An environment whose declaration has changed since is refused: its runs would bear
the name of something that they are not.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pytest_repro import canonical
from pytest_repro.digests import Digest, digest_of_bytes
from pytest_repro.errors import LaunchError
from pytest_repro.records import DeclaredEnvironment

__all__ = ["NOTE", "VENV", "Recipe", "recipe_of", "venv_python"]

VENV: Final = "venv"
NOTE: Final = "venv.json"
"""Beside the virtual environment: what it was built from."""

_PYTHON: Final = Path("Scripts/python.exe") if os.name == "nt" else Path("bin/python")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What a virtual environment is built from.

    Attributes:
        python: The version, such as ``3.12``; empty for that of the builder.
        packages: What is installed, as pip takes it.
        lock: The file that pins versions; empty for none.
        lock_digest: The digest of that file.
        version: Of this program, which is installed too.
    """

    python: str
    packages: tuple[str, ...]
    lock: str
    lock_digest: Digest | None
    version: str

    def to_bytes(self) -> bytes:
        """Write the recipe down; equal recipes give equal bytes."""
        return canonical.dumps(
            {
                "lock": self.lock,
                "lock_digest": self.lock_digest and str(self.lock_digest),
                "packages": list(self.packages),
                "python": self.python,
                "version": self.version,
            }
        )


def recipe_of(declared: DeclaredEnvironment, root: Path, *, version: str) -> Recipe:
    """Write down what the interpreter of an environment is built from.

    Args:
        declared: The environment.
        root: The root of the project.
        version: Of this program.

    Returns:
        The recipe.

    Raises:
        LaunchError: If its lock file cannot be read.
    """
    digest = None
    if declared.lock:
        try:
            digest = digest_of_bytes((root / declared.lock).read_bytes())
        except OSError as error:
            msg = (
                f"environment {declared.name}: its lock file cannot be read: "
                f"{declared.lock}: {error.strerror}"
            )
            raise LaunchError(msg) from error
    return Recipe(
        python=declared.python,
        packages=declared.packages,
        lock=declared.lock,
        lock_digest=digest,
        version=version,
    )


def venv_python(name: str, folder: Path, recipe: Recipe) -> Path:
    """Find the interpreter that was built for an environment.

    Args:
        name: Of the environment.
        folder: Of the environment.
        recipe: What it should have been built from.

    Returns:
        The interpreter.

    Raises:
        LaunchError: If there is none, or it was built from something else.
    """
    python = folder / VENV / _PYTHON
    remedy = f"\n  build it: pytest-repro env build {name}"
    try:
        built = (folder / NOTE).read_bytes()
    except OSError as error:
        msg = f"environment {name} has no interpreter yet{remedy}"
        raise LaunchError(msg) from error
    if built != recipe.to_bytes() or not python.exists():
        msg = f"environment {name} was declared otherwise when it was built{remedy}"
        raise LaunchError(msg)
    return python
