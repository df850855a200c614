"""Who drew from one generator, and when: in numbers of draws, not of seconds."""

import threading

from pytest_repro.determinism.escapes import Watch

__all__ = ["Draws"]


class Draws:
    """The draws of one generator by all threads.

    Attributes:
        count: How many there were.
    """

    def __init__(self, watch: Watch) -> None:
        """Begin with none.

        Args:
            watch: Hears of a generator that two threads draw from.
        """
        self.count = 0
        self._watch = watch
        self._last: threading.Thread | None = None
        self._began: dict[threading.Thread, int] = {}

    def begin(self, thread: threading.Thread, count: int) -> None:
        """Note that a thread starts: what was drawn before is settled.

        Args:
            thread: The thread.
            count: How many draws there were when it was started.
        """
        self._began[thread] = count

    def draw(self, *, is_moved: bool = False) -> None:
        """Note a draw; another thread that drew since this one began still may.

        Args:
            is_moved: Whether somebody unseen has drawn since the last draw.
        """
        thread, last = threading.current_thread(), self._last
        since = self.count > self._began.get(thread, 0)
        if last is thread:
            is_race = is_moved
        else:
            is_race = last is not None and last.is_alive() and since
        if is_race:
            self._watch.drawn("threads")
        self.count += 1
        self._last = thread
