"""Guards of numpy's generators; imported once numpy.random is.

Everything that numpy seeds by itself goes through one function, `randbits`. The one
exception is `RandomState`, which draws even if it is given a seed, and forgets it: so
that class is watched by its arguments, and what it draws counts for nothing.
"""

from importlib import import_module
from typing import Final

from numpy.random import bit_generator, mtrand

from pytest_repro.determinism.clocks import Clocks
from pytest_repro.determinism.escapes import Watch
from pytest_repro.determinism.patches import Patches, guarded, guarded_class
from pytest_repro.determinism.python_entropy import judge_seed

__all__ = ["draws_of_numpy", "guard_numpy"]

_random: Final = import_module("numpy.random")  # `numpy` has no such attribute yet
_STATES: Final = frozenset({"get_state", "set_state"})


def guard_numpy(watch: Watch, patches: Patches, clocks: Clocks) -> None:
    """Watch what seeds numpy's generators.

    Args:
        watch: Hears what is drawn.
        patches: Puts everything back.
        clocks: Knows what clocks handed out.
    """

    def seeds_itself(_args: object, _kwargs: object) -> None:
        watch.drawn("numpy.random")

    # These names are numpy's own affair: where one is gone, it is not watched.
    randbits = vars(bit_generator).get("randbits")
    if randbits is not None:
        plain = getattr(randbits, "__wrapped__", randbits)  # `secrets` is watched, too
        patches.put(bit_generator, "randbits", guarded(plain, seeds_itself))
    patches.wrap(
        bit_generator,
        "_coerce_to_uint32_array",
        lambda args, _kwargs: _judge_entropy(args, watch, clocks),
    )
    twister = vars(mtrand).get("_MT19937")
    if twister is not None:
        patches.put(mtrand, "_MT19937", _silent(watch, twister))
    # Where seed() is given nothing, `randbits` tells.
    patches.wrap(
        _random,
        "seed",
        lambda args, kwargs: _judge_entropy((*args, *kwargs.values()), watch, clocks),
    )
    judge = judge_seed(watch, clocks, "numpy.random")
    patches.put(_random, "RandomState", guarded_class(_random.RandomState, judge))


def draws_of_numpy() -> tuple[str, ...]:
    """List the functions that draw from numpy's global generator, by name."""
    rand = vars(mtrand)["_rand"]
    return tuple(
        name
        for name in _random.__all__
        if getattr(getattr(_random, name), "__self__", None) is rand
        and name not in _STATES
    )


def _judge_entropy(args: tuple[object, ...], watch: Watch, clocks: Clocks) -> None:
    if args and clocks.gave(args[0]):
        watch.drawn("clock")


def _silent(watch: Watch, original: type) -> type:
    """Make the bit generator of `RandomState`, whose own draw is forgotten."""

    class Silent(type(original)):  # type: ignore[misc]  # the metaclass is not static
        def __call__(cls, *args: object, **kwargs: object) -> object:
            with watch.muted():
                return original(*args, **kwargs)

        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, original)

        def __subclasscheck__(cls, subclass: type) -> bool:
            return issubclass(subclass, original)

    replacement: type = Silent("MT19937", (original,), {"__doc__": original.__doc__})
    return replacement
