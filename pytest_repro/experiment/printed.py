"""Hear the measures that a program prints or logs, line by line."""

import logging
from typing import TYPE_CHECKING, TextIO

from pytest_repro.experiment.measured import pairs_in

if TYPE_CHECKING:
    from pytest_repro.experiment.run import Run

__all__ = ["Listener", "Tee"]


class Listener(logging.Handler):
    """Records measures in lines; a handler of Python's logging, too."""

    def __init__(self, run: "Run", *, is_traced: bool) -> None:
        """Begin with nothing heard.

        Args:
            run: The run.
            is_traced: Whether measures become traces; otherwise the last one of each
                name is a final metric, since steps are counted by somebody else.
        """
        super().__init__()
        self._run = run
        self._is_traced = is_traced
        self._counts: dict[str, int] = {}
        self._last: dict[str, float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Hear a message.

        Args:
            record: What was logged.
        """
        self.hear(record.getMessage())

    def hear(self, line: str) -> None:
        """Hear a line.

        Args:
            line: Without its end.
        """
        for name, number in pairs_in(line):
            count = self._counts.get(name, 0)
            self._counts[name] = count + 1
            self._last[name] = number
            if self._is_traced:
                self._run.log(f"printed/{name}", number, step=count)

    def close_run(self) -> None:
        """Record the last measures as final metrics."""
        for name, number in sorted(self._last.items()):
            final = f"last/{name}" if self._is_traced else f"printed/{name}"
            self._run.log(final, number)


class Tee:
    """A standard output that is listened to."""

    def __init__(self, stream: TextIO, listener: Listener) -> None:
        """Pass everything on.

        Args:
            stream: The standard output.
            listener: Hears each whole line.
        """
        self._stream = stream
        self._listener = listener
        self._begun = ""

    def write(self, text: str) -> int:
        """Pass text on, and let its whole lines be heard.

        Args:
            text: What is printed.

        Returns:
            How many characters that were.
        """
        *lines, self._begun = (self._begun + text).split("\n")
        for line in lines:
            self._listener.hear(line)
        return self._stream.write(text)

    def __getattr__(self, name: str) -> object:
        """Be the stream in everything else."""
        return getattr(self._stream, name)
