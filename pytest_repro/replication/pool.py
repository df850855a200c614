"""Launch several runs of one experiment side by side, and tell how they get on.

However the caller leaves, by an exception, a time-out or Ctrl-C, no worker stays.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from pytest_repro.launchers import Ending, Launcher, Submission
from pytest_repro.records import Event, Job
from pytest_repro.replication.plan import PlannedRun

__all__ = ["IsEnough", "Pool", "SeedRun", "Watcher"]

PAUSE_S: Final = 0.02


class Watcher(Protocol):
    """Who wants to see how runs are getting on."""

    def started(self, run: PlannedRun) -> None:
        """Hear that a run was started.

        Args:
            run: Which.
        """

    def heard(self, run: PlannedRun, event: Event) -> None:
        """Hear what a worker said.

        Args:
            run: Which run it executes.
            event: What it said.
        """

    def ended(self, run: PlannedRun) -> None:
        """Hear that a run has ended.

        Args:
            run: Which.
        """

    def tick(self) -> None:
        """Get a chance to draw; called many times a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedRun:
    """One run that has ended.

    Attributes:
        planned: What it was to be.
        folder: The job's folder.
        ending: How it ended.
        wall_s: How long it took, start of the worker included [s].
        queued_s: How long it waited for a worker, here and at its engine [s].
    """

    planned: PlannedRun
    folder: str
    ending: Ending
    wall_s: float
    queued_s: float = 0.0

    @property
    def seed(self) -> int:
        """The root seed."""
        return self.planned.seed


IsEnough = Callable[[Sequence[SeedRun]], bool]
"""Tells whether the first runs, all of which have ended, make the others needless."""


class Pool:
    """At most so many workers at a time."""

    def __init__(self, launcher: Launcher, *, workers: int, watcher: Watcher) -> None:
        """Remember where to launch.

        Args:
            launcher: Starts the jobs.
            workers: How many run at a time.
            watcher: Hears of everything.
        """
        self._launcher = launcher
        self._workers = workers
        self._watcher = watcher

    def run(
        self,
        planned: Sequence[PlannedRun],
        job_for: Callable[[PlannedRun], Job],
        *,
        is_enough: IsEnough | None = None,
    ) -> tuple[SeedRun, ...]:
        """Launch a job for each run.

        Args:
            planned: The runs.
            job_for: Makes the job of one.
            is_enough: Asked each time after one more of the first runs has ended; if
                so, the others are stopped. By default all run.

        Returns:
            How each ended, in the order of the plan; without those that were stopped
            or had no need to start.

        Raises:
            LaunchError: If a worker cannot be started.
        """
        waiting = deque(planned)
        since = time.monotonic()
        running: dict[PlannedRun, tuple[Submission, float]] = {}
        ended: dict[PlannedRun, SeedRun] = {}
        first: list[SeedRun] = []
        try:
            while waiting or running:
                while waiting and len(running) < self._workers:
                    run = waiting.popleft()
                    submission = self._launcher.submit(job_for(run))
                    running[run] = (submission, time.monotonic())
                    self._watcher.started(run)
                ended |= self._look(running, since)
                while len(first) < len(planned) and planned[len(first)] in ended:
                    first.append(ended.pop(planned[len(first)]))
                    if is_enough is not None and is_enough(first):
                        return tuple(first)
                self._watcher.tick()
                time.sleep(PAUSE_S)
        finally:
            for run, (submission, _) in running.items():
                submission.cancel()
                self._watcher.ended(run)
        return tuple(first)

    def _look(
        self, running: dict[PlannedRun, tuple[Submission, float]], planned_at: float
    ) -> dict[PlannedRun, SeedRun]:
        ended: dict[PlannedRun, SeedRun] = {}
        for run, (submission, since) in list(running.items()):
            ending = submission.poll()
            for event in submission.events():
                self._watcher.heard(run, event)
            if ending is None:
                continue
            del running[run]
            self._watcher.ended(run)
            is_over = ending.wall_s > 0  # before anybody here could wait for it
            ended[run] = SeedRun(
                planned=run,
                folder=submission.job.folder,
                ending=_slim(ending),
                wall_s=ending.wall_s if is_over else time.monotonic() - since,
                queued_s=ending.queued_s + (0.0 if is_over else since - planned_at),
            )
        return ended


def _slim(ending: Ending) -> Ending:
    """Forget what a run printed that did not fail: a thousand of them fill a memory."""
    return ending if ending.failure is not None else replace(ending, output="")
