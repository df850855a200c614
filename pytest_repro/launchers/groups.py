"""A process that leads its own group, so that nothing it started outlives it.

The child gets one end of a pipe, the *lifeline*. When the parent dies, however it
dies, the other end closes and the child ends its own group. A worker therefore cannot
become an orphan, not even of a parent that was killed with SIGKILL.
"""

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from typing import Final

from pytest_repro.errors import LaunchError

__all__ = ["LIFELINE", "ProcessGroup"]

LIFELINE: Final = "PYTEST_REPRO_LIFELINE"
"""The environment variable that names the child's end of the lifeline."""

GRACE_S: Final = 2.0


class ProcessGroup:
    """A child process with everything that it starts."""

    def __init__(
        self, command: Sequence[str], *, cwd: str, variables: Mapping[str, str]
    ) -> None:
        """Start the process.

        Args:
            command: Program and arguments.
            cwd: Where it starts.
            variables: Its whole environment.

        Raises:
            LaunchError: If it cannot be started, with the system's reason.
        """
        held, self._lifeline = os.pipe()
        reader, writer = os.pipe()
        self.output = reader
        try:
            self._process = subprocess.Popen(  # noqa: S603  # our own command line
                [*command],
                cwd=cwd,
                env={**variables, LIFELINE: str(held)},
                stdin=subprocess.DEVNULL,
                stdout=writer,
                stderr=writer,
                pass_fds=[held],
                start_new_session=True,
            )
        except OSError as error:
            os.close(self._lifeline)
            os.close(reader)
            msg = f"cannot start a worker: {error}\n  command  {' '.join(command)}"
            raise LaunchError(msg) from error
        finally:
            os.close(held)
            os.close(writer)
        self._is_open = True

    @property
    def pid(self) -> int:
        """The process id, which is the id of its group too."""
        return self._process.pid

    def poll(self) -> int | None:
        """Return the exit code, negative for a signal; None while it runs."""
        return self._process.poll()

    def wait(self, timeout_s: float) -> int | None:
        """Wait for the end.

        Args:
            timeout_s: How long at most [s].

        Returns:
            The exit code, or None if it still runs.
        """
        try:
            return self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None

    def end(self, *, grace_s: float = GRACE_S) -> None:
        """End the whole group: ask first, then insist; harmless when it ended.

        Args:
            grace_s: Between asking and insisting [s].
        """
        if self._process.poll() is None and grace_s > 0:
            self._signal(signal.SIGTERM)
            self.wait(grace_s)
        self._signal(signal.SIGKILL)
        self._process.wait()
        if self._is_open:
            self._is_open = False
            os.close(self._lifeline)

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)
