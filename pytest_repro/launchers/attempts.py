"""Set what an attempt at a job left aside, so that the job can be started once more.

What it said and recorded moves to ``attempts/N`` in the job's folder; its checkpoints
stay where they are, since the next attempt begins with the last of them.
"""

import shutil
from pathlib import Path
from typing import Final

from pytest_repro.launchers.node import NOTE, OUTPUT
from pytest_repro.launchers.protocol import (
    CONTENTION,
    ENDING,
    EVENTS,
    HANDLE,
    INPUTS,
    JOB,
    RECORD,
)

__all__ = ["ATTEMPTS", "set_aside"]

ATTEMPTS: Final = "attempts"
LEFT: Final = (
    *(JOB, EVENTS, INPUTS, RECORD, HANDLE, ENDING, CONTENTION),
    *(NOTE, OUTPUT),
)
"""What would be taken for the next attempt's, and the node's note first of all: it says
that the worker has ended."""


def set_aside(folder: Path) -> Path:
    """Move what an attempt left out of the way of the next.

    Args:
        folder: Of the job.

    Returns:
        Where it lies now.
    """
    shelf = folder / ATTEMPTS
    number = 1 + sum(1 for _ in shelf.iterdir()) if shelf.is_dir() else 1
    target = shelf / str(number)
    target.mkdir(parents=True)
    for name in LEFT:
        if (folder / name).exists():
            shutil.move(folder / name, target / name)
    return target
