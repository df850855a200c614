"""Guards of Python's own sources: the operating system, identifiers, `random`."""

import os
import random
import secrets
import sys
import uuid
from collections.abc import Callable
from types import FrameType
from typing import Final

from pytest_repro.determinism.clocks import Clocks
from pytest_repro.determinism.escapes import Watch
from pytest_repro.determinism.patches import Before, Patches, guarded

__all__ = ["guard_python", "judge_seed"]

_SYSTEM: Final = ("random", "getrandbits", "randbytes")
_FACADES: Final = ("secrets", "uuid")
_LAYERS: Final = ("random", *_FACADES)


def guard_python(watch: Watch, patches: Patches, clocks: Clocks) -> None:
    """Watch the sources of the standard library.

    Args:
        watch: Hears what is drawn.
        patches: Puts everything back.
        clocks: Knows what clocks handed out.
    """

    def system(name: str) -> Before:
        return lambda _args, _kwargs: watch.drawn(_facade() or name)

    patches.wrap(os, "urandom", system("os.urandom"))
    patches.wrap(os, "getrandom", system("os.urandom"))
    patches.wrap(secrets, "randbits", system("secrets"))
    for name in _SYSTEM:
        patches.wrap(random.SystemRandom, name, system("random.SystemRandom"))
    patches.put(random.SystemRandom, "_randbelow", _one_draw(watch))
    for name in ("uuid1", "uuid6"):
        patches.wrap(uuid, name, system("uuid"))
    # random.seed is a method, bound when random was imported.
    module_seed = guarded(random.seed, judge_seed(watch, clocks, "random.seed"))
    method = judge_seed(watch, clocks, "random.Random", of_method=True)
    patches.wrap(random.Random, "seed", method)
    patches.put(random, "seed", module_seed)


def judge_seed(
    watch: Watch, clocks: Clocks, name: str, *, of_method: bool = False
) -> Before:
    """Make what hears of a seed: none asks the operating system.

    Args:
        watch: Hears what is drawn.
        clocks: Knows what clocks handed out.
        name: The source that a missing seed draws from.
        of_method: Whether the first argument is the generator.

    Returns:
        What hears of the arguments.
    """

    def before(args: tuple[object, ...], kwargs: dict[str, object]) -> None:
        given = (*args[of_method:], *kwargs.values())
        seed = given[0] if given else None
        if seed is None:
            watch.drawn(name)
        elif clocks.gave(seed):
            watch.drawn("clock")

    return before


def _one_draw(watch: Watch) -> Callable[[random.Random, int], int]:
    """Make a choice count as one draw, however many bits it throws away."""
    original: Callable[[random.Random, int], int] = vars(random.Random)["_randbelow"]

    def randbelow(generator: random.Random, most: int) -> int:
        watch.drawn(_facade() or "random.SystemRandom")
        with watch.muted():
            return original(generator, most)

    return randbelow


def _facade() -> str:
    """Name the module by which the project draws from the operating system."""
    found = ""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001  # the only way up
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if not module.startswith("pytest_repro.determinism."):
            if module not in _LAYERS:
                return found
            found = module if module in _FACADES else found
        frame = frame.f_back
    return found
