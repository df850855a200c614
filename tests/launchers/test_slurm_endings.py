"""How Slurm says that a job ended becomes a typed cause; no cluster is needed."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from pytest_repro.launchers import Ending, remote
from pytest_repro.launchers.slurm import FILES, SlurmSubmission
from pytest_repro.launchers.slurm_queue import SlurmQueue
from pytest_repro.records import Cause, Job


def ending_by(folder: Path, state: str, why: str = "NonZeroExitCode") -> Ending:
    """Let Slurm say a state of a job that left nothing."""

    def answer(command: Sequence[str]) -> tuple[bool, str]:
        return command[0] == "squeue", f"17|{state}|n1|{why}\n"

    job = Job(experiment="t", seed=0, root=str(folder), folder=str(folder))
    queue = SlurmQueue(every_s=0.0, question=answer)
    queue.watch("17")
    log = folder / FILES / "17_0_log.out"
    log.parent.mkdir()
    log.write_text("slurmstepd: error: last words", encoding="utf-8")
    found = SlurmSubmission(job, "17", queue=queue, files=log.parent)
    ending = None
    while ending is None:
        ending = found.poll()
    return ending


@pytest.mark.parametrize(
    ("state", "cause", "message"),
    [
        ("OUT_OF_MEMORY", Cause.OUT_OF_MEMORY, "took more memory than it may"),
        ("TIMEOUT", Cause.TIMED_OUT, "Slurm job 17 on n1 was stopped at Slurm's own"),
        ("DEADLINE", Cause.TIMED_OUT, "time limit"),
        ("CANCELLED", Cause.INTERRUPTED, "was cancelled by somebody else"),
        ("NODE_FAIL", Cause.INTERRUPTED, "Slurm job 17 on n1: NODE_FAIL"),
        ("PREEMPTED", Cause.INTERRUPTED, "Slurm job 17 on n1: PREEMPTED"),
        ("BOOT_FAIL", Cause.INTERRUPTED, "Slurm job 17 on n1: BOOT_FAIL"),
        ("FAILED", Cause.CRASHED, "without a word of its worker (NonZeroExitCode)"),
    ],
)
def test_state_has_a_cause(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    state: str,
    cause: Cause,
    message: str,
) -> None:
    """What is lost may be tried again; the log of Slurm comes along."""
    monkeypatch.setattr(remote, "VISIBLE_WITHIN_S", 0.05)

    ending = ending_by(tmp_path, state)

    assert ending.failure is not None
    assert ending.failure.cause is cause
    assert message in ending.failure.message
    assert ending.output.endswith("last words")


def test_job_that_waits_for_ever_is_told(tmp_path: Path) -> None:
    """A limit that the partition does not have would keep a session waiting."""
    ending = ending_by(tmp_path, "PENDING", "PartitionTimeLimit")

    assert ending.failure is not None
    assert ending.failure.message == "Slurm job 17 cannot start: PartitionTimeLimit"
