"""What an image with nothing of its own needs of this machine to run Python."""

import os
import sys
from pathlib import Path

from pytest_repro.testing.subject import HUE, SECRET

IMAGE = "PYTEST_REPRO_DOCKER"
"""The variable with the id of an image, set by ci/docker.sh."""

SYSTEM = ("/bin", "/lib", "/lib64", "/usr")


def mounts_here() -> list[str]:
    """List the system, this interpreter, and the folders of its packages."""
    found = {*SYSTEM, sys.prefix, sys.base_prefix, *sys.path}
    return sorted(path for path in found if Path(path).is_dir())


def options_here(**own: object) -> dict[str, object]:
    """Declare this interpreter with its packages, and limits."""
    return {
        "image": os.environ.get(IMAGE, ""),
        "python": sys.executable,
        "mounts": mounts_here(),
        "variables": [HUE, SECRET, "PYTHONPATH"],
        "memory": "512m",
        "pids": 200,
        **own,
    }
