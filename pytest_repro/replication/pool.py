"""Run several seeds of one experiment side by side, and tell how they get on.

However the caller leaves, by an exception, a time-out or Ctrl-C, no worker stays.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from pytest_repro.launchers import Ending, Launcher, Submission
from pytest_repro.records import Event, Job

__all__ = ["Pool", "SeedRun", "Watcher"]

PAUSE_S: Final = 0.02


class Watcher(Protocol):
    """Who wants to see how runs are getting on."""

    def started(self, seed: int) -> None:
        """Hear that a seed was started.

        Args:
            seed: The root seed.
        """

    def heard(self, seed: int, event: Event) -> None:
        """Hear what a worker said.

        Args:
            seed: The root seed.
            event: What it said.
        """

    def ended(self, seed: int) -> None:
        """Hear that a seed has ended.

        Args:
            seed: The root seed.
        """

    def tick(self) -> None:
        """Get a chance to draw; called many times a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedRun:
    """One seed that has ended.

    Attributes:
        seed: The root seed.
        folder: The job's folder.
        ending: How it ended.
        wall_s: How long it took, start of the worker included [s].
    """

    seed: int
    folder: str
    ending: Ending
    wall_s: float


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
        self, seeds: Sequence[int], job_for: Callable[[int], Job]
    ) -> tuple[SeedRun, ...]:
        """Run one job for each seed.

        Args:
            seeds: The root seeds.
            job_for: Makes the job of a seed.

        Returns:
            How each ended, in the order of the seeds.

        Raises:
            LaunchError: If a worker cannot be started.
        """
        waiting = list(seeds)
        running: dict[int, tuple[Submission, float]] = {}
        ended: dict[int, SeedRun] = {}
        try:
            while waiting or running:
                while waiting and len(running) < self._workers:
                    seed = waiting.pop(0)
                    submission = self._launcher.submit(job_for(seed))
                    running[seed] = (submission, time.monotonic())
                    self._watcher.started(seed)
                ended |= self._look(running)
                self._watcher.tick()
                time.sleep(PAUSE_S)
        finally:
            for submission, _ in running.values():
                submission.cancel()
        return tuple(ended[seed] for seed in seeds)

    def _look(self, running: dict[int, tuple[Submission, float]]) -> dict[int, SeedRun]:
        ended: dict[int, SeedRun] = {}
        for seed, (submission, since) in list(running.items()):
            ending = submission.poll()
            for event in submission.events():
                self._watcher.heard(seed, event)
            if ending is None:
                continue
            del running[seed]
            self._watcher.ended(seed)
            wall_s = time.monotonic() - since
            folder = submission.job.folder
            ended[seed] = SeedRun(
                seed=seed, folder=folder, ending=ending, wall_s=wall_s
            )
        return ended
