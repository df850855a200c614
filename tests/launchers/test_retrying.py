"""Accidents are tried again as declared, exceptions never; every attempt is kept."""

import os
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from pytest_repro import wire
from pytest_repro.errors import LaunchError
from pytest_repro.launchers import Ending, LocalLauncher
from pytest_repro.launchers.protocol import EVENTS
from pytest_repro.launchers.retrying import RetryingLauncher
from pytest_repro.policy import Retries
from pytest_repro.records import Cause, Event, EventKind, Failure, Job


@dataclass
class Clock:
    """A clock that moves by a second each time somebody looks."""

    now: float = 0.0

    def __call__(self) -> float:
        """Tell the time."""
        self.now += 1.0
        return self.now


@dataclass
class Ended:
    """A job that has ended in a way that is known before."""

    job: Job
    ending: Ending
    is_cancelled: bool = False

    def events(self) -> tuple[Event, ...]:
        """Say nothing."""
        return ()

    def poll(self) -> Ending:
        """Tell how it ended."""
        return self.ending

    def cancel(self) -> None:
        """Remember it."""
        self.is_cancelled = True


@dataclass
class Fated:
    """A launcher whose attempts end as they are told to; the last way stays."""

    causes: list[Cause | None]
    submitted: list[Job] = field(default_factory=list)

    def submit(self, job: Job) -> Ended:
        """Start nothing."""
        self.submitted.append(job)
        cause = self.causes[min(len(self.submitted), len(self.causes)) - 1]
        failure = None if cause is None else Failure(cause=cause, message=cause.value)
        return Ended(job, Ending(failure=failure, queued_s=2.0))


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """A job with a folder."""
    return Job(experiment="t", seed=0, root=str(tmp_path), folder=str(tmp_path))


def end_of(launcher: Fated, retries: Retries, job: Job) -> Ending:
    """Poll until there is an ending."""
    submission = RetryingLauncher(launcher, retries, clock=Clock()).submit(job)
    endings = (submission.poll() for _ in range(100))
    return next(one for one in endings if one is not None)


def test_accident_is_tried_again(job: Job) -> None:
    """The run that then succeeds tells of what came before it."""
    launcher = Fated([Cause.INTERRUPTED, Cause.INTERRUPTED, None])

    ending = end_of(launcher, Retries(count=3), job)

    assert ending.failure is None
    assert [one.cause for one in ending.attempts] == [Cause.INTERRUPTED] * 2
    assert len(launcher.submitted) == 3
    assert ending.queued_s == 6.0


def test_retries_end(job: Job) -> None:
    """The last failure stands, with the attempts that came before."""
    launcher = Fated([Cause.INTERRUPTED])

    ending = end_of(launcher, Retries(count=2), job)

    assert ending.failure is not None
    assert len(launcher.submitted) == 3
    assert len(ending.attempts) == 2


class Once(Fated):
    """A launcher whose engine is gone after the first attempt."""

    def submit(self, job: Job) -> Ended:
        """Start nothing, once."""
        if self.submitted:
            msg = "the engine is away\n  start it again"
            raise LaunchError(msg)
        return super().submit(job)


def test_attempt_that_cannot_be_started_says_why(job: Job) -> None:
    """After how the last one ended, which stays the cause."""
    ending = end_of(Once([Cause.INTERRUPTED]), Retries(count=2), job)

    assert ending.failure is not None
    assert ending.failure.cause is Cause.INTERRUPTED
    assert ending.failure.message.endswith("no further attempt: the engine is away")


@pytest.mark.parametrize("cause", [Cause.OUT_OF_MEMORY, Cause.DISK_FULL, Cause.CRASHED])
def test_cause_that_is_not_declared_is_not_retried(job: Job, cause: Cause) -> None:
    """By default only what an engine took away comes back."""
    launcher = Fated([cause, None])

    assert end_of(launcher, Retries(count=3), job).failure is not None
    assert len(launcher.submitted) == 1


def test_exception_is_never_retried(job: Job) -> None:
    """Not even where somebody managed to declare it: it would come again."""
    launcher = Fated([Cause.FAILED, None])
    declared = Retries(count=3, causes=(Cause.FAILED,))

    assert end_of(launcher, declared, job).failure is not None
    assert len(launcher.submitted) == 1


def test_each_retry_waits_longer() -> None:
    """Twice as long as the one before, an hour at most."""
    waits = [Retries(wait_s=1.5).wait_before_s(retry) for retry in (1, 2, 3, 40)]

    assert waits == [1.5, 3.0, 6.0, 3600.0]


def test_no_retry_starts_before_its_time(job: Job) -> None:
    """Whoever asks meanwhile hears that the job runs, and waits for nothing."""
    launcher = Fated([Cause.INTERRUPTED, None])
    clock = Clock()
    retries = Retries(count=1, wait_s=50.0)
    submission = RetryingLauncher(launcher, retries, clock=clock).submit(job)

    looks = [submission.poll() for _ in range(30)]

    assert looks == [None] * 30
    assert len(launcher.submitted) == 1


def test_cancelled_job_is_not_tried_again(job: Job) -> None:
    """Nobody needs it any more, also while it waits for its retry."""
    launcher = Fated([Cause.INTERRUPTED, None])
    submission = RetryingLauncher(launcher, Retries(count=1, wait_s=9)).submit(job)
    submission.poll()

    submission.cancel()

    assert submission.poll() is not None
    assert len(launcher.submitted) == 1


def test_local_worker_is_tried_again_with_all_that_it_left(tmp_path: Path) -> None:
    """A real worker is killed once; its events lie beside those of the next attempt."""
    event = wire.write_line(Event(kind=EventKind.STARTED)).decode()
    script = tmp_path / "test_it.py"
    script.write_text(
        f"import os\nopen({str(tmp_path / EVENTS)!r}, 'w').write({event!r})\n"
        f"is_first = not os.path.exists({str(tmp_path / 'attempts')!r})\n"
        "os.kill(os.getpid(), 9) if is_first else os._exit(3)"
    )
    job = Job(
        experiment="test_it.py::test",
        seed=0,
        root=str(tmp_path),
        folder=str(tmp_path),
        arguments=("-p", "no:cacheprovider", str(script)),
    )
    retries = Retries(count=5, causes=(Cause.OUT_OF_MEMORY,), wait_s=0.0)
    submission = RetryingLauncher(LocalLauncher(dict(os.environ)), retries).submit(job)

    while (ending := submission.poll()) is None:
        time.sleep(0.02)

    assert ending.failure is not None
    assert ending.failure.exit_code == 3
    assert [one.cause for one in ending.attempts] == [Cause.OUT_OF_MEMORY]
    assert (tmp_path / "attempts" / "1" / EVENTS).read_text() == event
    assert (tmp_path / EVENTS).read_text() == event


def test_retry_begins_with_the_last_checkpoint(job: Job) -> None:
    """What was computed is not computed again; a replica's noise is in none."""
    folder = Path(job.folder) / "checkpoints"
    folder.mkdir()
    (folder / "loop0-step00000040.checkpoint").touch()
    launcher, other = (Fated([Cause.INTERRUPTED, None]) for _ in range(2))

    ending = end_of(launcher, Retries(count=1), job)
    end_of(other, Retries(count=1), replace(job, replica=1))

    assert launcher.submitted[1].resume_from.endswith("loop0-step00000040.checkpoint")
    assert ending.attempts[0].next_from == "loop0-step00000040"
    assert other.submitted[1].resume_from == ""
