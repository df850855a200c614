"""Make any one system call of a write fail, or be the last that a process makes.

Every function of `os` through which the store touches the disk is wrapped and counted.
The number of the call at which it happens is the whole state, so a test can go through
all of them.
"""

import errno
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

CALLS: Final = (
    "close",
    "fstat",
    "fsync",
    "listdir",
    "lstat",
    "mkdir",
    "open",
    "read",
    "rename",
    "rmdir",
    "stat",
    "unlink",
    "write",
)
"""Alphabetical; what the store, pathlib and filelock call."""

Fault = Callable[[str], None]


class Countdown:
    """Counts system calls and strikes at one of them.

    Attributes:
        calls: The names of the calls so far.
    """

    def __init__(self, number: int, fault: Fault) -> None:
        """Choose the call at which to strike.

        Args:
            number: 1 for the first; 0 for never.
            fault: What happens; it gets the name of the call.
        """
        self.calls: list[str] = []
        self._number = number
        self._fault = fault
        self._thread = threading.get_ident()

    def strike(self, name: str) -> None:
        """Count a call, and let the fault happen if it is the one.

        Calls of other threads (those of xdist) are neither counted nor struck.
        """
        if threading.get_ident() != self._thread:
            return
        self.calls.append(name)
        if len(self.calls) == self._number:
            self._fault(name)


@contextmanager
def striking(number: int, fault: Fault) -> Iterator[Countdown]:
    """Let a fault happen at one system call within the block.

    Args:
        number: 1 for the first call; 0 for never.
        fault: What happens.

    Yields:
        The counter.
    """
    countdown = Countdown(number, fault)
    originals = {name: getattr(os, name) for name in CALLS}
    for name, original in originals.items():
        setattr(os, name, _wrapped(name, original, countdown))
    try:
        yield countdown
    finally:
        for name, original in originals.items():
            setattr(os, name, original)


def failing(number: int) -> Fault:
    """Make a fault that raises an error of the system.

    Args:
        number: The `errno`.

    Returns:
        The fault.
    """

    def fail(name: str) -> None:
        raise OSError(number, f"{os.strerror(number)} (injected into {name})")

    return fail


def no_space() -> Fault:
    """Make the fault of a full disk."""
    return failing(errno.ENOSPC)


def die(_: str) -> None:
    """End the process at once, as a power failure would: nothing is cleaned up."""
    os._exit(7)


def _wrapped(
    name: str, original: Callable[..., Any], countdown: Countdown
) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # any call of os
        if name == "close":
            # A descriptor is gone even when closing it reports an error.
            original(*args, **kwargs)
            countdown.strike(name)
            return None
        if name == "write":
            _tear(original, args, countdown)
        countdown.strike(name)
        return original(*args, **kwargs)

    return call


def _tear(
    write: Callable[..., Any], args: tuple[Any, ...], countdown: Countdown
) -> None:
    """Write the first half before the fault, so that a torn file is left."""
    descriptor, data = args
    try:
        countdown.strike("write half")
    except OSError:
        write(descriptor, bytes(data)[: len(data) // 2])
        raise
