"""What a session submitted, in a file that only grows: so that a next one can go on.

One line for each event. A session that came to its end closes its journal; one that was
killed leaves it open. A torn last line is an event that did not happen. How each job
ended lies in its own folder.
"""

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pytest_repro import wire

__all__ = ["Entry", "Journal", "What"]


class What(StrEnum):
    """What can happen."""

    BEGUN = "begun"
    CONTINUED = "continued"
    SUBMITTED = "submitted"
    RESUMED = "resumed"
    ADOPTED = "adopted"
    TAKEN_OVER = "taken over"
    ENDED = "ended"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line.

    Attributes:
        what: What happened.
        folder: The folder of the job, from that of the session's output.
        footing: What the job ran on, as one digest; empty where that was not asked.
    """

    what: What
    folder: str = ""
    footing: str = ""


class Journal:
    """The journal of one session."""

    def __init__(self, path: Path) -> None:
        """Name the file; nothing is read or written yet.

        Args:
            path: The file; it need not exist.
        """
        self._path = path
        self._known: dict[str, str] = {}

    def begin(self, *, continues: bool) -> bool:
        """Begin a session, or go on with an interrupted one.

        Args:
            continues: Whether to go on with one, if there is one.

        Returns:
            Whether there is one to go on with.
        """
        is_open = continues and self.recall()
        if not is_open:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.write_bytes(wire.write_line(Entry(what=What.BEGUN)))
            return False
        self.append(Entry(what=What.CONTINUED))
        return True

    def recall(self) -> bool:
        """Learn what an interrupted session submitted.

        Returns:
            Whether there is one.
        """
        entries = self.read()
        if not entries or entries[-1].what is What.CLOSED:
            return False
        self._known = {
            one.folder: one.footing
            for one in entries
            if one.what in {What.SUBMITTED, What.RESUMED}
        }
        return True

    def footing_of(self, folder: str) -> str | None:
        """Say what a job of the interrupted session ran on.

        Args:
            folder: Its folder, from that of the session's output.

        Returns:
            The digest; None if that session never submitted it.
        """
        return self._known.get(folder)

    def append(self, entry: Entry) -> None:
        """Add a line, in one write.

        Args:
            entry: What happened.

        Raises:
            OSError: If it cannot be written.
        """
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        descriptor = os.open(self._path, flags, 0o644)
        try:
            os.write(descriptor, self._mend() + wire.write_line(entry))
        finally:
            os.close(descriptor)

    def read(self) -> tuple[Entry, ...]:
        """Return everything that happened, in order."""
        try:
            lines = self._path.read_bytes().splitlines()
        except OSError:
            return ()
        return tuple(one for line in lines if (one := _parse(line)) is not None)

    def _mend(self) -> bytes:
        """End a line that was torn, so that the next stands alone."""
        with self._path.open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            if size == 0:
                return b""
            stream.seek(size - 1)
            return b"" if stream.read(1) == b"\n" else b"\n"


def _parse(line: bytes) -> Entry | None:
    try:
        return wire.read_line(Entry, line)
    except ValueError:
        return None
