"""Guards of generators that several threads draw from.

Whoever draws first gets the first number, and the scheduler decides who that is. As
long as there is one thread, nothing is watched and a draw costs what it always did;
when another starts, the functions of `random` and `numpy.random` learn who calls them.
"""

import random
import sys
import threading
from collections.abc import Collection, Iterator
from types import ModuleType
from typing import Final

from pytest_repro.determinism.escapes import Watch
from pytest_repro.determinism.late import is_imported
from pytest_repro.determinism.patches import Patches

__all__ = ["guard_threads"]

_STATES: Final = frozenset({"seed", "getstate", "setstate"})


class _Draws:
    """Who drew from one generator, and when: in numbers of draws, not of seconds."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._count = 0
        self._last: threading.Thread | None = None
        self._began: dict[threading.Thread, int] = {}

    def begin(self, thread: threading.Thread) -> None:
        """Note that a thread starts: what was drawn before is settled."""
        self._began[thread] = self._count

    def draw(self) -> None:
        """Note a draw; another thread that drew since this one began still may."""
        thread, last = threading.current_thread(), self._last
        since = self._count > self._began.get(thread, 0)
        if last is not None and last is not thread and last.is_alive() and since:
            self._watch.drawn("threads")
        self._count += 1
        self._last = thread


def guard_threads(watch: Watch, patches: Patches) -> None:
    """Watch the draws of threads, from the start of the first one on.

    Args:
        watch: Hears of a generator that two threads draw from.
        patches: Puts everything back.
    """
    watched: dict[str, _Draws] = {}

    def before(args: tuple[object, ...], _kwargs: object) -> None:
        if not watch.is_on:
            return
        for name, owner, functions in _generators(watched):
            watched[name] = draws = _Draws(watch)
            for function in functions:
                patches.wrap(owner, function, lambda *_, draws=draws: draws.draw())
        for draws in watched.values():
            if isinstance(args[0], threading.Thread):
                draws.begin(args[0])

    patches.wrap(threading.Thread, "start", before)


def _generators(
    known: Collection[str],
) -> Iterator[tuple[str, ModuleType, tuple[str, ...]]]:
    """Yield the global generators that are not watched yet: name, module, functions."""
    if "random" not in known:
        drawing = (name for name in random.__all__ if _draws(getattr(random, name)))
        yield "random", random, tuple(name for name in drawing if name not in _STATES)
    if "numpy" not in known and is_imported("numpy.random"):
        from pytest_repro.determinism import numpy_entropy  # noqa: PLC0415  # it is there

        yield "numpy", sys.modules["numpy.random"], numpy_entropy.draws_of_numpy()


def _draws(function: object) -> bool:
    return isinstance(getattr(function, "__self__", None), random.Random)
