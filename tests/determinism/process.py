"""Run Python in a process of its own, since some things are read only at its start."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def run_python(
    code: str, variables: Mapping[str, str] | None = None, *options: str
) -> Any:  # noqa: ANN401  # whatever the program printed
    """Run a program and read the JSON that it prints.

    Args:
        code: The program.
        variables: Its whole environment; by default ours.
        *options: Of the interpreter.

    Returns:
        What it printed, decoded.
    """
    environment = {**(os.environ if variables is None else variables)}
    done = subprocess.run(
        [sys.executable, "-W", "error", *options, "-c", code],
        env={**environment, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
