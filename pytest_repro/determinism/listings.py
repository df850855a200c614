"""Guards of listings: a file system lists a folder in an order of its own.

A listing is as it was, and nothing is sorted behind anybody's back: only the line that
asks for one is looked at, see `listing_order`.
"""

import glob
import os
from collections.abc import Callable, Sized
from pathlib import Path
from typing import Final

from pytest_repro.determinism.escapes import Watch
from pytest_repro.determinism.listing_order import order_matters
from pytest_repro.determinism.patches import Patches, StandIn

__all__ = ["guard_listings"]

_FUNCTIONS: Final = ((os, "scandir"), (glob, "iglob"))
_METHODS: Final = ("iterdir", "glob", "rglob")


def guard_listings(watch: Watch, patches: Patches) -> None:
    """Watch what lists folders.

    Args:
        watch: Hears of listings whose order can matter.
        patches: Puts everything back.
    """

    def before(_args: object, _kwargs: object) -> None:
        _judge(watch)

    for owner, name in _FUNCTIONS:
        patches.wrap(owner, name, before)
    for name in _METHODS:
        patches.wrap(Path, name, before)
    for owner, name in ((os, "listdir"), (glob, "glob")):
        patches.put(owner, name, _Listing(getattr(owner, name), watch))


class _Listing(StandIn):
    """Judges a list when it is there: one of a single name has no order."""

    def __init__(self, original: Callable[..., Sized], watch: Watch) -> None:
        super().__init__(original)
        self._list = original
        self._watch = watch

    def __call__(self, *args: object, **kwargs: object) -> Sized:
        found = self._list(*args, **kwargs)
        if len(found) > 1:
            _judge(self._watch)
        return found


def _judge(watch: Watch) -> None:
    if not watch.is_on or watch.is_muted:
        return
    frame = watch.project.caller()
    if frame is None:
        return
    with watch.muted():
        matters = order_matters(frame, watch.project)
    if matters:
        watch.drawn("listing")
