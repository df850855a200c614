"""Read from a mirror for as long as it keeps up, and leave it when it does not.

A connection that sends a byte now and then never times out by itself, and neither does
a network disk that hangs. So a thread of its own reads, and whoever waits for it has a
deadline: a mebibyte, or the rest, within the mirror's time. A thread that is left
behind ends when its own call does; the process does not wait for it.
"""

import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator
from typing import Final

from pytest_repro.assets.mirrors import MirrorFailed, Piece

__all__ = ["paced"]

PACE_BYTES: Final = 1024 * 1024
WAITING: Final = 8
TICK_S: Final = 0.2

Result = Piece | BaseException | None


def paced(
    source: Callable[[], Iterator[Piece]], *, timeout_s: float
) -> Generator[Piece, None, None]:
    """Pass the pieces of a mirror on, while it keeps up.

    Args:
        source: Opens the mirror, in a thread of its own.
        timeout_s: In so long [s] a mebibyte or the rest has to come.

    Yields:
        The pieces.

    Raises:
        MirrorFailed: If it was too slow, or whatever it raised.
    """
    pump = _Pump(source)
    try:
        deadline, size = time.monotonic() + timeout_s, 0
        while True:
            try:
                found = pump.results.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                msg = f"too slow: {size} bytes in the {timeout_s:g} s that it has"
                raise MirrorFailed(msg) from None
            if found is None:
                return
            if isinstance(found, BaseException):
                raise found
            yield found
            size += len(found.data)
            if size >= PACE_BYTES:
                deadline, size = time.monotonic() + timeout_s, 0
    finally:
        pump.is_over.set()


class _Pump:
    """Reads a mirror in a thread, and stops soon after nobody waits for it."""

    def __init__(self, source: Callable[[], Iterator[Piece]]) -> None:
        self.results: queue.Queue[Result] = queue.Queue(WAITING)
        self.is_over = threading.Event()
        self._source = source
        threading.Thread(target=self._run, name="fetching", daemon=True).start()

    def _run(self) -> None:
        last: Result = None
        try:
            for piece in self._source():
                if not self._put(piece):
                    return
        except BaseException as error:  # noqa: BLE001  # whoever waits raises it
            last = error
        self._put(last)

    def _put(self, result: Result) -> bool:
        while not self.is_over.is_set():
            try:
                self.results.put(result, timeout=TICK_S)
            except queue.Full:
                continue
            return True
        return False
