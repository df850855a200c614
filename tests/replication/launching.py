"""A launcher that starts nothing: its jobs take as many looks as they are told to."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pytest_repro.errors import LaunchError
from pytest_repro.launchers import Ending
from pytest_repro.records import Cause, Event, EventKind, Failure, Job
from pytest_repro.replication import PlannedRun

__all__ = ["Diary", "Pretended", "Pretender", "job_for", "planned"]


def planned(seeds: Iterable[int]) -> list[PlannedRun]:
    """Plan a whole run of each seed."""
    return [PlannedRun(seed=seed) for seed in seeds]


def job_for(run: PlannedRun) -> Job:
    """Make a job that nobody executes."""
    seed = run.seed
    return Job(experiment="test_it.py::test", seed=seed, root="/", folder=f"/{seed}")


@dataclass
class Pretended:
    """A job that ends after some looks.

    Attributes:
        job: The job.
        looks_left: How many polls it takes until it has ended.
        is_cancelled: Whether it was cancelled.
    """

    job: Job
    looks_left: int
    is_cancelled: bool = False

    def events(self) -> tuple[Event, ...]:
        """Say something in each look."""
        return (Event(kind=EventKind.PROGRESS, step=self.looks_left),)

    def poll(self) -> Ending | None:
        """End when the looks are used up; odd seeds fail."""
        self.looks_left -= 1
        if self.looks_left > 0:
            return None
        failure = Failure(cause=Cause.FAILED, message=f"seed {self.job.seed}")
        return Ending(failure=failure if self.job.seed % 2 else None)

    def cancel(self) -> None:
        """Remember it."""
        self.is_cancelled = True


@dataclass
class Pretender:
    """Submits jobs, and remembers how many ran at a time.

    Attributes:
        looks: How many polls each seed takes; 1 for those not named.
        refused: Seeds that cannot be launched.
        submitted: Every submission, in order.
        most: The largest number that ran at a time.
    """

    looks: dict[int, int] = field(default_factory=dict)
    refused: frozenset[int] = frozenset()
    submitted: list[Pretended] = field(default_factory=list)
    most: int = 0

    def submit(self, job: Job) -> Pretended:
        """Start nothing, or refuse to."""
        if job.seed in self.refused:
            msg = f"seed {job.seed} cannot be launched"
            raise LaunchError(msg)
        self.submitted.append(Pretended(job, self.looks.get(job.seed, 1)))
        running = sum(one.looks_left > 0 for one in self.submitted)
        self.most = max(self.most, running)
        return self.submitted[-1]


@dataclass
class Diary:
    """A watcher that writes down what it hears.

    Attributes:
        lines: What it heard, without ticks.
        ticks: How often it could have drawn.
        limit: After so many ticks a person presses Ctrl-C.
    """

    lines: list[tuple[str, int]] = field(default_factory=list)
    ticks: int = 0
    limit: int = 1000

    def started(self, run: PlannedRun) -> None:
        """Write down a start."""
        self.lines.append(("started", run.seed))

    def heard(self, run: PlannedRun, event: Event) -> None:
        """Write down an event."""
        self.lines.append((event.kind.value, run.seed))

    def ended(self, run: PlannedRun) -> None:
        """Write down an end."""
        self.lines.append(("ended", run.seed))

    def tick(self) -> None:
        """Count, until it is enough."""
        self.ticks += 1
        if self.ticks >= self.limit:
            raise KeyboardInterrupt
