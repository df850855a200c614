"""A nox session for each environment that a project declares, by one call.

In the project's own ``noxfile.py``::

    import pytest_repro.environments

    pytest_repro.environments.sessions()

Then ``nox -s repro-NAME`` builds the interpreter of an environment if it has one of its
own, and runs the experiments there; what follows ``--`` goes to pytest. nox is imported
here and nowhere else.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_repro.policy import declared_environments, read_own_table
from pytest_repro.policy.own_table import FILE
from pytest_repro.records import DeclaredEnvironment

if TYPE_CHECKING:
    import nox

__all__ = ["sessions"]


def sessions(root: str | Path = ".") -> tuple[str, ...]:
    """Register a nox session for each declared environment.

    None of them is run by a plain ``nox``: they are slow, and are asked for by name or
    with ``nox -t repro``.

    Args:
        root: The folder of the project's pyproject.toml; nox starts in that of the
            noxfile.

    Returns:
        The names of the sessions, in the order of the file.

    Raises:
        PolicyError: If what is declared has no meaning.
    """
    path = Path(root) / FILE
    own = read_own_table(path.read_bytes() if path.is_file() else b"")
    return tuple(_register(declared) for declared in declared_environments(own))


def _register(declared: DeclaredEnvironment) -> str:
    import nox  # noqa: PLC0415  # only in a noxfile

    def run(session: "nox.Session") -> None:
        words: tuple[str, ...]
        if declared.has_interpreter:
            build = ("-m", "pytest_repro", "env", "build", declared.name)
            session.run(sys.executable, *build, external=True)
        words = ("-m", "pytest", "--repro", f"--repro-env={declared.name}")
        session.run(sys.executable, *words, *session.posargs, external=True)

    name = f"repro-{declared.name}"
    run.__doc__ = f"Run the experiments in the environment {declared.name}."
    register = nox.session(name=name, python=False, default=False, tags=["repro"])
    register(run)
    return name
