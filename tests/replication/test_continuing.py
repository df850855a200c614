"""Each job of a killed session is taken over, watched further, resumed, or run anew."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from pytest_repro import wire
from pytest_repro.launchers import Ending, Submission
from pytest_repro.launchers.node import NOTE, OUTPUT
from pytest_repro.launchers.protocol import ENDING, EVENTS, HANDLE, INPUTS, JOB, RECORD
from pytest_repro.records import (
    Cause,
    Event,
    EventKind,
    Failure,
    Input,
    InputKind,
    Inputs,
    Job,
)
from pytest_repro.replication.continuing import ContinuingLauncher, Grounds
from pytest_repro.replication.journal import Entry, Journal, What
from tests.replication.launching import Pretended

READ = Inputs(items=(Input(kind=InputKind.FILE, name="data.py", state="sha256:1"),))


@dataclass
class Kept(Pretended):
    """A job of an engine that keeps jobs.

    Attributes:
        handle: What the engine calls it.
    """

    handle: str = "job-7"


@dataclass
class Engine:
    """A launcher whose engine knows some jobs of earlier processes.

    Attributes:
        knows: What it calls them.
        submitted: The jobs that were started here.
        adopted: The jobs that were not.
    """

    knows: tuple[str, ...] = ()
    submitted: list[Job] = field(default_factory=list)
    adopted: list[Kept] = field(default_factory=list)

    def submit(self, job: Job) -> Kept:
        """Start nothing, but write the job down."""
        (Path(job.folder) / JOB).write_bytes(wire.write(job))
        self.submitted.append(job)
        return Kept(job, 1)

    def adopt(self, job: Job, handle: str) -> Kept | None:
        """Know a job, or not."""
        if handle not in self.knows:
            return None
        self.adopted.append(Kept(job, 1, handle=handle))
        return self.adopted[-1]


@dataclass
class World:
    """A session that was killed after it had submitted one job.

    Attributes:
        out: The folder of its runs.
        job: The job.
        engine: Where jobs run.
        footing: What a job would run on now.
        changed: Which inputs are others now.
        asked: Of which inputs that was asked.
    """

    out: Path
    job: Job
    engine: Engine
    footing: str = "before"
    changed: tuple[str, ...] = ()
    asked: list[Inputs] = field(default_factory=list)

    def launcher(self) -> ContinuingLauncher:
        """Begin the session that goes on with it."""
        journal = Journal(self.out / "session.jsonl")
        journal.begin(continues=True)
        return ContinuingLauncher(
            self.engine,
            journal,
            out=self.out,
            grounds=Grounds(
                footing=lambda job: self.footing,  # noqa: ARG005  # as it is asked
                changes=self._changes,
            ),
        )

    def _changes(self, inputs: Inputs) -> tuple[str, ...]:
        self.asked.append(inputs)
        return self.changed

    def leave(self, name: str, data: bytes = b"") -> None:
        """Leave a file in the folder of the job."""
        path = Path(self.job.folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def whats(self) -> list[What]:
        """List what the journal tells."""
        return [one.what for one in Journal(self.out / "session.jsonl").read()]


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A job that was submitted, and nothing more."""
    folder = tmp_path / "runs" / "seed-0"
    folder.mkdir(parents=True)
    job = Job(experiment="t.py::test", seed=0, root="/", folder=str(folder))
    journal = Journal(tmp_path / "session.jsonl")
    journal.begin(continues=False)
    entry = Entry(what=What.SUBMITTED, folder="runs/seed-0", footing="before")
    journal.append(entry)
    world = World(tmp_path, job, Engine())
    world.leave(JOB, wire.write(job))
    return world


def is_new(submission: Submission, world: World) -> bool:
    """Tell whether a job was started anew."""
    return submission.poll() is not None and len(world.engine.submitted) == 1


def test_run_that_ended_is_taken_over(world: World) -> None:
    """With what it came to then, however long that took."""
    world.leave(ENDING, wire.write(Ending(wall_s=12.5, queued_s=3.0)))
    world.leave(INPUTS, wire.write(READ))

    launcher = world.launcher()

    assert launcher.submit(world.job).poll() == Ending(wall_s=12.5, queued_s=3.0)
    assert world.engine.submitted == []
    told = launcher.told("t.py::test")
    assert told == "1 run taken over from the interrupted session"
    assert launcher.told("t.py::test") == ""


def test_last_word_of_a_worker_counts_as_its_end(world: World) -> None:
    """The controller may have died before it could write that down."""
    world.leave(EVENTS, wire.write_line(Event(kind=EventKind.FINISHED)))
    world.leave(INPUTS, wire.write(READ))
    (Path(world.job.folder) / RECORD).mkdir()

    ending = world.launcher().submit(world.job).poll()

    assert ending is not None
    assert (ending.failure, world.engine.submitted) == (None, [])


def test_run_without_its_record_runs_anew(world: World) -> None:
    """A word alone is no result."""
    world.leave(EVENTS, wire.write_line(Event(kind=EventKind.FINISHED)))
    world.leave(INPUTS, wire.write(READ))

    assert is_new(world.launcher().submit(world.job), world)


def test_changed_input_makes_it_run_anew(world: World) -> None:
    """The reason is told; what it left before is kept aside."""
    world.leave(ENDING, wire.write(Ending()))
    world.leave(INPUTS, wire.write(READ))
    world.changed = ("data.py changed",)

    launcher = world.launcher()

    assert is_new(launcher.submit(world.job), world)
    assert launcher.told("t.py::test") == "seed 0: begun again: data.py changed"
    assert (Path(world.job.folder) / "attempts" / "1" / ENDING).exists()


OF_THE_NODE = (
    Input(kind=InputKind.MACHINE, name="cores", state="1"),
    Input(kind=InputKind.PACKAGE, name="numpy", state="2.4.6"),
    Input(kind=InputKind.VARIABLE, name="CUDA_*", state="absent"),
    Input(kind=InputKind.IMPORT, name="/opt/lib", state="sha256:2"),
)
OF_THE_RUN = (
    *READ.items,
    Input(kind=InputKind.IMPORT, name=".", state="sha256:3"),
    Input(kind=InputKind.VARIABLE, name="RATE", state="sha256:4"),
)


def test_node_of_an_engine_is_not_held_against_this_machine(world: World) -> None:
    """It has other processors; what the run read besides is still looked at."""
    world.leave(ENDING, wire.write(Ending()))
    world.leave(INPUTS, wire.write(Inputs(items=(*OF_THE_NODE, *OF_THE_RUN))))
    world.leave(HANDLE, b"job-7")

    world.launcher().submit(world.job)

    assert world.engine.submitted == []
    assert world.asked == [Inputs(items=OF_THE_RUN)]


@pytest.mark.parametrize(
    ("footing", "changed"), [("after", ()), ("before", ("data.py changed",))]
)
def test_run_of_an_engine_stands_on_both(
    world: World, footing: str, changed: tuple[str, ...]
) -> None:
    """On what the controller ran on, and on what the run read."""
    world.leave(ENDING, wire.write(Ending()))
    world.leave(INPUTS, wire.write(READ))
    world.leave(HANDLE, b"job-7")
    world.footing, world.changed = footing, changed

    assert is_new(world.launcher().submit(world.job), world)


def test_note_of_a_node_is_not_read_as_that_of_the_next(world: World) -> None:
    """It says that the worker has ended, and lies with what that left."""
    world.leave(ENDING, wire.write(Ending()))
    world.leave(INPUTS, wire.write(READ))
    world.leave(NOTE, b"ended")
    world.leave(OUTPUT, b"said")
    world.changed = ("data.py changed",)

    world.launcher().submit(world.job)

    folder = Path(world.job.folder)
    assert not (folder / NOTE).exists()
    assert not (folder / OUTPUT).exists()
    assert (folder / "attempts" / "1" / NOTE).read_bytes() == b"ended"


def test_run_that_nobody_followed_stands_on_code_packages_and_machine(
    world: World,
) -> None:
    """Such as one under noise, or one that was resumed."""
    world.leave(ENDING, wire.write(Ending()))
    world.footing = "after"

    launcher = world.launcher()

    assert is_new(launcher.submit(world.job), world)
    assert "code, packages or machine changed" in launcher.told("t.py::test")


def test_failed_run_runs_anew(world: World) -> None:
    """Whoever goes on has perhaps mended what no file tells of."""
    failure = Failure(cause=Cause.TIMED_OUT, message="no end")
    world.leave(ENDING, wire.write(Ending(failure=failure)))
    world.leave(INPUTS, wire.write(READ))

    assert is_new(world.launcher().submit(world.job), world)


def test_other_job_in_the_same_place_runs_anew(world: World) -> None:
    """A flag may have changed between the two sessions."""
    world.leave(ENDING, wire.write(Ending()))
    world.leave(INPUTS, wire.write(READ))

    launcher = world.launcher()

    assert is_new(launcher.submit(replace(world.job, horizon=3)), world)
    assert "asked for in another way" in launcher.told("t.py::test")


def test_job_that_an_engine_still_runs_is_watched_further(world: World) -> None:
    """It is not started a second time."""
    world.leave(HANDLE, b"job-7")
    world.engine.knows = ("job-7",)

    submission = world.launcher().submit(world.job)

    assert submission.poll() is not None
    assert [one.job for one in world.engine.adopted] == [world.job]
    assert world.engine.submitted == []
    assert What.ADOPTED in world.whats()


def test_job_that_runs_on_what_is_gone_is_stopped(world: World) -> None:
    """Its result would be that of other code."""
    world.leave(HANDLE, b"job-7")
    world.engine.knows = ("job-7",)
    world.footing = "after"

    assert is_new(world.launcher().submit(world.job), world)
    assert world.engine.adopted[0].is_cancelled


def test_job_that_its_engine_forgot_runs_anew(world: World) -> None:
    """As after a restart of the engine; its new name is kept."""
    world.leave(HANDLE, b"job-3")

    assert is_new(world.launcher().submit(world.job), world)
    assert (Path(world.job.folder) / HANDLE).read_bytes() == b"job-7"


def test_run_with_checkpoints_is_resumed(world: World) -> None:
    """At the last one, if it would run on the same as before."""
    world.leave("checkpoints/loop0-step00000010.checkpoint")
    world.leave("checkpoints/loop0-step00000020.checkpoint")

    launcher = world.launcher()
    launcher.submit(world.job)

    (job,) = world.engine.submitted
    assert job.resume_from.endswith("loop0-step00000020.checkpoint")
    assert launcher.told("t.py::test") == "seed 0: resumed at loop0-step00000020"


def test_checkpoint_of_other_code_is_thrown_away(world: World) -> None:
    """A run half of one and half of another code is no run of either."""
    world.leave("checkpoints/loop0-step00000010.checkpoint")
    world.footing = "after"

    world.launcher().submit(world.job)

    (job,) = world.engine.submitted
    assert job.resume_from == ""
    assert not (Path(world.job.folder) / "checkpoints").exists()


def test_job_that_the_killed_session_never_submitted_runs_anew(world: World) -> None:
    """What lies there is of a session before that, which ended."""
    other = replace(world.job, folder=str(world.out / "runs" / "seed-1"), seed=1)
    Path(other.folder).mkdir()
    (Path(other.folder) / ENDING).write_bytes(wire.write(Ending()))

    assert is_new(world.launcher().submit(other), world)
    assert not (Path(other.folder) / "attempts").exists()


def test_end_is_written_down_at_once(world: World) -> None:
    """So that a kill at any moment afterwards costs nothing."""
    submission = world.launcher().submit(world.job)

    ending = submission.poll()

    kept = wire.read(Ending, (Path(world.job.folder) / ENDING).read_bytes())
    assert ending is not None
    assert replace(kept, wall_s=0.0) == ending
    assert world.whats()[-1] is What.ENDED


def test_closed_journal_is_not_continued(tmp_path: Path) -> None:
    """Nor is one that is not there."""
    journal = Journal(tmp_path / "out" / "session.jsonl")

    assert not journal.begin(continues=True)
    journal.append(Entry(what=What.SUBMITTED, folder="a"))
    assert journal.begin(continues=True)
    journal.append(Entry(what=What.CLOSED))
    assert not journal.begin(continues=True)


def test_torn_line_costs_no_other(tmp_path: Path) -> None:
    """The line after it stands alone."""
    path = tmp_path / "session.jsonl"
    journal = Journal(path)
    journal.begin(continues=False)
    path.write_bytes(path.read_bytes() + b'{"what": "submi')

    journal.append(Entry(what=What.SUBMITTED, folder="a"))

    assert [one.what for one in journal.read()] == [What.BEGUN, What.SUBMITTED]
