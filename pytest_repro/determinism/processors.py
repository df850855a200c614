"""Another number of processors than there is, as on any other machine.

Threads are pinned, but a program can ask how many processors there are, and cut its
data into as many parts. Nothing is taken away: only the answer is another one. The true
one goes to torch, which warns of more loader workers than processors, and to what
records them.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final

__all__ = ["other_processors"]

UNTOUCHED: Final = ("torch.", "pytest_repro.")
"""Begins the names of the modules that get the true answer."""


@contextmanager
def other_processors(count: int) -> Iterator[None]:
    """Answer with another number of processors while the context lasts.

    Args:
        count: How many, at least 1.

    Yields:
        Nothing.
    """
    answers: dict[str, Callable[[], object]] = {
        "cpu_count": lambda: count,
        "process_cpu_count": lambda: count,
        "sched_getaffinity": lambda: {*range(count)},
    }
    with ExitStack() as undo:
        for name, answer in answers.items():
            if hasattr(os, name):
                true = getattr(os, name)
                undo.callback(setattr, os, name, true)
                setattr(os, name, _but_for_us(answer, true))
        yield


def _but_for_us(answer: Callable[[], object], true: Callable[..., Any]) -> object:
    def tell(*args: object) -> object:
        caller = str(sys._getframe(1).f_globals.get("__name__", ""))  # noqa: SLF001  # the only way up
        return true(*args) if caller.startswith(UNTOUCHED) else answer()

    return tell
