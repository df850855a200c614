"""Start Python processes for a study, in an environment that is the study's own.

Whatever session this runs in, its children must not inherit what belongs to that
session: pytest's variables, CI (where references may not be written), thread counts.
Of all plugins that happen to be installed they load ours alone; some of the others take
seconds to load.
"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from benchmarks.plain import PLAIN_VARIABLES

__all__ = ["PLUGIN", "PYTEST", "ROOT", "make_project", "python"]

ROOT: Final = Path(__file__).parents[1]
"""This project."""

PYTEST: Final = ("-m", "pytest", "-q")
"""What follows ``python`` for a session without the plugin."""

PLUGIN: Final = ("-p", "pytest_repro.plugin")
"""What follows that for a session with it."""

INI: Final = """\
[pytest]
addopts = --import-mode=importlib
pythonpath = .
repro_replicas = 0
repro_traced_steps = 0
"""
"""No envelopes and no operation traces: what bits tell is studied here."""

_DROPPED: Final = ("CI", "GITHUB_", "PYTEST_", "PYTHONDONTWRITEBYTECODE")
_SET: Final = {**PLAIN_VARIABLES, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


def python(
    arguments: Sequence[str],
    folder: Path,
    *,
    given: str = "",
    variables: Mapping[str, str] = MappingProxyType({}),
) -> subprocess.CompletedProcess[str]:
    """Run this interpreter and wait.

    Args:
        arguments: What follows ``python``.
        folder: Where it starts; packages in it win over those of this project.
        given: Its standard input.
        variables: Set where nothing else is; of ``PYTHONPATH`` the beginning.

    Returns:
        Its exit code and output.
    """
    kept = {k: v for k, v in os.environ.items() if not k.startswith(_DROPPED)}
    first = variables.get("PYTHONPATH", "")
    paths = (first, os.environ.get("PYTHONPATH", ""), str(ROOT))
    inherited = {**kept, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    return subprocess.run(  # noqa: S603  # our own interpreter, no shell
        [sys.executable, *arguments],
        cwd=folder,
        env={**variables, **inherited, **_SET},
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )


def make_project(folder: Path) -> None:
    """Make a project that holds the shipped experiments, without references.

    Args:
        folder: Must not exist.
    """
    folder.mkdir(parents=True)
    (folder / "pytest.ini").write_text(INI, encoding="utf-8")
    for path in sorted((ROOT / "experiments").rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            target = folder / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
