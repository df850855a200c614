"""What every launcher offers, whatever it launches on.

Polling, not callbacks: a caller watches many submissions at once, stops one whose
result can no longer matter, and stays in charge when a person presses Ctrl-C.
"""

from dataclasses import dataclass, replace
from typing import Final, Protocol, runtime_checkable

from pytest_repro.records import Attempt, Event, Failure, Job

__all__ = [
    "CONTENTION",
    "DISK_FULL_CODE",
    "ENDING",
    "EVENTS",
    "HANDLE",
    "INPUTS",
    "JOB",
    "RECORD",
    "RESOLUTION",
    "STORE",
    "Ending",
    "LastingLauncher",
    "LastingSubmission",
    "Launcher",
    "Submission",
    "move_job",
]

JOB: Final = "job.json"
"""In a job's folder: the job itself."""

EVENTS: Final = "events.jsonl"
"""In a job's folder: what the worker says, one event a line."""

INPUTS: Final = "inputs.json"
"""In a job's folder: what the run read."""

RESOLUTION: Final = "resolution.json"
"""In a job's folder: how the run came by its declared assets, if it asked for any."""

STORE: Final = "repro_assets"
"""The option that names the content store: one for all checkouts of a project."""

RECORD: Final = "record"
"""In a job's folder: the folder with the run record."""

ENDING: Final = "ending.json"
"""In a job's folder: how it ended, once that is known."""

HANDLE: Final = "handle"
"""In a job's folder: what an engine calls it that keeps jobs."""

CONTENTION: Final = "contention.json"
"""In a job's folder: how much the run had to share its machine."""

DISK_FULL_CODE: Final = 74
"""How a worker exits when not even its last event could be written (EX_IOERR)."""


def move_job(job: Job, folder: str, *, root: str = "") -> Job:
    """Give a job another folder, or checkout of the project, to be run once more.

    Args:
        job: Such as one that was read from an earlier run.
        folder: The new folder; its arguments name it wherever they named the old one.
        root: The root of the other checkout, likewise; empty for the same.

    Returns:
        The job.
    """
    root = root or job.root

    def moved(word: str) -> str:
        # The folder lies below the root as a rule: each word is moved once.
        if word.startswith(f"{STORE}="):
            return word
        if job.folder in word:
            return word.replace(job.folder, folder)
        return word.replace(job.root, root)

    words = tuple(map(moved, job.arguments))
    return replace(job, folder=folder, root=root, arguments=words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a job ended.

    Attributes:
        failure: Why there is no complete record; None if there is one.
        skipped: The reason, if the experiment skipped itself; else empty.
        output: The end of what the run printed.
        queued_s: How long it waited for its turn, as far as the engine says [s].
        attempts: Earlier attempts at it that came to nothing, in order.
        wall_s: How long it took, if it ended before anybody watched it [s]; else 0.
    """

    failure: Failure | None = None
    skipped: str = ""
    output: str = ""
    queued_s: float = 0.0
    attempts: tuple[Attempt, ...] = ()
    wall_s: float = 0.0


class Submission(Protocol):
    """A job that was submitted.

    Attributes:
        job: The job.
    """

    job: Job

    def events(self) -> tuple[Event, ...]:
        """Return the events since the last call; never waits."""

    def poll(self) -> Ending | None:
        """Return how the job ended, or None while it runs; never waits long."""

    def cancel(self) -> None:
        """Stop the job and everything that it started; harmless when it ended."""


class Launcher(Protocol):
    """Something that can execute jobs."""

    def submit(self, job: Job) -> Submission:
        """Start a job.

        Args:
            job: The job; its folder exists.

        Returns:
            A handle on it.

        Raises:
            LaunchError: If it cannot be started at all.
        """


class LastingSubmission(Submission, Protocol):
    """A submitted job that outlives the process that submitted it.

    Attributes:
        handle: What its engine calls it, by which another process can `adopt` it.
    """

    handle: str


@runtime_checkable
class LastingLauncher(Protocol):
    """A launcher whose engine keeps jobs when the process that submitted them dies."""

    def submit(self, job: Job) -> LastingSubmission:
        """Start a job; see `Launcher`."""

    def adopt(self, job: Job, handle: str) -> LastingSubmission | None:
        """Watch a job that an earlier process submitted.

        Args:
            job: The job, as it was submitted.
            handle: What its engine calls it.

        Returns:
            A handle on it; None where the engine does not know it any more.
        """
