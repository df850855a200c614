"""Another time of day: shifted, or standing nearly still.

Modules that took `time.time` or `datetime` by name before keep the true ones, and so
does whatever asks in C, such as `numpy.datetime64("now")`. Clocks that only measure how
long something took stay as they are in a shift. A clock held still holds them, too; but
by some of them libraries wait for processes and queues, so those are held for code that
is nobody's library.
"""

import datetime as dt
import itertools
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any, Final, Self

from pytest_repro.determinism.attribution import INSTALLED, PACKAGE

__all__ = ["shifted_clock", "still_clock"]

Now = Callable[[], int]
"""The time since 1970 [ns]."""

Seconds = Callable[[], float]

START_NS: Final = 1_700_000_000 * 10**9
TICK_NS: Final = 10**6
"""How far a clock held still goes when it is read, so that loops come to an end."""

_DAYS: Final = ("CLOCK_REALTIME", "CLOCK_REALTIME_COARSE", "CLOCK_TAI")
"""The clocks of the system that tell the time of day."""

_GUARDS: Final = str(Path(__file__).parent) + "/"

_WAITING: Final = ("monotonic", "process_time", "thread_time")
"""Those by which libraries wait; each has a twin in nanoseconds."""


@contextmanager
def shifted_clock(seconds: int) -> Iterator[None]:
    """Tell another time of day while the context lasts.

    Args:
        seconds: How much later [s].

    Yields:
        Nothing.
    """
    true = time.time_ns
    shift_ns = seconds * 10**9
    with _patched(_day(lambda: true() + shift_ns)):
        yield


@contextmanager
def still_clock() -> Iterator[None]:
    """Tell the same times in the same order in every run while the context lasts."""
    reads = itertools.count()

    def now() -> int:
        return START_NS + TICK_NS * next(reads)

    with _patched({**_day(now), **_measuring(now)}):
        yield


@contextmanager
def _patched(changes: dict[tuple[Any, str], Any]) -> Iterator[None]:
    with ExitStack() as undo:
        for (owner, name), value in changes.items():
            undo.callback(setattr, owner, name, getattr(owner, name))
            setattr(owner, name, value)
        yield


def _measuring(now: Now) -> dict[tuple[Any, str], Any]:
    """Make everything that tells how long something takes."""

    def seconds() -> float:
        return now() / 1e9

    held: dict[tuple[Any, str], Any] = {
        (time, "perf_counter"): seconds,
        (time, "perf_counter_ns"): now,
    }
    for name in _WAITING:
        nanoseconds = f"{name}_ns"
        held[time, name] = _for_projects(seconds, getattr(time, name))
        held[time, nanoseconds] = _for_projects(now, getattr(time, nanoseconds))
    return held


def _for_projects(held: Now | Seconds, true: Now | Seconds) -> Callable[[], object]:
    def tell() -> object:
        frame: FrameType | None = sys._getframe(1)  # noqa: SLF001  # the only way up
        while frame is not None and frame.f_code.co_filename.startswith(_GUARDS):
            frame = frame.f_back  # a guard stands before every clock
        if frame is None or _is_library(frame.f_code.co_filename):
            return true()
        return held()

    return tell


@cache
def _is_library(filename: str) -> bool:
    standard = sysconfig.get_paths()["stdlib"] + "/"
    if filename.startswith((standard, PACKAGE, "<")):
        return True
    return not INSTALLED.isdisjoint(Path(filename).parts)


def _day(now: Now) -> dict[tuple[Any, str], Any]:
    """Make everything that tells the time of day."""
    gmtime, localtime = time.gmtime, time.localtime
    ctime, strftime, asctime = time.ctime, time.strftime, time.asctime
    days = {getattr(time, name) for name in _DAYS if hasattr(time, name)}
    gettime, gettime_ns = time.clock_gettime, time.clock_gettime_ns

    def seconds(given: float | None) -> float:
        return now() / 1e9 if given is None else given

    return {
        (time, "time"): lambda: now() / 1e9,
        (time, "time_ns"): now,
        (time, "clock_gettime"): lambda clock: (
            now() / 1e9 if clock in days else gettime(clock)
        ),
        (time, "clock_gettime_ns"): lambda clock: (
            now() if clock in days else gettime_ns(clock)
        ),
        (time, "gmtime"): lambda secs=None: gmtime(seconds(secs)),
        (time, "localtime"): lambda secs=None: localtime(seconds(secs)),
        (time, "ctime"): lambda secs=None: ctime(seconds(secs)),
        (time, "asctime"): lambda t=None: asctime(t or localtime(seconds(None))),
        (time, "strftime"): lambda format, t=None: strftime(  # noqa: A006  # its name
            format, t or localtime(seconds(None))
        ),
        (dt, "datetime"): _datetime(now),
        (dt, "date"): _date(now),
    }


class _Alike(type):
    """By which true dates are instances of those that stand in for them, too."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, cls.__mro__[1]) or super().__instancecheck__(
            instance
        )


def _datetime(now: Now) -> type:
    class datetime(dt.datetime, metaclass=_Alike):  # noqa: N801  # stands in for it
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Self:
            return cls.fromtimestamp(now() / 1e9, tz)

        @classmethod
        def today(cls) -> Self:
            return cls.now()

        @classmethod
        def utcnow(cls) -> Self:
            return cls.now(dt.UTC).replace(tzinfo=None)

    return _named(datetime)


def _date(now: Now) -> type:
    class date(dt.date, metaclass=_Alike):  # noqa: N801  # stands in for it
        @classmethod
        def today(cls) -> Self:
            return cls.fromtimestamp(now() / 1e9)

    return _named(date)


def _named(kind: type) -> type:
    """Give a class the place of the true one, where pickle looks for it."""
    kind.__module__, kind.__qualname__ = "datetime", kind.__name__
    return kind
