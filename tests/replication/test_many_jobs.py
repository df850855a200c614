"""A thousand jobs on two workers: what a pool remembers of each is small.

The long version runs real workers and writes the memory of this process after 100, 500
and 1,000 jobs where `PYTEST_REPRO_FIGURES` says.
"""

import os
import tracemalloc
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pytest_repro import wire
from pytest_repro.launchers import Ending, LocalLauncher
from pytest_repro.launchers.stream import EventLog
from pytest_repro.records import Event, EventKind, Job
from pytest_repro.replication import PlannedRun, Pool
from tests.replication.killing import inherited
from tests.replication.launching import planned

FIGURES = Path(os.environ.get("PYTEST_REPRO_FIGURES", os.devnull))
OUTPUT = "x" * 20_000
KIB = 1024

TRIVIAL = """\
def test_trivial(repro):
    repro.log("end", 1.0)
"""


@dataclass
class Chatty:
    """A job that has ended, and printed a lot."""

    job: Job

    def events(self) -> tuple[Event, ...]:
        """Say much."""
        return tuple(Event(kind=EventKind.PROGRESS, step=step) for step in range(50))

    def poll(self) -> Ending:
        """Tell what was printed, of each job anew."""
        return Ending(output=f"{self.job.seed}{OUTPUT}")

    def cancel(self) -> None:
        """Do nothing."""


class Chatter:
    """Submits jobs that print a lot."""

    def submit(self, job: Job) -> Chatty:
        """Start nothing."""
        return Chatty(job)


@dataclass
class Gauge:
    """A watcher that measures memory after every job.

    Attributes:
        sizes: What Python has allocated, after each.
    """

    sizes: list[int] = field(default_factory=list)

    def started(self, run: PlannedRun) -> None:
        """Ignore a start."""

    def heard(self, run: PlannedRun, event: Event) -> None:
        """Ignore an event."""

    def ended(self, run: PlannedRun) -> None:  # noqa: ARG002  # as watchers do
        """Measure."""
        self.sizes.append(tracemalloc.get_traced_memory()[0])

    def tick(self) -> None:
        """Draw nothing."""


@dataclass
class Resident(Gauge):
    """The same, of the whole process."""

    def ended(self, run: PlannedRun) -> None:  # noqa: ARG002  # as watchers do
        """Measure the pages that are in memory."""
        pages = Path("/proc/self/statm").read_text().split()[1]
        self.sizes.append(int(pages) * os.sysconf("SC_PAGE_SIZE"))


def trivial(folder: Path, run: PlannedRun) -> Job:
    """Make the job of a real, trivial experiment."""
    own = folder / run.label
    own.mkdir()
    words = ("-p", "pytest_repro.plugin", "-p", "no:cacheprovider", "-qq")
    return Job(
        experiment="test_trivial.py::test_trivial",
        seed=run.seed,
        root=str(folder),
        folder=str(own),
        arguments=(*words, f"--repro-worker={own / 'job.json'}", "test_trivial.py"),
        variables={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )


def quick(run: PlannedRun) -> Job:
    """Make a job that nobody executes."""
    return Job(experiment="t", seed=run.seed, root="/", folder="/")


def test_pool_keeps_little_of_each_job() -> None:
    """Sixty jobs print 1.2 MB in all; less than 1.5 KiB stays of each."""
    gauge = Gauge()
    pool = Pool(Chatter(), workers=2, watcher=gauge)
    tracemalloc.start()

    runs = pool.run(planned(range(60)), quick)

    tracemalloc.stop()
    growth = gauge.sizes[-1] - gauge.sizes[9]
    assert len(runs) == 60
    assert growth < 50 * 1.5 * KIB


def test_few_events_stay_of_many(tmp_path: Path) -> None:
    """Those that an ending is told from; each of the others is told once."""
    steps = [Event(kind=EventKind.PROGRESS, step=step) for step in range(10_000)]
    lines = map(wire.write_line, (*steps, Event(kind=EventKind.FINISHED)))
    (tmp_path / "events").write_bytes(b"".join(lines))
    log = EventLog(tmp_path / "events")

    told = [len(log.tell()), len(log.tell())]
    kinds = [(event.kind, event.step) for event in log.seen]

    assert told == [10_001, 0]

    assert kinds == [(EventKind.PROGRESS, 9_999), (EventKind.FINISHED, None)]


@pytest.mark.campaign
def test_thousand_jobs_do_not_grow_the_memory(tmp_path: Path) -> None:
    """Real workers, two at a time: at most 2 KiB of the controller for each."""
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_trivial.py").write_text(TRIVIAL)
    gauge = Resident()
    pool = Pool(LocalLauncher(inherited()), workers=2, watcher=gauge)

    runs = pool.run(planned(range(1000)), lambda run: trivial(tmp_path, run))

    sizes = [gauge.sizes[number - 1] // KIB for number in (100, 500, 1000)]
    FIGURES.write_text(f"RSS after 100, 500, 1,000 jobs [KiB]: {sizes}\n")
    assert all(run.ending.failure is None for run in runs)
    assert sizes[2] - sizes[0] < 900 * 2
