"""What a controller learns of a job on a node: from the job's folder, and nowhere else.

The files come from a shared disk, so they outlive every process, and a controller that
was started later reads the same. An engine is asked only for what no file can say.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from pytest_repro.launchers.endings import conclude, exit_of, timed_out
from pytest_repro.launchers.node import OUTPUT, read_note
from pytest_repro.launchers.protocol import EVENTS, Ending
from pytest_repro.launchers.stream import TAIL_BYTES, EventReader
from pytest_repro.records import Cause, Event, EventKind, Failure, Job

__all__ = ["RemoteFiles", "failed", "read_tail"]

VISIBLE_WITHIN_S: Final = 5.0
"""How long a file of another machine may take to be seen on a shared disk."""


class RemoteFiles:
    """The folder of a job whose worker runs elsewhere."""

    def __init__(self, job: Job) -> None:
        """Start at the beginning of the events.

        Args:
            job: The job.
        """
        self._job = job
        self._folder = Path(job.folder)
        self._reader = EventReader(self._folder / EVENTS)
        self._seen: list[Event] = []
        self._untold: list[Event] = []
        self._gone_since: float | None = None

    def events(self) -> tuple[Event, ...]:
        """Return the events since the last call; never waits."""
        self._hear()
        fresh, self._untold = tuple(self._untold), []
        return fresh

    def has_begun(self) -> bool:
        """Tell whether a node has taken the job."""
        return read_note(self._folder) is not None

    def ending(self) -> Ending | None:
        """Say how the job ended, if its node says that it has."""
        note = read_note(self._folder)
        if note is None or not note.is_last:
            return None
        self._hear()
        output = read_tail(self._folder / OUTPUT)
        if note.problem:
            message = "no worker could be started on its node"
            found = failed(Cause.CRASHED, message, output=note.problem)
        elif note.has_timed_out:
            found = timed_out(self._job, self._seen, output=output)
        else:
            how = exit_of(note.code or 0)
            found = conclude(self._job, self._seen, how, output=output)
        return replace(found, queued_s=note.queued_s)

    def ending_without(self, explain: Callable[[], Ending]) -> Ending | None:
        """Say how a job ended of which the engine says that it is gone.

        Args:
            explain: Says it in the engine's words.

        Returns:
            The ending; None while the node's note may still come.
        """
        now = time.monotonic()
        if self._gone_since is None:
            self._gone_since = now
        if now - self._gone_since < VISIBLE_WITHIN_S:
            return None
        self._hear()
        note = read_note(self._folder)
        return replace(explain(), queued_s=0.0 if note is None else note.queued_s)

    def seen(self) -> list[Event]:
        """Return what the latest attempt has said."""
        return self._seen

    def _hear(self) -> None:
        for event in self._reader.read():
            if event.kind is EventKind.STARTED:
                self._seen.clear()  # of an attempt that was preempted
            self._seen.append(event)
            self._untold.append(event)


def read_tail(path: Path) -> str:
    """Read the end of a text that a node left.

    Args:
        path: The file; need not exist.

    Returns:
        At most 64 KiB of it.
    """
    try:
        with path.open("rb") as stream:
            stream.seek(max(0, path.stat().st_size - TAIL_BYTES))
            return stream.read().decode("utf-8", errors="replace")
    except OSError:
        return ""


def failed(cause: Cause, message: str, *, output: str = "") -> Ending:
    """Say that a job failed in a way that only its engine knows.

    Args:
        cause: What became of it.
        message: In the engine's words, one line.
        output: What was printed about it.

    Returns:
        The ending.
    """
    failure = Failure(cause=cause, message=message, output=output)
    return Ending(failure=failure, output=output)
