"""Find a Python of a version on this machine.

A program of that name need not be one: version managers put programs on the PATH that
only say which versions there are. So each is asked before it is taken.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pytest_repro.errors import LaunchError

__all__ = ["find_python"]

LIMIT_S: Final = 30.0
_ASK: Final = "import sys; print('%d.%d' % sys.version_info[:2])"


def find_python(version: str, path: str) -> Path:
    """Find an interpreter.

    Args:
        version: Such as ``3.12``; empty for that of this process.
        path: Folders of programs, as in the variable PATH.

    Returns:
        The interpreter.

    Raises:
        LaunchError: If there is none.
    """
    own = "{}.{}".format(*sys.version_info[:2])
    if version in {"", own}:
        return Path(sys.executable)
    found = next((one for one in _named(version, path) if _is(one, version)), None)
    if found is None:
        msg = (
            f"no Python {version} was found: none of the programs python{version} on "
            "PATH is one\n"
            "  install it, and put its folder on PATH"
        )
        raise LaunchError(msg)
    return found


def _named(version: str, path: str) -> Iterator[Path]:
    for folder in path.split(os.pathsep):
        program = Path(folder) / f"python{version}"
        if folder and os.access(program, os.X_OK):
            yield program


def _is(program: Path, version: str) -> bool:
    try:
        done = subprocess.run(  # noqa: S603  # a program on PATH, no shell
            [program, "-I", "-c", _ASK],
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0 and done.stdout.strip() == version
