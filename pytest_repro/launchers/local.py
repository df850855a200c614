"""Run jobs as processes on this machine: the default, nothing to install.

The worker is `python -m pytest` in worker mode. Whatever becomes of it, there is an
ending with a typed cause: a record, an exception, a signal, a time-out, no memory, no
disk.
"""

import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pytest_repro import wire
from pytest_repro.launchers.groups import ProcessGroup
from pytest_repro.launchers.protocol import DISK_FULL_CODE, EVENTS, JOB, RECORD, Ending
from pytest_repro.launchers.stream import EventReader, OutputTail
from pytest_repro.records import Cause, Event, EventKind, Failure, Job

__all__ = ["LocalLauncher", "LocalSubmission"]

OUTPUT_WAIT_S: Final = 2.0
PATHS: Final = "PYTHONPATH"


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
        command = [sys.executable, "-m", "pytest", *job.arguments]
        variables = _variables(self._inherited, job.variables)
        group = ProcessGroup(command, cwd=job.root, variables=variables)
        return LocalSubmission(job, group)


def _variables(inherited: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
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
        self._reader = EventReader(Path(job.folder) / EVENTS)
        self._output = OutputTail(group.output)
        self._seen: list[Event] = []
        self._started = time.monotonic()
        self._ending: Ending | None = None

    def events(self) -> tuple[Event, ...]:
        """Return the events since the last call; never waits."""
        fresh = self._reader.read()
        self._seen.extend(fresh)
        return fresh

    def poll(self) -> Ending | None:
        """Return how the job ended, or None while it runs."""
        if self._ending is None:
            self._ending = self._look()
        return self._ending

    def cancel(self) -> None:
        """Stop the worker and everything that it started."""
        self._group.end()
        if self._ending is None:
            failure = Failure(cause=Cause.INTERRUPTED, message="cancelled")
            self._ending = Ending(failure=failure)

    def _look(self) -> Ending | None:
        code = self._group.poll()
        limit_s = self.job.timeout_s
        if code is None and limit_s and time.monotonic() - self._started > limit_s:
            return self._time_out(limit_s)
        return None if code is None else self._close(code)

    def _time_out(self, limit_s: float) -> Ending:
        self._group.end()
        self.events()
        at = next((e.step for e in reversed(self._seen) if e.step is not None), None)
        where = "before its first step" if at is None else f"after step {at}"
        message = f"no end after {limit_s:g} s, stopped {where}"
        return self._fail(Cause.TIMED_OUT, message)

    def _close(self, code: int) -> Ending:
        self._group.end(grace_s=0.0)  # what the experiment forked and left behind
        self.events()
        for event in self._seen:
            match event.kind:
                case EventKind.FAILED if event.failure is not None:
                    return self._tell(event.failure, code)
                case EventKind.SKIPPED:
                    return Ending(skipped=event.message, output=self._tail())
                case EventKind.FINISHED if code == 0 and self._has_record():
                    return Ending(output=self._tail())
                case _:
                    continue
        return self._explain(code)

    def _has_record(self) -> bool:
        return (Path(self.job.folder) / RECORD).is_dir()

    def _explain(self, code: int) -> Ending:
        if code == DISK_FULL_CODE:
            return self._fail(Cause.DISK_FULL, "no space left for events", code=code)
        if code >= 0:
            message = f"the worker exited with code {code} before it had finished"
            return self._fail(Cause.CRASHED, message, code=code)
        name = _signal_name(-code)
        if name == "SIGKILL":
            message = "the worker was killed by SIGKILL: most likely out of memory"
            return self._fail(Cause.OUT_OF_MEMORY, message, name=name)
        return self._fail(Cause.CRASHED, f"the worker died of {name}", name=name)

    def _fail(
        self, cause: Cause, message: str, *, code: int | None = None, name: str = ""
    ) -> Ending:
        failure = Failure(
            cause=cause,
            message=message,
            output=self._tail(),
            exit_code=code,
            signal=name,
        )
        return Ending(failure=failure, output=failure.output)

    def _tell(self, failure: Failure, code: int) -> Ending:
        whole = Failure(
            cause=failure.cause,
            message=failure.message,
            traceback=failure.traceback,
            output=self._tail(),
            exit_code=code,
        )
        return Ending(failure=whole, output=whole.output)

    def _tail(self) -> str:
        return self._output.text(wait_s=OUTPUT_WAIT_S)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
