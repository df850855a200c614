"""Guards of generators that several threads draw from.

Whoever draws first gets the first number, and the scheduler decides who that is. As
long as there is one thread, nothing is watched and a draw costs what it always did;
when another starts, the functions of `random` and `numpy.random` learn who calls them,
and the thread is run in a mode of torch that sees what it draws there.
"""

import random
import sys
import threading
from collections.abc import Collection, Iterator
from types import ModuleType
from typing import TYPE_CHECKING, Final

from pytest_repro.determinism.drawing import Draws
from pytest_repro.determinism.escapes import Watch
from pytest_repro.determinism.late import is_imported
from pytest_repro.determinism.patches import Patches

if TYPE_CHECKING:
    from pytest_repro.determinism.torch_threads import TorchThreads

__all__ = ["guard_threads"]

_STATES: Final = frozenset({"seed", "getstate", "setstate"})


def guard_threads(watch: Watch, patches: Patches) -> None:
    """Watch the draws of threads, from the start of the first one on.

    Args:
        watch: Hears of a generator that two threads draw from.
        patches: Puts everything back.
    """
    watched: dict[str, Draws] = {}
    in_torch: list[TorchThreads] = []

    def before(args: tuple[object, ...], _kwargs: object) -> None:
        if not watch.is_on:
            return
        for name, owner, functions in _generators(watched):
            watched[name] = draws = Draws(watch)
            for function in functions:
                patches.wrap(owner, function, lambda *_, draws=draws: draws.draw())
        thread = args[0]
        if isinstance(thread, threading.Thread):
            for draws in watched.values():
                draws.begin(thread, draws.count)
            _run_in_torch(thread, in_torch, watch)

    patches.wrap(threading.Thread, "start", before)


def _run_in_torch(
    thread: threading.Thread, known: "list[TorchThreads]", watch: Watch
) -> None:
    if not is_imported("torch"):
        return
    from pytest_repro.determinism import torch_threads  # noqa: PLC0415  # it is there

    if not known:
        known.append(torch_threads.TorchThreads(watch))
    known[0].run(thread)


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
