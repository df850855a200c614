"""Run a job that was run before, once more and a little differently.

Whoever asks why a run differs needs no session: the job lies in the run's folder. It
may end early, trace its operations, take another variation, or run the code of another
checkout. Nothing is judged here.
"""

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pytest_repro import wire
from pytest_repro.errors import RecordError
from pytest_repro.launchers import Ending, Launcher, Submission
from pytest_repro.launchers.protocol import JOB, RECORD, move_job
from pytest_repro.records import Job, RunRecord, Window
from pytest_repro.references import read_record

__all__ = [
    "Replay",
    "Replayed",
    "read_job",
    "replay_all",
    "shortened",
]

PAUSE_S: Final = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A rerun that is wanted.

    Attributes:
        name: Of its folder; different from that of any other replay.
        job: What is run: the job with whatever is changed about it.
    """

    name: str
    job: Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A rerun that has ended.

    Attributes:
        name: Which.
        record: What it left; None if it failed.
        problem: Why there is no record; empty if there is one.
        wall_s: How long it took, start of the worker included [s].
    """

    name: str
    record: RunRecord | None
    problem: str = ""
    wall_s: float = 0.0


def read_job(folder: Path) -> Job:
    """Read the job of a run.

    Args:
        folder: The run's folder.

    Returns:
        The job.

    Raises:
        RecordError: If there is none, or it cannot be read.
    """
    try:
        return wire.read(Job, (folder / JOB).read_bytes())
    except (OSError, ValueError) as error:
        msg = f"this run cannot be repeated: {error}"
        remedy = "run the experiment again with: pytest --repro"
        raise RecordError(msg, path=str(folder / JOB), remedy=remedy) from error


def shortened(job: Job, *, until: int | None, window: Window | None = None) -> Job:
    """Let a job end right after a step.

    Args:
        job: The job.
        until: The last step that is run; None to run to the end.
        window: Which steps' operations are traced.

    Returns:
        The job, unperturbed.
    """
    horizon = job.horizon if until is None else max(until + 1, 1)
    return replace(
        job,
        horizon=horizon,
        ends_at_horizon=until is not None,
        window=window,
        replica=0,
    )


def replay_all(
    launcher: Launcher,
    replays: Sequence[Replay],
    *,
    folder: Path,
    workers: int,
    is_enough: Callable[[Replayed], bool] = lambda _: False,
) -> tuple[Replayed, ...]:
    """Run jobs side by side.

    Args:
        launcher: Where they run.
        replays: What is run, in the order in which it is started.
        folder: Where each gets a folder; one of the same name is replaced.
        workers: How many run at a time.
        is_enough: Asked about each that has ended, in order; if so, the others are
            stopped.

    Returns:
        Those that have ended, in the order of `replays`, up to the one that is enough.

    Raises:
        LaunchError: If a worker cannot be started.
    """
    waiting = list(replays)
    running: dict[str, tuple[Submission, float]] = {}
    ended: dict[str, Replayed] = {}
    told: list[Replayed] = []
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                one = waiting.pop(0)
                own = _fresh(folder / one.name)
                submission = launcher.submit(move_job(one.job, str(own)))
                running[one.name] = (submission, time.monotonic())
            ended |= _look(running)
            while len(told) < len(replays) and replays[len(told)].name in ended:
                told.append(ended[replays[len(told)].name])
                if is_enough(told[-1]):
                    return tuple(told)
            time.sleep(PAUSE_S)
    finally:
        for submission, _ in running.values():
            submission.cancel()
    return tuple(told)


def _look(running: dict[str, tuple[Submission, float]]) -> dict[str, Replayed]:
    ended: dict[str, Replayed] = {}
    for name, (submission, since) in list(running.items()):
        ending = submission.poll()
        submission.events()
        if ending is not None:
            del running[name]
            wall_s = time.monotonic() - since
            ended[name] = _replayed(name, submission.job, ending, wall_s=wall_s)
    return ended


def _replayed(name: str, job: Job, ending: Ending, *, wall_s: float) -> Replayed:
    problem = ending.skipped
    if ending.failure is not None:
        problem = f"{ending.failure.cause}: {ending.failure.message}"
    if problem:
        return Replayed(name=name, record=None, problem=problem, wall_s=wall_s)
    try:
        record = read_record(Path(job.folder) / RECORD)
    except RecordError as error:
        return Replayed(name=name, record=None, problem=str(error), wall_s=wall_s)
    return Replayed(name=name, record=record, wall_s=wall_s)


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
