"""The server of `forking`: it loads pytest and the plugin once, then forks workers.

It is handed to Python as text, so that no frame of it lies in a file: a worker would
take that for the project's own code.
"""

import json
import os
import sys
from typing import Any

import pytest

from pytest_repro.plugin import hooks, worker
from pytest_repro.provenance import machine_states

LOADED = (hooks, worker)


def serve() -> None:
    """Fork a worker for each line that comes in."""
    for name in machine_states.FACTS:
        machine_states.state_of_fact(name)  # remembered, here and in all children
    for name in machine_states.used_packages():
        machine_states.state_of_package(name)
    for line in sys.stdin:
        child = os.fork()
        if not child:
            work(json.loads(line))
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def work(order: dict[str, Any]) -> None:
    """Become a worker, and end."""
    quiet = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(quiet, stream)
    os.chdir(order["root"])
    os.environ.update(order["variables"])
    sys.path[0] = order["root"]
    os._exit(int(pytest.main(order["words"])))


if __name__ == "__main__":
    serve()
