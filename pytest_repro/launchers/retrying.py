"""Try a job again after an accident of the machine, as often as the project declares.

Around any launcher. Each retry waits longer than the one before, begins with the last
checkpoint if there is one, and has the whole time-out for itself. No attempt is lost:
what it left lies in ``attempts`` in the job's folder, and why it came to nothing stands
in the ending. An exception of the experiment is never retried, whatever is declared.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pytest_repro.checkpoints import nearest_checkpoint
from pytest_repro.errors import LaunchError
from pytest_repro.launchers.attempts import set_aside
from pytest_repro.launchers.endings import cancelled
from pytest_repro.launchers.protocol import (
    Ending,
    LastingLauncher,
    Launcher,
    Submission,
)
from pytest_repro.policy import Retries
from pytest_repro.records import Attempt, Cause, Event, Job

__all__ = ["RetryingLauncher", "RetryingSubmission"]

Clock = Callable[[], float]


class RetryingLauncher:
    """Submits to another launcher, several times where need be."""

    def __init__(
        self, inner: Launcher, retries: Retries, *, clock: Clock = time.monotonic
    ) -> None:
        """Join what is needed.

        Args:
            inner: Where jobs are executed.
            retries: How often they are tried again, and after what.
            clock: Tells the time [s].
        """
        self._inner = inner
        self._retries = retries
        self._clock = clock

    def submit(self, job: Job) -> "RetryingSubmission":
        """Start a job.

        Args:
            job: The job; its folder exists.

        Returns:
            A handle on all its attempts.

        Raises:
            LaunchError: If the first one cannot be started.
        """
        return self._watch(self._inner.submit(job))

    def adopt(self, job: Job, handle: str) -> "RetryingSubmission | None":
        """Watch a job that an earlier process submitted.

        Args:
            job: The job, as it was submitted.
            handle: What its engine calls it.

        Returns:
            A handle on it; None where no engine knows it any more.
        """
        if not isinstance(self._inner, LastingLauncher):
            return None
        found = self._inner.adopt(job, handle)
        return None if found is None else self._watch(found)

    def _watch(self, submission: Submission) -> "RetryingSubmission":
        return RetryingSubmission(
            submission, self._inner.submit, self._retries, clock=self._clock
        )


class RetryingSubmission:
    """A job under watch, in one attempt after the other."""

    def __init__(
        self,
        first: Submission,
        submit: Callable[[Job], Submission],
        retries: Retries,
        *,
        clock: Clock,
    ) -> None:
        """Start watching.

        Args:
            first: The first attempt.
            submit: Starts another.
            retries: How often, and after what.
            clock: Tells the time [s].
        """
        self.job = first.job
        self._now = first
        self._submit = submit
        self._retries = retries
        self._clock = clock
        self._since = clock()
        self._attempts: list[Attempt] = []
        self._last: Ending | None = None
        self._ending: Ending | None = None
        self._due = 0.0
        self._queued_s = 0.0

    @property
    def handle(self) -> str:
        """What the engine calls the attempt under way; empty where it has no name."""
        return str(getattr(self._now, "handle", ""))

    def events(self) -> tuple[Event, ...]:
        """Return the events since the last call; never waits."""
        return self._now.events()

    def poll(self) -> Ending | None:
        """Return how the job ended, or None while it runs or waits for a retry."""
        if self._ending is None:
            self._ending = self._look()
        return self._ending

    def cancel(self) -> None:
        """Stop the attempt under way, and try no more."""
        self._now.cancel()
        if self._ending is None:
            self._ending = self._told(self._last or cancelled())

    def _look(self) -> Ending | None:
        if self._last is not None:
            return self._again(self._last)
        ending = self._now.poll()
        if ending is None:
            return None
        self._queued_s += ending.queued_s
        if not self._may_follow(ending):
            return self._told(ending)
        self._last = ending
        retry = len(self._attempts) + 1
        self._due = self._clock() + self._retries.wait_before_s(retry)
        return None

    def _may_follow(self, ending: Ending) -> bool:
        failure = ending.failure
        if failure is None or failure.cause is Cause.FAILED:
            return False
        is_left = len(self._attempts) < self._retries.count
        return is_left and failure.cause in self._retries.causes

    def _again(self, last: Ending) -> Ending | None:
        """Start the next attempt once its time has come."""
        if self._clock() < self._due:
            return None
        folder = Path(self.job.folder)
        checkpoint = None if self.job.replica else nearest_checkpoint(folder)
        resume_from = str(checkpoint or self.job.resume_from)
        wall_s = self._clock() - self._since
        try:
            set_aside(folder)
            following = self._submit(replace(self.job, resume_from=resume_from))
        except (LaunchError, OSError) as error:
            return self._told(_given_up(last, error))
        self._attempts.append(_attempt(last, wall_s, resume_from))
        self._now, self._last, self._since = following, None, self._clock()
        return None

    def _told(self, ending: Ending) -> Ending:
        return replace(ending, attempts=tuple(self._attempts), queued_s=self._queued_s)


def _given_up(last: Ending, error: Exception) -> Ending:
    """Say why there is no further attempt, after how the last one ended."""
    if last.failure is None:
        return last
    why = str(error).partition("\n")[0]
    message = f"{last.failure.message}; no further attempt: {why}"
    return replace(last, failure=replace(last.failure, message=message))


def _attempt(ending: Ending, wall_s: float, resume_from: str) -> Attempt:
    failure = ending.failure
    return Attempt(
        cause=Cause.INTERRUPTED if failure is None else failure.cause,
        message="" if failure is None else failure.message,
        wall_s=wall_s,
        next_from=Path(resume_from).stem if resume_from else "",
    )
