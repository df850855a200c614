"""What Slurm says of our jobs: one question for all of them, and not too often.

A controller that has `squeue` answer for each job each time is what makes clusters
slow for everybody. So all jobs share one answer, which stays fresh for a while.

`squeue` knows jobs until some minutes after their end; later `sacct` does, where the
cluster keeps accounts. A cluster that does not answer has not lost anything.
"""

import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

__all__ = ["ENDED", "FORGOTTEN", "SlurmAnswer", "SlurmQueue", "ask"]

FORGOTTEN: Final = "FORGOTTEN"
"""No state of Slurm's: neither the queue nor the accounts know the job."""

ENDED: Final = frozenset(
    {
        "BOOT_FAIL",
        "CANCELLED",
        "COMPLETED",
        "DEADLINE",
        "FAILED",
        FORGOTTEN,
        "LAUNCH_FAILED",
        "NODE_FAIL",
        "OUT_OF_MEMORY",
        "PREEMPTED",
        "RECONFIG_FAIL",
        "REVOKED",
        "TIMEOUT",
    }
)
"""States that a job does not leave; one that is queued again is PENDING instead."""

HOPELESS: Final = frozenset(
    {
        "AccountNotAllowed",
        "BadConstraints",
        "InvalidAccount",
        "InvalidQOS",
        "PartitionNodeLimit",
        "PartitionTimeLimit",
        "QOSNotAllowed",
    }
)
"""Reasons to wait for ever: what was asked for is not to be had."""

PATIENCE_S: Final = 20.0
UNKNOWN: Final = "Invalid job id"
NO_ACCOUNTS: Final = "accounting storage is disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlurmAnswer:
    """What Slurm says of a job.

    Attributes:
        state: Such as ``RUNNING``.
        nodes: Where it runs, or ran; empty before.
        reason: Why it waits, or failed; empty if nobody says.
    """

    state: str
    nodes: str = ""
    reason: str = ""

    @property
    def has_ended(self) -> bool:
        """Whether the job does not run any more, and will not again."""
        return self.state in ENDED

    @property
    def cannot_start(self) -> bool:
        """Whether the job waits for what will never be."""
        return self.state == "PENDING" and self.reason in HOPELESS


Ask = Callable[[Sequence[str]], tuple[bool, str]]
"""Runs a command; tells whether it answered, and what it printed."""


def ask(command: Sequence[str]) -> tuple[bool, str]:
    """Run one of Slurm's commands.

    Args:
        command: Program and arguments.

    Returns:
        Whether it answered, and its answer or its complaint.
    """
    try:
        done = subprocess.run(  # noqa: S603  # our own command line
            [*command],
            capture_output=True,
            check=False,
            text=True,
            errors="replace",
            timeout=PATIENCE_S,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return False, str(error)
    return done.returncode == 0, done.stdout if done.returncode == 0 else done.stderr


class SlurmQueue:
    """What is known of all our jobs."""

    def __init__(self, *, every_s: float, question: Ask = ask) -> None:
        """Ask nothing yet.

        Args:
            every_s: How long an answer stays fresh [s].
            question: Asks Slurm.
        """
        self._every_s = every_s
        self._ask = question
        self._known: dict[str, SlurmAnswer] = {}
        self._watched: dict[str, None] = {}
        self._asked = float("-inf")
        self._has_accounts = True

    def watch(self, handle: str) -> None:
        """Ask for one more job from now on.

        Args:
            handle: Its id, such as ``17`` or ``17_3``.
        """
        self._watched[handle] = None

    def forget(self, handle: str) -> None:
        """Ask for a job no longer.

        Args:
            handle: Its id.
        """
        self._watched.pop(handle, None)
        self._known.pop(handle, None)

    def look(self, handle: str, *, is_urgent: bool = False) -> SlurmAnswer | None:
        """Say how a job is, by an answer that is fresh enough.

        Args:
            handle: Its id; it is watched.
            is_urgent: Whether to ask now, however fresh the last answer is.

        Returns:
            What is known; None while Slurm has not answered.
        """
        now = time.monotonic()
        if is_urgent or now - self._asked >= self._every_s:
            self._asked = now
            self._refresh()
        return self._known.get(handle)

    def _refresh(self) -> None:
        open_jobs = [
            handle
            for handle in self._watched
            if handle not in self._known or not self._known[handle].has_ended
        ]
        if not open_jobs:
            return
        jobs = ",".join(open_jobs)
        command = ["squeue", "--noheader", "--array", "--states=all", f"--jobs={jobs}"]
        is_heard, text = self._ask([*command, "--format=%i|%T|%N|%r"])
        if not is_heard and UNKNOWN not in text:
            return
        answers = _answers(text.splitlines() if is_heard else ())
        self._known |= {job: answers[job] for job in open_jobs if job in answers}
        missing = [job for job in open_jobs if job not in answers]
        if missing:
            self._look_up(missing)

    def _look_up(self, missing: Sequence[str]) -> None:
        """Ask the accounts for jobs that the queue has forgotten."""
        answers: dict[str, SlurmAnswer] = {}
        if self._has_accounts:
            command = ["sacct", "--noheader", "--parsable2", "--allocations"]
            fields = "--format=JobID,State,NodeList,Reason"
            is_heard, text = self._ask(
                [*command, f"--jobs={','.join(missing)}", fields]
            )
            if not is_heard and NO_ACCOUNTS not in text and "No such file" not in text:
                return
            self._has_accounts = is_heard
            answers = _answers(text.splitlines() if is_heard else ())
        for job in missing:
            self._known[job] = answers.get(job, SlurmAnswer(state=FORGOTTEN))


def _answers(lines: Iterable[str]) -> dict[str, SlurmAnswer]:
    found = {}
    for line in lines:
        job, _, rest = line.partition("|")
        state, nodes, reason = (*rest.split("|"), "", "")[:3]
        word = state.split()[0].rstrip("+") if state.strip() else ""
        why = "" if reason in {"None", "(null)"} else reason
        where = "" if nodes == "None assigned" else nodes
        found[job.strip()] = SlurmAnswer(state=word, nodes=where, reason=why)
    return found
