"""Start workers for runs that were made before, as a session would start them."""

import os
from pathlib import Path
from typing import Final

from pytest_repro.determinism import worker_variables
from pytest_repro.errors import ReproUsageError
from pytest_repro.launchers import LocalLauncher
from pytest_repro.replication.replays import read_job

__all__ = ["check_workers", "relauncher"]

_NOT_INHERITED: Final = ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")


def relauncher(folder: Path) -> LocalLauncher:
    """Start workers with what a session would pass on to them.

    Args:
        folder: That of a run, with its job.

    Returns:
        What starts them.

    Raises:
        RecordError: If the job cannot be read.
    """
    job = read_job(folder)
    kept = {k: v for k, v in os.environ.items() if k not in _NOT_INHERITED}
    inherited = worker_variables(job.determinism, kept)
    return LocalLauncher({**inherited, "PYTEST_ADDOPTS": ""})


def check_workers(number: int | None) -> int:
    """Choose how many reruns are made at a time.

    Args:
        number: What was asked for; None for one on each core.

    Returns:
        The number.

    Raises:
        ReproUsageError: If it is none from 1 on.
    """
    if number is not None and number < 1:
        msg = f"--workers is a number from 1 on, got {number}"
        raise ReproUsageError(msg)
    return number or len(os.sched_getaffinity(0))
