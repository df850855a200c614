"""Trials of a launcher: a small project, jobs in it, and what is left of them.

Nothing here waits without an end: a launcher that never answers fails, after so long.
"""

import importlib
import os
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, cast

from pytest_repro.determinism import worker_variables
from pytest_repro.launchers import Ending, Launcher, LocalLauncher, Submission
from pytest_repro.launchers.named import Build
from pytest_repro.launchers.protocol import EVENTS, JOB, RECORD
from pytest_repro.launchers.stream import EventReader
from pytest_repro.records import (
    WORKER_FLAG,
    Determinism,
    Event,
    Failure,
    Job,
    RunRecord,
)
from pytest_repro.references import read_record
from pytest_repro.testing import subject

__all__ = [
    "Trials",
    "Watched",
    "beats",
    "failure_of",
    "load",
    "same_bits",
    "wait_until",
]

PATIENCE_S: Final = 120.0
PAUSE_S: Final = 0.02
SILENCE_S: Final = 1.0
TEST_FILE: Final = "test_subject.py"

_DROPPED: Final = ("PYTEST_CURRENT_TEST", "PYTEST_XDIST_")


@dataclass(slots=True)
class Watched:
    """A submitted job, with every event that was heard of it.

    Attributes:
        submission: The job.
        events: What the worker said, in order.
    """

    submission: Submission
    events: list[Event] = field(default_factory=list)

    def look(self) -> Ending | None:
        """Take fresh events, and return how the job ended if it did."""
        ending = self.submission.poll()
        self.events += self.submission.events()
        return ending

    def wait(self, *, patience_s: float = PATIENCE_S) -> Ending:
        """Watch until the job ends.

        Args:
            patience_s: A launcher that takes longer fails [s].

        Returns:
            How it ended.
        """
        ending: list[Ending] = []

        def has_ended() -> bool:
            found = self.look()
            ending.extend([] if found is None else [found])
            return found is not None

        wait_until(has_ended, "the job has ended", patience_s=patience_s)
        return ending[0]


@dataclass(frozen=True, slots=True)
class Trials:
    """Makes jobs in a project of its own.

    Attributes:
        folder: Where the project and the folders of its jobs lie.
    """

    folder: Path

    @property
    def root(self) -> Path:
        """The root of the project; written at first use."""
        root = self.folder / "project"
        if not root.is_dir():
            root.mkdir(parents=True)
            (root / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
            shutil.copyfile(subject.__file__, root / TEST_FILE)
        return root

    def job(self, test: str, *, name: str = "", **fields: object) -> Job:
        """Make a job.

        Args:
            test: The function of `subject`.
            name: Of its folder; that of the test by default.
            **fields: Of the job, where they matter.

        Returns:
            The job; its folder exists.
        """
        root, folder = self.root, self.folder / "jobs" / (name or test)
        folder.mkdir(parents=True)
        experiment = f"{TEST_FILE}::{test}"
        variables = worker_variables(Determinism(), {})
        variables[subject.FOLDER] = str(folder)
        variables |= cast("Mapping[str, str]", fields.pop("variables", {}))
        arguments = (
            *("-p", "no:cacheprovider", "-c", str(root / "pytest.ini")),
            *(f"--rootdir={root}", "--import-mode=importlib", "--capture=no"),
            *("--no-summary", "-qq", f"{WORKER_FLAG}={folder / JOB}", experiment),
        )
        given: dict[str, object] = {"timeout_s": PATIENCE_S, **fields}
        return Job(
            experiment=experiment,
            seed=7,
            root=str(root),
            folder=str(folder),
            arguments=arguments,
            variables=variables,
            **given,  # type: ignore[arg-type]  # a field of `Job`, as the caller says
        )

    def local_record(self, test: str = "test_trains") -> RunRecord:
        """Run an experiment as a process of this machine.

        Args:
            test: The function of `subject`.

        Returns:
            Its record.
        """
        job = self.job(test, name=f"{test}-local")
        ending = Watched(LocalLauncher(inherited()).submit(job)).wait()
        assert ending.failure is None, ending
        return record_of(job)


def inherited(**own: str) -> dict[str, str]:
    """Return the environment that every worker gets, as a session gives it.

    Args:
        **own: Variables besides those of this process.

    Returns:
        The variables.
    """
    kept = {k: v for k, v in os.environ.items() if not k.startswith(_DROPPED)}
    return {**worker_variables(Determinism(), kept), "PYTEST_ADDOPTS": "", **own}


def load(build: str, options: Mapping[str, object], **own: str) -> Launcher:
    """Make a launcher, in this process or in another.

    Args:
        build: Where it is made, as an entry point is written: ``module:function``.
        options: What a project declares for it.
        **own: Variables that every worker gets besides those of this process.

    Returns:
        The launcher.
    """
    module, _, attribute = build.partition(":")
    made = cast("Build", getattr(importlib.import_module(module), attribute))
    return made(inherited(**own), options)


def record_of(job: Job) -> RunRecord:
    """Read what a job left behind.

    Args:
        job: The job.

    Returns:
        Its record.
    """
    return read_record(Path(job.folder) / RECORD)


def same_bits(obtained: RunRecord, reference: RunRecord) -> bool:
    """Tell whether two runs computed the same, bit for bit.

    Args:
        obtained: One run.
        reference: The other.

    Returns:
        Whether metrics, traces and fingerprints are equal.
    """
    ours, theirs = obtained.anchor, reference.anchor
    return (ours.metrics, ours.trace_root, ours.state_root) == (
        theirs.metrics,
        theirs.trace_root,
        theirs.state_root,
    )


def failure_of(ending: Ending) -> Failure:
    """Return the failure that there must be.

    Args:
        ending: How a job ended.

    Returns:
        Why there is no complete record.
    """
    assert ending.failure is not None, "the job is said to have ended well"
    return ending.failure


def has_said(job: Job, *, step: int) -> bool:
    """Tell whether a worker's events have come to a step.

    Args:
        job: The job.
        step: The step.

    Returns:
        Whether it was heard of.
    """
    events = EventReader(Path(job.folder) / EVENTS).read()
    return any(event.step is not None and event.step >= step for event in events)


def beats(job: Job, *, for_s: float = SILENCE_S) -> bool:
    """Tell whether the child of an experiment still lives.

    Args:
        job: The job.
        for_s: How long to look [s].

    Returns:
        Whether it wrote to its file in the meantime.
    """
    path = Path(job.folder) / "beat"

    def heard() -> bytes:
        return path.read_bytes() if path.exists() else b""

    before = heard()
    time.sleep(for_s)
    return heard() != before


def wait_until(
    is_so: Callable[[], bool], what: str, *, patience_s: float = PATIENCE_S
) -> None:
    """Wait for something that must come.

    Args:
        is_so: Asked many times a second.
        what: Is to be so, for the message.
        patience_s: For how long [s].
    """
    end = time.monotonic() + patience_s
    while not is_so():
        assert time.monotonic() < end, f"not within {patience_s:g} s: {what}"
        time.sleep(PAUSE_S)
