"""Run jobs as processes on this machine: the default, nothing to install.

The worker is `python -m pytest` in worker mode. Whatever becomes of it, there is an
ending with a typed cause: a record, an exception, a signal, a time-out, no memory, no
disk.
"""

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pytest_repro import wire
from pytest_repro.errors import ReproUsageError
from pytest_repro.launchers.endings import cancelled, conclude, exit_of, timed_out
from pytest_repro.launchers.groups import ProcessGroup
from pytest_repro.launchers.protocol import EVENTS, JOB, Ending
from pytest_repro.launchers.stream import EventLog, OutputTail
from pytest_repro.records import Event, Job

__all__ = ["LocalLauncher", "LocalSubmission", "build", "join_variables"]

OUTPUT_WAIT_S: Final = 2.0
PATHS: Final = "PYTHONPATH"


def build(
    inherited: Mapping[str, str], options: Mapping[str, object]
) -> "LocalLauncher":
    """Make the launcher; it has no options of its own.

    Args:
        inherited: Environment variables that every worker gets.
        options: What the project declares for it.

    Returns:
        The launcher.

    Raises:
        ReproUsageError: If an option is declared.
    """
    if options:
        msg = f"the launcher local has no options, got {', '.join(sorted(options))}"
        raise ReproUsageError(msg)
    return LocalLauncher(inherited)


class LocalLauncher:
    """Starts each job as a process on this machine."""

    def __init__(self, inherited: Mapping[str, str]) -> None:
        """Take the environment variables that every worker gets.

        Args:
            inherited: Passed in, because a launcher does not read the environment.
        """
        self._inherited = inherited

    def submit(self, job: Job) -> "LocalSubmission":
        """Start a job.

        Args:
            job: The job; its folder exists.

        Returns:
            A handle on it.

        Raises:
            LaunchError: If the process cannot be started.
        """
        folder = Path(job.folder)
        (folder / JOB).write_bytes(wire.write(job))
        command = [job.python or sys.executable, "-m", "pytest", *job.arguments]
        variables = join_variables(self._inherited, job.variables)
        group = ProcessGroup(command, cwd=job.root, variables=variables)
        return LocalSubmission(job, group)


def join_variables(
    inherited: Mapping[str, str], own: Mapping[str, str]
) -> dict[str, str]:
    """Join both; what a job sets to nothing is taken away.

    Modules of a job's own come before those that every worker finds.
    """
    gone = {name for name, value in own.items() if not value}
    found = {k: v for k, v in {**inherited, **own}.items() if k not in gone}
    if PATHS in own and PATHS in found and PATHS in inherited:
        found[PATHS] = os.pathsep.join((own[PATHS], inherited[PATHS]))
    return found


class LocalSubmission:
    """A worker process under watch."""

    def __init__(self, job: Job, group: ProcessGroup) -> None:
        """Start watching.

        Args:
            job: The job.
            group: The worker and all that it starts.
        """
        self.job = job
        self._group = group
        self._log = EventLog(Path(job.folder) / EVENTS)
        self._output = OutputTail(group.output)
        self._started = time.monotonic()
        self._ending: Ending | None = None

    def events(self) -> tuple[Event, ...]:
        """Return the events since the last call; never waits."""
        return self._log.tell()

    def poll(self) -> Ending | None:
        """Return how the job ended, or None while it runs."""
        if self._ending is None:
            self._ending = self._look()
        return self._ending

    def cancel(self) -> None:
        """Stop the worker and everything that it started."""
        self._group.end()
        if self._ending is None:
            self._ending = cancelled()

    def _look(self) -> Ending | None:
        code = self._group.poll()
        limit_s = self.job.timeout_s
        if code is None:
            if not limit_s or time.monotonic() - self._started <= limit_s:
                return None
            self._group.end()
            self._log.read_on()
            return timed_out(self.job, self._log.seen, output=self._tail())
        self._group.end(grace_s=0.0)  # what the experiment forked and left behind
        self._log.read_on()
        return conclude(self.job, self._log.seen, exit_of(code), output=self._tail())

    def _tail(self) -> str:
        return self._output.text(wait_s=OUTPUT_WAIT_S)
