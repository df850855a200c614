"""From what a person types to the experiment or environment that is meant.

A node id is long, so any part of one will do as long as it names a single one. What
names several is a mistake of the caller; what names none is answered with the nearest
names. Nothing here looks anything up on disk.
"""

import re
from collections.abc import Collection
from difflib import SequenceMatcher
from typing import Final

from pytest_repro.errors import ReproUsageError

__all__ = ["choose", "nearest_names"]

CLOSE_ENOUGH: Final = 0.6
"""As in `difflib.get_close_matches`."""

MOST: Final = 3


def choose(part: str, known: Collection[str], *, what: str) -> str | None:
    """Find the one name that is meant.

    A whole name beats the name of a test behind ``::``, and that beats any other part,
    so ``test_digits`` means itself although there is a ``test_digits_cnn``.

    Args:
        part: What was typed.
        known: The names that exist.
        what: What is named, for the message.

    Returns:
        The name, or None if there is no such name.

    Raises:
        ReproUsageError: If several names are meant equally well.
    """
    names = sorted(set(known))
    for is_meant in (_is_whole, _is_test, _is_part):
        found = [name for name in names if is_meant(part, name)]
        if len(found) > 1:
            listed = "".join(f"\n  {name}" for name in found)
            msg = f"{part!r} names {len(found)} {what}s; which one?{listed}"
            raise ReproUsageError(msg)
        if found:
            return found[0]
    return None


def nearest_names(part: str, known: Collection[str]) -> tuple[str, ...]:
    """Suggest the names that are spelt most like what was typed.

    Args:
        part: What was typed.
        known: The names that exist.

    Returns:
        At most three, best first.
    """
    closeness = {name: _closeness(part, name) for name in sorted(set(known))}
    near = [name for name, ratio in closeness.items() if ratio >= CLOSE_ENOUGH]
    return tuple(sorted(near, key=lambda name: -closeness[name])[:MOST])


def _closeness(part: str, name: str) -> float:
    """Compare with the whole, with the test, and with each of its words."""
    test = _test_of(name)
    spellings = {name, test, *re.split(r"[^A-Za-z0-9]+", test)}
    return max(SequenceMatcher(None, part, one).ratio() for one in sorted(spellings))


def _is_whole(part: str, name: str) -> bool:
    return part == name


def _is_test(part: str, name: str) -> bool:
    return part in {_test_of(name), _test_of(name).partition("[")[0]}


def _is_part(part: str, name: str) -> bool:
    return part in name


def _test_of(name: str) -> str:
    path, _, test = name.partition("::")
    return test or path
