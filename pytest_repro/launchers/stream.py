"""Read what a worker leaves behind: its event stream, and the end of its output.

Both survive the worker. A half-written last line is an event that is not there yet,
and output is bounded, since an experiment may print a hundred megabytes.
"""

import os
import threading
from pathlib import Path
from typing import Final

from pytest_repro import wire
from pytest_repro.records import Event

__all__ = ["EventLog", "EventReader", "OutputTail"]

TAIL_BYTES: Final = 64 * 1024
CHUNK_BYTES: Final = 256 * 1024


class EventReader:
    """Read events from a growing file."""

    def __init__(self, path: Path) -> None:
        """Start at the beginning.

        Args:
            path: The event stream; need not exist yet.
        """
        self._path = path
        self._offset = 0

    def read(self) -> tuple[Event, ...]:
        """Return the complete events since the last call.

        Returns:
            Events in order; lines that are no events are left out, since a newer
            worker may say what this version does not know.
        """
        try:
            with self._path.open("rb") as stream:
                stream.seek(self._offset)
                data = stream.read()
        except FileNotFoundError:
            return ()
        whole = data[: data.rfind(b"\n") + 1]
        self._offset += len(whole)
        return tuple(
            event for line in whole.splitlines() if (event := _parse(line)) is not None
        )


def _parse(line: bytes) -> Event | None:
    try:
        return wire.read_line(Event, line)
    except ValueError:
        return None


class EventLog:
    """All events of a growing file, each told once, whoever read it first.

    A launcher reads events too, to say how a job ended; the caller still hears them.

    Attributes:
        seen: Every event so far.
    """

    def __init__(self, path: Path) -> None:
        """Start at the beginning.

        Args:
            path: The event stream; need not exist yet.
        """
        self.seen: list[Event] = []
        self._reader = EventReader(path)
        self._told = 0

    def read_on(self) -> None:
        """Read what is new, without telling it."""
        self.seen.extend(self._reader.read())

    def tell(self) -> tuple[Event, ...]:
        """Read on, and return the events that were not told yet."""
        self.read_on()
        fresh = tuple(self.seen[self._told :])
        self._told = len(self.seen)
        return fresh


class OutputTail:
    """Drain a pipe in the background and keep its end."""

    def __init__(self, descriptor: int) -> None:
        """Start draining.

        Args:
            descriptor: The read end of a pipe; closed when it ends.
        """
        self._descriptor = descriptor
        self._kept = bytearray()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._drain, daemon=True)
        self._thread.start()

    def text(self, *, wait_s: float = 0.0) -> str:
        """Return the end of the output.

        Args:
            wait_s: How long to wait for the pipe to close [s].

        Returns:
            At most 64 KiB, as text; bytes that are no UTF-8 are replaced.
        """
        self._thread.join(wait_s)
        with self._lock:
            return self._kept.decode("utf-8", errors="replace")

    def _drain(self) -> None:
        while data := os.read(self._descriptor, CHUNK_BYTES):
            with self._lock:
                self._kept += data
                del self._kept[:-TAIL_BYTES]
        os.close(self._descriptor)
