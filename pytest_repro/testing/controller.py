"""A process that submits one job and watches it, until somebody kills it.

Run as ``python -m pytest_repro.testing.controller ORDERS``; it prints what the engine
calls the job as soon as that is submitted, and an empty line where it has no name.
"""

import json
import sys
import time
from pathlib import Path

from pytest_repro import wire
from pytest_repro.records import Job
from pytest_repro.testing.trials import PAUSE_S, load

__all__ = ["main"]


def main(path: str) -> None:
    """Submit a job and watch it for ever.

    Args:
        path: A JSON file: the launcher, its options, and where the job is.
    """
    orders = json.loads(Path(path).read_text(encoding="utf-8"))
    launcher = load(orders["build"], orders["options"])
    submission = launcher.submit(wire.read(Job, Path(orders["job"]).read_bytes()))
    sys.stdout.write(f"{getattr(submission, 'handle', '')}\n")
    sys.stdout.flush()
    while True:
        submission.poll()
        submission.events()
        time.sleep(PAUSE_S)


if __name__ == "__main__":
    main(sys.argv[1])
