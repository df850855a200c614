"""Run a worker on a node of a cluster, beside it, and leave a note of how it ended.

A controller may be far away, or dead: so the worker is started, timed and ended by a
process on its own node, and what that knows lies in the job's folder. An engine that
starts the same job again, after a preemption or on another node, finds the note, and
the run goes on from its last checkpoint.

Every cluster launcher starts this one; it knows no engine.
"""

import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pytest_repro import wire
from pytest_repro.checkpoints import nearest_checkpoint
from pytest_repro.disk import replace_file
from pytest_repro.errors import LaunchError
from pytest_repro.launchers.groups import ProcessGroup
from pytest_repro.launchers.local import join_variables
from pytest_repro.launchers.protocol import EVENTS, INPUTS, JOB, RECORD
from pytest_repro.launchers.stream import OutputTail
from pytest_repro.provenance import scrub
from pytest_repro.records import Job

__all__ = ["NOTE", "OUTPUT", "Node", "NodeNote", "read_note", "run_job"]

NOTE: Final = "node.json"
"""In a job's folder: what the node says of its worker."""

OUTPUT: Final = "output.txt"
"""In a job's folder: the end of what the worker printed."""

PAUSE_S: Final = 0.2
SECOND_THOUGHT_S: Final = 0.5
OUTPUT_WAIT_S: Final = 2.0

_STEERING: Final = ("SUBMITIT_",)
"""Variables of what started us, which mean nothing to a worker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeNote:
    """What a node says of its worker.

    Attributes:
        host: The node; for who looks into the folder, and told nowhere else.
        attempt: How often the job was begun: more than once where it was preempted.
        queued_s: How long it waited before it was begun for the first time, as the
            clocks of node and controller have it [s].
        code: The worker's exit code, negative for a signal; None while it runs, and
            where the engine took the job away.
        has_timed_out: Whether it was ended because it took too long.
        problem: Why no worker could be started; empty if one was.
    """

    host: str
    attempt: int
    queued_s: float
    code: int | None = None
    has_timed_out: bool = False
    problem: str = ""

    @property
    def is_last(self) -> bool:
        """Whether nothing more will come: the worker has ended, or never began."""
        return self.code is not None or bool(self.problem)


def read_note(folder: Path) -> NodeNote | None:
    """Read what a node left.

    Args:
        folder: The job's folder.

    Returns:
        The note; None if there is none yet.
    """
    try:
        return wire.read(NodeNote, (folder / NOTE).read_bytes())
    except (FileNotFoundError, ValueError):
        return None


def run_job(folder: str, submitted: float) -> None:
    """Run the worker of a job to its end; the main program on a node.

    Args:
        folder: Of the job.
        submitted: When it was submitted, as seconds since the epoch.
    """
    variables = {k: v for k, v in os.environ.items() if not k.startswith(_STEERING)}
    node = Node(Path(folder), inherited=variables, submitted=submitted)
    # That the time limit draws near is no reason to stop; that it is over is.
    signal.signal(signal.SIGUSR2, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: node.stop())
    node.run()
    # What started us would now pickle that nothing was returned, for nobody to read.
    os._exit(0)


class Node:
    """A worker on this machine, for a controller on another."""

    def __init__(
        self, folder: Path, *, inherited: Mapping[str, str], submitted: float
    ) -> None:
        """Read what is to be run.

        Args:
            folder: Of the job.
            inherited: Environment variables that every worker gets.
            submitted: When the job was submitted, as seconds since the epoch.
        """
        self._folder = folder
        self._inherited = inherited
        self._submitted = submitted
        self._is_stopped = False

    def stop(self) -> None:
        """End the worker soon: the engine takes the job away."""
        self._is_stopped = True

    def run(self) -> None:
        """Run the worker to its end, unless an earlier attempt has come to one."""
        earlier = read_note(self._folder)
        if earlier is not None and earlier.is_last:
            return
        note = self._begin(earlier)
        job = wire.read(Job, (self._folder / JOB).read_bytes())
        if earlier is not None:
            job = _resumed(job, self._folder)
        try:
            group = _start(job, self._inherited)
        except LaunchError as error:
            self._write(replace(note, problem=scrub(str(error))))
            return
        output = OutputTail(group.output)
        note = self._watch(group, job, note)
        text = scrub(output.text(wait_s=OUTPUT_WAIT_S))
        (self._folder / OUTPUT).write_text(text, encoding="utf-8")
        self._write(note)

    def _begin(self, earlier: NodeNote | None) -> NodeNote:
        waited_s = max(0.0, time.time() - self._submitted)
        note = NodeNote(host=socket.gethostname(), attempt=1, queued_s=waited_s)
        if earlier is not None:
            again = earlier.attempt + 1
            note = replace(note, attempt=again, queued_s=earlier.queued_s)
        self._write(note)
        return note

    def _watch(self, group: ProcessGroup, job: Job, note: NodeNote) -> NodeNote:
        end = time.monotonic() + (job.timeout_s or float("inf"))
        code = None
        while code is None and not self._is_stopped and time.monotonic() < end:
            code = group.wait(PAUSE_S)
        if code is not None and code < 0:
            # Who takes a job away signals its worker and us, in any order.
            _wait_unless(lambda: self._is_stopped)
        group.end(grace_s=0.0 if code is not None else PAUSE_S * 10)
        if self._is_stopped:
            return note
        if code is None:
            return replace(note, code=group.poll(), has_timed_out=True)
        return replace(note, code=code)

    def _write(self, note: NodeNote) -> None:
        replace_file(self._folder / NOTE, wire.write(note))


def _start(job: Job, inherited: Mapping[str, str]) -> ProcessGroup:
    command = [job.python or sys.executable, "-m", "pytest", *job.arguments]
    variables = join_variables(inherited, job.variables)
    return ProcessGroup(command, cwd=job.root, variables=variables)


def _resumed(job: Job, folder: Path) -> Job:
    """Begin a job once more, with the last checkpoint of the attempt before."""
    shutil.rmtree(folder / RECORD, ignore_errors=True)
    (folder / INPUTS).unlink(missing_ok=True)
    with (folder / EVENTS).open("ab") as stream:
        stream.write(b"\n")  # ends the line in which the attempt before may have died
    checkpoint = nearest_checkpoint(folder)
    if checkpoint is not None:
        job = replace(job, resume_from=str(checkpoint))
        (folder / JOB).write_bytes(wire.write(job))
    return job


def _wait_unless(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + SECOND_THOUGHT_S
    while not is_so() and time.monotonic() < end:
        time.sleep(PAUSE_S / 10)
