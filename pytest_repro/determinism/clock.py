"""Another time of day: shifted, or standing nearly still.

Modules that took `time.time` or `datetime` by name before keep the true ones. Clocks
that only measure how long something took, and by which waiting ends, stay as they are
in a shift; only a clock held still holds `time.perf_counter`, too.
"""

import datetime as dt
import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final, Self

__all__ = ["shifted_clock", "still_clock"]

Now = Callable[[], int]
"""The time since 1970 [ns]."""

START_NS: Final = 1_700_000_000 * 10**9
TICK_NS: Final = 10**6
"""How far a clock held still goes when it is read, so that loops come to an end."""


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

    measuring = {
        (time, "perf_counter"): lambda: now() / 1e9,
        (time, "perf_counter_ns"): now,
    }
    with _patched({**_day(now), **measuring}):
        yield


@contextmanager
def _patched(changes: dict[tuple[Any, str], Any]) -> Iterator[None]:
    with ExitStack() as undo:
        for (owner, name), value in changes.items():
            undo.callback(setattr, owner, name, getattr(owner, name))
            setattr(owner, name, value)
        yield


def _day(now: Now) -> dict[tuple[Any, str], Any]:
    """Make everything that tells the time of day."""
    gmtime, localtime = time.gmtime, time.localtime
    ctime, strftime, asctime = time.ctime, time.strftime, time.asctime

    def seconds(given: float | None) -> float:
        return now() / 1e9 if given is None else given

    return {
        (time, "time"): lambda: now() / 1e9,
        (time, "time_ns"): now,
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
