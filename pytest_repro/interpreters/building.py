"""Build virtual environments with venv and pip, and leave a note of what they are.

The note is written last and taken away first, so an environment that was interrupted
half-way is none. What pip says goes to a file beside it; where it fails, the end of
that is the message.
"""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pytest_repro.errors import LaunchError
from pytest_repro.interpreters.pythons import find_python
from pytest_repro.interpreters.venvs import NOTE, PYTHON, VENV, Recipe

__all__ = [
    "LOG",
    "build_declared",
    "install_besides",
    "install_exactly",
    "own_requirement",
]

LOG: Final = "build.log"
TAIL: Final = 12
"""Lines of the log that a message shows."""

_NAME: Final = 'name = "pytest-repro"'


def build_declared(recipe: Recipe, folder: Path, *, root: Path, path: str) -> Path:
    """Build the interpreter of a declared environment; an older one goes.

    Args:
        recipe: What it is built from.
        folder: Of the environment.
        root: The root of the project, to which packages and lock are relative.
        path: Folders of programs, as in the variable PATH.

    Returns:
        The interpreter.

    Raises:
        LaunchError: If there is no such Python, or pip fails.
        OSError: If files cannot be written.
    """
    python = _fresh(folder, find_python(recipe.python, path))
    own = own_requirement(recipe.version)
    words = [*_as_own(_requirements(recipe), own, root=root), *own]
    _run([str(python), "-m", "pip", "install", *words], folder, cwd=root)
    (folder / NOTE).write_bytes(recipe.to_bytes())
    return python


def install_exactly(requirements: Path, folder: Path, *, python: Path) -> Path:
    """Build an interpreter with exactly the packages of a file, and nothing of pip's.

    Args:
        requirements: One exact requirement a line; nothing else is installed.
        folder: Where it is to lie.
        python: The interpreter to begin with.

    Returns:
        The interpreter.

    Raises:
        LaunchError: If pip fails.
        OSError: If files cannot be written.
    """
    built = _fresh(folder, python)
    words = [str(built), "-m", "pip", "install", "--no-deps"]
    _run([*words, "-r", str(requirements.resolve())], folder, cwd=folder)
    return built


def install_besides(
    requirements: Path, folder: Path, *, own: Sequence[str], is_whole: bool
) -> None:
    """Add what is needed beside what `install_exactly` built, and change nothing of it.

    The program of a record may be older, and have needed less than this one; and an
    old record knows only the packages that were in use.

    Args:
        requirements: The same file; each of its packages stays as it is.
        folder: Where the interpreter lies.
        own: How pip gets this program; empty if it is there.
        is_whole: Whether the file names all that was installed; else pip finds out
            what its packages need.

    Raises:
        LaunchError: If pip fails, as where this program needs another version.
    """
    words = [str(folder / VENV / PYTHON), "-m", "pip", "install"]
    flag = "-c" if is_whole else "-r"
    _run([*words, flag, str(requirements.resolve()), *own], folder, cwd=folder)


def own_requirement(version: str) -> tuple[str, ...]:
    """Say how pip gets this very program.

    Args:
        version: Of this program.

    Returns:
        The folder of its sources where it runs from one, else its version.
    """
    home = Path(__file__).parents[2]
    try:
        is_source = _NAME in (home / "pyproject.toml").read_text(encoding="utf-8")
    except OSError:
        is_source = False
    return ("-e", str(home)) if is_source else (f"pytest-repro=={version}",)


def _requirements(recipe: Recipe) -> tuple[str, ...]:
    """Say what pip installs: with packages, the lock only says in which version."""
    if not recipe.lock:
        return recipe.packages
    flag = "-c" if recipe.packages else "-r"
    return (*recipe.packages, flag, recipe.lock)


def _as_own(
    requirements: Sequence[str], own: Sequence[str], *, root: Path
) -> tuple[str, ...]:
    """Give what names this program's own folder in the one form that pip accepts.

    A project that is this program asks for ``.[extra]`` and gets ``-e`` besides: for
    pip these are two sources of one package, which it refuses.
    """
    home = Path(own[-1])
    words: list[str] = []
    for requirement in requirements:
        folder, bracket, extras = requirement.partition("[")
        is_own = folder.startswith(".") and (root / folder).resolve() == home
        words += ["-e", f"{home}{bracket}{extras}"] if is_own else [requirement]
    return tuple(words)


def _fresh(folder: Path, base: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / NOTE).unlink(missing_ok=True)
    (folder / LOG).unlink(missing_ok=True)
    shutil.rmtree(folder / VENV, ignore_errors=True)
    _run([str(base), "-m", "venv", str(folder / VENV)], folder, cwd=folder)
    return folder / VENV / PYTHON


def _run(command: Sequence[str], folder: Path, *, cwd: Path) -> None:
    log = folder / LOG
    try:
        with log.open("ab") as stream:
            done = subprocess.run(  # noqa: S603  # an interpreter, no shell
                command,
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                check=False,
            )
    except OSError as error:
        msg = f"{command[0]} does not start: {error}"
        raise LaunchError(msg) from error
    if done.returncode:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        end = "\n  ".join(lines[-TAIL:])
        msg = f"{' '.join(command[1:4])} failed, the whole of it is in {log}\n  {end}"
        raise LaunchError(msg)
