"""Kill real workers, by themselves and from outside, and look at what they end with."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pytest_repro import wire
from pytest_repro.checkpoints import nearest_checkpoint
from pytest_repro.launchers import Ending, LocalLauncher
from pytest_repro.launchers.local import LocalSubmission
from pytest_repro.launchers.protocol import JOB, RECORD
from pytest_repro.records import EventKind, Job, RunRecord, Verdict
from pytest_repro.references import read_record
from pytest_repro.replication import PlannedRun, Pool, choose_deaths, drill
from pytest_repro.verdicts import judge_resumed

__all__ = [
    "Killed",
    "failure_of",
    "kill_all",
    "kill_from_outside",
    "let_it_kill_itself",
    "plain_runs",
]

PAUSE_S = 0.005
FROM_OUTSIDE = 0.3
FOREIGN = ("CI", "GITHUB_", "PYTEST_", "PYTHONHASHSEED")


@dataclass(frozen=True, slots=True, kw_only=True)
class Killed:
    """What became of a run that was killed.

    Attributes:
        experiment: The node id.
        kills: How often it was killed.
        verdict: On its record, held against that of an uninterrupted run.
    """

    experiment: str
    kills: int
    verdict: Verdict


class Quiet:
    """A watcher that does not look."""

    def started(self, run: PlannedRun) -> None:
        """Ignore a start."""

    def heard(self, run: PlannedRun, event: object) -> None:
        """Ignore an event."""

    def ended(self, run: PlannedRun) -> None:
        """Ignore an end."""

    def tick(self) -> None:
        """Do nothing."""


def plain_runs(root: Path, out: Path, *arguments: str) -> list[Path]:
    """Run experiments without interruption; returns the folder of each run.

    Args:
        root: The project.
        out: Where runs go.
        *arguments: Of pytest.
    """
    command = [sys.executable, "-m", "pytest", "--repro", f"--repro-out={out}"]
    subprocess.run(
        [*command, "-p", "no:cacheprovider", "-p", "no:randomly", *arguments],
        cwd=root,
        env=inherited(),
        check=False,  # whether a reference holds does not matter here
        stdout=subprocess.DEVNULL,
    )
    return sorted(
        path.parent for path in out.rglob(JOB) if path.parent.name == "seed-0"
    )


def inherited() -> dict[str, str]:
    """Make the environment of a worker: ours, without what would steer it."""
    own = {k: v for k, v in os.environ.items() if not k.startswith(FOREIGN)}
    return {**own, "PYTEST_ADDOPTS": ""}


def let_it_kill_itself(plain: Path, *, kills: int, name: str) -> Killed:
    """Let the worker of a run kill itself at random places.

    Args:
        plain: The folder of the uninterrupted run.
        kills: How often.
        name: Of the occasion: chooses the places.
    """
    job = wire.read(Job, (plain / JOB).read_bytes())
    record = read_record(plain / RECORD)
    steps = record.anchor.resources.steps
    every = max(1, steps // 10)
    done = drill(
        Pool(LocalLauncher(inherited()), workers=1, watcher=Quiet()),
        PlannedRun(seed=job.seed),
        lambda run: moved(job, plain.with_name(f"{name} {run.label}")),
        deaths=choose_deaths(
            name, seed=job.seed, count=kills, steps=steps, every=every
        ),
        every=every,
    )
    last = done.last
    return judged(Path(last.folder), last.ending, record, kills=len(done.deaths))


def kill_from_outside(plain: Path, *, kills: int, source: random.Random) -> Killed:
    """Kill the worker of a run at random times, with `SIGKILL` from outside.

    Args:
        plain: The folder of the uninterrupted run.
        kills: How often.
        source: Chooses the times.
    """
    job = wire.read(Job, (plain / JOB).read_bytes())
    record = read_record(plain / RECORD)
    launcher = LocalLauncher(inherited())
    every = max(1, record.anchor.resources.steps // 20)
    length_s = record.anchor.resources.wall_s
    checkpoint: Path | None = None
    for number in range(kills + 1):
        attempt = moved(job, plain.with_name(f"outside {number}"))
        attempt = replace(
            attempt, checkpoint_every=every, resume_from=str(checkpoint or "")
        )
        submission = launcher.submit(attempt)
        wait_s = source.random() * length_s if number < kills else float("inf")
        ending = end_after(submission, wait_s)
        if ending is not None:
            return judged(Path(attempt.folder), ending, record, kills=number)
        checkpoint = nearest_checkpoint(Path(attempt.folder)) or checkpoint
    msg = "the last attempt is not killed, so it ends"
    raise AssertionError(msg)


def kill_all(plain: Sequence[Path], *, kills: int) -> Iterator[Killed]:
    """Kill runs, so often in all: three times in ten from outside.

    Args:
        plain: The folders of the uninterrupted runs.
        kills: How often in all, at least.

    Yields:
        What became of each run that was killed.
    """
    outside = round(kills * FROM_OUTSIDE / len(plain))
    inside = -(-kills // len(plain)) - outside
    source = random.Random(20260101)  # noqa: S311  # to be repeated
    left = kills
    for run in plain:
        for killed in (
            let_it_kill_itself(run, kills=inside, name="campaign"),
            kill_from_outside(run, kills=outside, source=source),
        ):
            left -= killed.kills
            yield killed
    if left > 0:  # some came to their end before their time had come
        yield let_it_kill_itself(plain[0], kills=left, name="the rest")


def failure_of(plain: Path, **changes: object) -> str:
    """Run the job of a run with other fields; returns why that failed."""
    job = wire.read(Job, (plain / JOB).read_bytes())
    changed = replace(moved(job, plain.with_name("changed")), **changes)  # type: ignore[arg-type]  # fields of it
    ending = end_after(LocalLauncher(inherited()).submit(changed), float("inf"))
    assert ending is not None
    assert ending.failure is not None
    return ending.failure.message


def end_after(submission: LocalSubmission, wait_s: float) -> Ending | None:
    """Kill a worker so long after it began; returns its ending if it came first."""
    since = float("inf")
    while (ending := submission.poll()) is None:
        if any(event.kind is EventKind.STARTED for event in submission.events()):
            since = time.monotonic()
        if time.monotonic() - since > wait_s:
            submission._group.end(grace_s=0.0)
            return None
        time.sleep(PAUSE_S)
    return ending


def moved(job: Job, folder: Path) -> Job:
    """Give a job another folder, empty and all its own."""
    folder.mkdir(parents=True)
    arguments = tuple(one.replace(job.folder, str(folder)) for one in job.arguments)
    return replace(job, folder=str(folder), arguments=arguments)


def judged(attempt: Path, ending: Ending, record: RunRecord, *, kills: int) -> Killed:
    """Judge the last attempt."""
    assert ending.failure is None, ending.failure
    obtained = read_record(attempt / RECORD)
    return Killed(
        experiment=obtained.identity.experiment,
        kills=kills,
        verdict=judge_resumed(obtained, record),
    )
