"""Slurm keeps what every launcher promises, and requeues without losing a bit.

Run by `ci/slurm.sh`, which offers a cluster; skipped where there is none.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from pytest_repro.errors import LaunchError
from pytest_repro.launchers import Submission
from pytest_repro.launchers.node import read_note
from pytest_repro.launchers.protocol import JOB
from pytest_repro.launchers.slurm import SlurmLauncher, SlurmSubmission
from pytest_repro.records import Cause, Job
from pytest_repro.testing import LauncherConformance
from pytest_repro.testing.subject import PACE
from pytest_repro.testing.trials import (
    Trials,
    Watched,
    failure_of,
    has_said,
    load,
    record_of,
    same_bits,
    wait_until,
)

BUILD = "pytest_repro.launchers.slurm:build"

pytestmark = [
    pytest.mark.skipif(
        importlib.util.find_spec("submitit") is None,
        reason="submitit is not installed: pip install 'pytest-repro[slurm]'",
    ),
    pytest.mark.skipif(
        shutil.which("sbatch") is None or "SLURM_CONF" not in os.environ,
        reason="no Slurm is offered: run with ci/slurm.sh",
    ),
]


def processes_of(job: Job) -> list[int]:
    """List the processes that were told of a job, workers and those beside them."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if entry.name.isdecimal() and job.folder.encode() in words:
            found.append(int(entry.name))
    return found


class TestSlurm(LauncherConformance):
    """The conformance suite, on two nodes."""

    build = BUILD

    @pytest.fixture
    def options(self) -> Mapping[str, object]:
        """Ask for little, and for no second attempt: a lost worker is to be seen."""
        return {"partition": "main", "memory_mib": 1000, "requeue": False}

    def lose(self, submission: Submission) -> None:
        """Kill all that stands on the node."""
        for pid in processes_of(submission.job):
            os.kill(pid, signal.SIGKILL)


def submit(job: Job, **options: object) -> Watched:
    """Submit a job; returns it under watch."""
    return Watched(load(BUILD, options).submit(job))


def handle_of(watched: Watched) -> str:
    """Return the id of the Slurm job."""
    assert isinstance(watched.submission, SlurmSubmission)
    return watched.submission.handle


def slurm(*command: str) -> None:
    """Run one of Slurm's commands."""
    subprocess.run(command, check=False, capture_output=True)


def test_preempted_job_is_resumed_by_slurm_itself(tmp_path: Path) -> None:
    """A more urgent job takes both nodes; afterwards the run ends with its own bits."""
    trials = Trials(tmp_path)
    job = trials.job("test_trains", checkpoint_every=2, variables={PACE: "0.4"})
    urgent = [trials.job("test_trains", name=f"urgent-{n}") for n in range(2)]
    watched = submit(job, partition="main")
    wait_until(lambda: has_said(job, step=4), "the run has come to step 4")

    others = [submit(one, partition="urgent") for one in urgent]
    ending = watched.wait()

    note = read_note(Path(job.folder))
    assert [one.wait().failure for one in others] == [None, None]
    assert ending.failure is None, ending
    assert note is not None
    assert note.attempt == 2
    assert 'resume_from": "/' in (Path(job.folder) / JOB).read_text(encoding="utf-8")
    assert same_bits(record_of(job), trials.local_record())


@pytest.mark.campaign
def test_time_limit_of_slurm_is_a_time_out(tmp_path: Path) -> None:
    """Who declares a limit hears so; Slurm counts in minutes, so this takes one."""
    job = Trials(tmp_path).job("test_hangs", timeout_s=None)
    watched = submit(job, sbatch={"time": "00:00:01"})

    failure = failure_of(watched.wait(patience_s=200.0))

    assert failure.cause is Cause.TIMED_OUT
    assert failure.message.endswith("was stopped at Slurm's own time limit")


def test_node_that_fails_loses_the_run(tmp_path: Path) -> None:
    """It is no crash of the experiment, so that it may be tried again."""
    job = Trials(tmp_path).job("test_hangs")
    watched = submit(job, requeue=False, sbatch={"nodelist": "n2"})
    wait_until(lambda: has_said(job, step=0) or bool(processes_of(job)), "it runs")

    slurm("scontrol", "update", "nodename=n2", "state=down", "reason=trial")
    failure = failure_of(watched.wait())
    slurm("scontrol", "update", "nodename=n2", "state=resume")  # unless it is back

    assert failure.cause is Cause.INTERRUPTED
    assert failure.message.endswith("NODE_FAIL")


def test_job_that_somebody_cancels_is_lost(tmp_path: Path) -> None:
    """Whoever typed scancel did not judge the experiment."""
    job = Trials(tmp_path).job("test_hangs")
    watched = submit(job)

    slurm("scancel", handle_of(watched))
    failure = failure_of(watched.wait())

    assert failure.cause is Cause.INTERRUPTED
    assert "was cancelled by somebody else" in failure.message


def test_array_is_one_submission(tmp_path: Path) -> None:
    """Each job of it has its own ending, and knows how long it was queued."""
    trials = Trials(tmp_path)
    launcher = load(BUILD, {})
    assert isinstance(launcher, SlurmLauncher)
    names = ("test_trains", "test_exits", "test_skips")

    found = launcher.submit_all([trials.job(name) for name in names])

    trained, left, skipped = [Watched(one).wait() for one in found]
    assert len({one.handle.partition("_")[0] for one in found}) == 1
    assert trained.failure is None
    assert failure_of(left).exit_code == 3
    assert skipped.skipped
    assert trained.queued_s > 0


def test_no_pickle_stays_beside_a_record(tmp_path: Path) -> None:
    """What submitit wrote to start a job is gone when that has ended."""
    job = Trials(tmp_path).job("test_trains")
    watched = submit(job)

    watched.wait()

    time.sleep(1.0)  # the node ends after its worker
    assert list(Path(job.folder).rglob("*.pkl")) == []


def test_refusal_says_why(tmp_path: Path) -> None:
    """Slurm's own words come through."""
    job = Trials(tmp_path).job("test_trains")

    with pytest.raises(LaunchError, match=r"did not take the job.*partition"):
        submit(job, partition="nowhere")
