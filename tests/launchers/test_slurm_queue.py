"""Slurm is asked once for all jobs, seldom, and what it does not say is not made up."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from pytest_repro.launchers.slurm_queue import FORGOTTEN, SlurmAnswer, SlurmQueue

DISABLED = "Slurm accounting storage is disabled"


@dataclass
class Slurm:
    """A cluster that says what it is told to say, and counts questions.

    Attributes:
        squeue: Whether the queue answers, and what.
        sacct: The same of the accounts.
        asked: The commands so far.
    """

    squeue: tuple[bool, str] = (True, "")
    sacct: tuple[bool, str] = (False, DISABLED)
    asked: list[str] = field(default_factory=list)

    def __call__(self, command: Sequence[str]) -> tuple[bool, str]:
        """Answer."""
        self.asked.append(" ".join(command))
        return self.squeue if command[0] == "squeue" else self.sacct


def queue_of(slurm: Slurm, *handles: str, every_s: float = 0.0) -> SlurmQueue:
    """Watch jobs."""
    queue = SlurmQueue(every_s=every_s, question=slurm)
    for handle in handles:
        queue.watch(handle)
    return queue


def test_one_question_is_for_all_jobs() -> None:
    """A thousand looks within a second are one command."""
    lines = "17|RUNNING|n1|None\n18_3|PENDING||Resources\n"
    slurm = Slurm(squeue=(True, lines))
    queue = queue_of(slurm, "17", "18_3", every_s=60.0)

    found = [queue.look(handle) for _ in range(500) for handle in ("17", "18_3")]

    assert found[:2] == [
        SlurmAnswer(state="RUNNING", nodes="n1"),
        SlurmAnswer(state="PENDING", reason="Resources"),
    ]
    assert len(slurm.asked) == 1
    assert "--jobs=17,18_3" in slurm.asked[0]


def test_controller_that_is_down_loses_no_job() -> None:
    """What was known stays; nothing is concluded from silence."""
    slurm = Slurm(squeue=(True, "17|RUNNING|n1|None\n"))
    queue = queue_of(slurm, "17")
    before = queue.look("17")

    slurm.squeue = (False, "slurm_load_jobs error: Unable to contact slurm controller")

    assert queue.look("17") == before
    assert len(slurm.asked) == 2


def test_accounts_know_what_the_queue_forgot() -> None:
    """A session that comes back the day after still hears how it ended."""
    slurm = Slurm(
        squeue=(False, "slurm_load_jobs error: Invalid job id specified"),
        sacct=(True, "17|CANCELLED by 0|n1|None\n"),
    )

    assert queue_of(slurm, "17").look("17") == SlurmAnswer(
        state="CANCELLED", nodes="n1"
    )


def test_without_accounts_a_job_is_forgotten() -> None:
    """The accounts are asked once, and never again."""
    slurm = Slurm(squeue=(True, ""))
    queue = queue_of(slurm, "17")

    first = queue.look("17")
    queue.watch("18")
    second = queue.look("18")

    assert first == second == SlurmAnswer(state=FORGOTTEN)
    assert sum("sacct" in command for command in slurm.asked) == 1


def test_accounts_that_are_down_lose_no_job() -> None:
    """Only an answer can say that a job is unknown."""
    slurm = Slurm(sacct=(False, "sacct: error: Connection refused"))

    assert queue_of(slurm, "17").look("17") is None


@pytest.mark.parametrize("state", ["PENDING", "RUNNING", "COMPLETING", "REQUEUED"])
def test_job_that_may_go_on_has_not_ended(state: str) -> None:
    """A job that was preempted and waits again is not lost."""
    assert not SlurmAnswer(state=state).has_ended


@pytest.mark.parametrize("state", ["TIMEOUT", "NODE_FAIL", "PREEMPTED", FORGOTTEN])
def test_job_that_cannot_go_on_has_ended(state: str) -> None:
    """These are final."""
    assert SlurmAnswer(state=state).has_ended


def test_ended_jobs_are_not_asked_for() -> None:
    """A session with a thousand jobs asks for those that are open."""
    slurm = Slurm(squeue=(True, "17|COMPLETED|n1|None\n18|RUNNING|n1|None\n"))
    queue = queue_of(slurm, "17", "18")
    queue.look("17")

    queue.look("18")

    assert "--jobs=18 " in slurm.asked[-1]
