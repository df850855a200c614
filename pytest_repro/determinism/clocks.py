"""Whether a seed came from a clock, or from the number of this process.

Two ways tell. A seed that is a moment of this very run, in seconds or parts of them,
came from a clock, whoever read it; no constant lies in so narrow a window. And what
the project's own code was lately handed by a clock is kept, so that a seed made of it
by scaling and truncating, or by a remainder that fits a generator, is known again.
"""

import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, TypeAlias

from pytest_repro.determinism.escapes import Watch
from pytest_repro.determinism.patches import Patches, StandIn

__all__ = ["Clocks", "guard_clocks"]

Number: TypeAlias = "int | float"

_KEPT: Final = 64
_MOST: Final = 100_000
_SCALES: Final = (1, 10**3, 10**6, 10**9)
_REMAINDERS: Final = (2**31 - 1, 2**31, 2**32 - 1, 2**32)
_SMALLEST: Final = 10_000
"""Below it a truncated clock might as well be a constant."""

_LONG: Final = 8
"""Digits by which a time is known inside a longer text."""

_CLOCKS: Final = (
    *("clock_gettime", "clock_gettime_ns", "monotonic", "monotonic_ns"),
    *("perf_counter", "perf_counter_ns", "process_time", "process_time_ns"),
    *("thread_time", "thread_time_ns", "time", "time_ns"),
)

_now = time.time


class Clocks:
    """What clocks handed out lately, and when this began."""

    def __init__(self) -> None:
        """Begin now."""
        self._began = _now()
        self._handed: deque[Number] = deque(maxlen=_KEPT)
        self._made: set[int | float | str] = set()

    def keep(self, value: Number) -> None:
        """Remember what a clock handed out.

        Args:
            value: The time, or the number of a process.
        """
        self._handed.append(value)

    def gave(self, seed: object) -> bool:
        """Tell whether a seed came from a clock.

        Args:
            seed: What a generator is seeded with.

        Returns:
            Whether it is a moment of this run, or made of what was handed out.
        """
        if isinstance(seed, bool) or not isinstance(seed, int | float | str):
            return False
        while self._handed:
            self._made.update(_made_of(self._handed.popleft()))
        if len(self._made) > _MOST:
            self._made.clear()
        if seed in self._made:
            return True
        return self._holds(seed) if isinstance(seed, str) else self._is_moment(seed)

    def _holds(self, text: str) -> bool:
        times = (one for one in self._made if isinstance(one, str))
        return any(len(one) >= _LONG and one in text for one in times)

    def _is_moment(self, seed: Number) -> bool:
        first, last = self._began - 1, _now() + 1
        return any(first * scale <= seed <= last * scale for scale in _SCALES)


def _made_of(value: Number) -> Iterator[int | float | str]:
    """Yield the seeds that people make of what a clock hands out."""
    yield from (value, str(value))
    for scale in _SCALES:
        whole = int(value * scale)
        if whole >= _SMALLEST:
            yield whole
            yield from (whole % most for most in _REMAINDERS)


class _Clock(StandIn):
    """Stands for a function that tells a number."""

    def __init__(
        self, original: Callable[..., Number], watch: Watch, clocks: Clocks
    ) -> None:
        super().__init__(original)
        self._tell = original
        self._watch = watch
        self._clocks = clocks

    def __call__(self, *args: object, **kwargs: object) -> Number:
        value = self._tell(*args, **kwargs)
        caller = sys._getframe(1)  # noqa: SLF001  # the only way up
        if self._watch.is_on and self._watch.project.owns(caller.f_code.co_filename):
            self._clocks.keep(value)
        return value


def guard_clocks(watch: Watch, patches: Patches) -> Clocks:
    """Remember what clocks hand to the project's code.

    Args:
        watch: Knows the project's code.
        patches: Puts the clocks back.

    Returns:
        What was handed out.
    """
    clocks = Clocks()
    for name in filter(partial(hasattr, time), _CLOCKS):  # not every system has all
        patches.put(time, name, _Clock(getattr(time, name), watch, clocks))
    patches.put(os, "getpid", _Clock(os.getpid, watch, clocks))
    return clocks
