"""Guard of `hash`: of text it is another number under each hash seed.

Only a call that the project's own code writes is looked at. Dicts and sets hash without
this function, and a method ``__hash__`` is asked by them: neither is told, since what a
dict gives does not depend on it. The order of a set does, and is not seen here.
"""

import builtins
import sys
from collections.abc import Callable
from datetime import date, datetime, time
from enum import Enum
from pathlib import PurePath
from types import FunctionType
from typing import Final, cast

from pytest_repro.determinism.escapes import Watch
from pytest_repro.determinism.patches import Patches, StandIn

__all__ = ["guard_hash", "is_seeded"]

_SEEDED: Final = frozenset(
    kind.__hash__ for kind in (str, bytes, PurePath, Enum, date, datetime, time)
)
"""The methods that hash text, or something that they make text of."""

_HOLD: Final = frozenset({tuple.__hash__, frozenset.__hash__})


def guard_hash(watch: Watch, patches: Patches) -> None:
    """Watch what hashes text.

    Args:
        watch: Hears of it.
        patches: Puts the function back.
    """
    patches.put(builtins, "hash", _Hash(hash, watch))


def is_seeded(value: object) -> bool:
    """Tell whether the hash of a value depends on the hash seed.

    Args:
        value: Anything that has a hash.

    Returns:
        Whether it is text, a path, a date or a member of an enumeration, or a tuple or
        a frozenset that holds one.
    """
    method = type(value).__hash__
    if method in _HOLD:
        return any(is_seeded(one) for one in cast("tuple[object, ...]", value))
    if isinstance(value, str | bytes):  # numpy's text, too, unless it hashes by itself
        return not isinstance(method, FunctionType)
    return method in _SEEDED


class _Hash(StandIn):
    """Stands for `hash`, which libraries call very often: one look at the caller."""

    def __init__(self, original: Callable[..., int], watch: Watch) -> None:
        super().__init__(original)
        self._hash = original
        self._watch = watch

    def __call__(self, *args: object, **kwargs: object) -> int:
        code = sys._getframe(1).f_code  # noqa: SLF001  # the only way up
        found = self._hash(*args, **kwargs)
        is_own = self._watch.is_on and self._watch.project.owns(code.co_filename)
        if is_own and code.co_name != "__hash__" and is_seeded(args[0]):
            self._watch.drawn("hash")
        return found
