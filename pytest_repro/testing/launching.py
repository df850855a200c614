"""How the suite makes a launcher, and what it asks of whoever subclasses it.

What no engine can do for itself, such as losing a worker, is a method to fill.
"""

import enum
import unittest
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from pytest_repro.launchers import Submission
from pytest_repro.records import Job
from pytest_repro.testing.trials import Watched, load, wait_until

__all__ = ["Ability", "Launching"]


class Ability(enum.StrEnum):
    """What some engines cannot do; whoever leaves one out says why."""

    LIMIT_MEMORY = "end a worker that takes too much memory"
    END_DAEMONS = "end a process that left its worker's group"
    LOSE_WORKER = "lose a worker on purpose"


class Launching:
    """What the suites of launchers share.

    A subclass gives the fixture ``options``: what a project would declare for the
    launcher, as JSON can hold it. Memory is limited to at most 4 GiB, and workers get
    the variables whose names `subject` holds.

    Attributes:
        build: Where the launcher is made, as an entry point is written.
        cannot: What the engine cannot do, and why.
    """

    build: ClassVar[str]
    cannot: ClassVar[Mapping[Ability, str]] = {}

    def lose(self, submission: Submission) -> None:
        """Take a worker away as its engine would, behind the launcher's back.

        Args:
            submission: Its job.
        """
        raise unittest.SkipTest(self.cannot[Ability.LOSE_WORKER])

    def told(self, submission: Submission) -> str:
        """Return what the launcher told its engine of a job besides variables.

        Args:
            submission: The job.

        Returns:
            Its command line, labels, name: in which no secret may stand.
        """
        return ""

    def _need(self, ability: Ability) -> None:
        if ability in self.cannot:
            msg = f"it cannot {ability.value}: {self.cannot[ability]}"
            raise unittest.SkipTest(msg)

    def _submit(
        self, options: Mapping[str, object], job: Job, **variables: str
    ) -> Watched:
        return Watched(load(self.build, options, **variables).submit(job))

    def _submit_and_hear(self, options: Mapping[str, object], job: Job) -> Watched:
        """Submit a job, and wait until its child beats."""
        watched = self._submit(options, job)
        beat = Path(job.folder) / "beat"
        wait_until(lambda: watched.look() is not None or beat.exists(), "a child beats")
        assert beat.exists(), watched.look()
        return watched
