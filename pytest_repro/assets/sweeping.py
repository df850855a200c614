"""Remove from the content store what nothing needs.

What is needed is decided elsewhere and passed in. Each removal is one renaming under
the lock of that asset; a crash leaves an asset whole or gone, and rubbish for the next
sweep.
"""

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from pytest_repro.assets.store import AssetStore, Stored
from pytest_repro.digests import Digest
from pytest_repro.errors import StoreBusy

__all__ = ["Sweep", "plan_sweep", "sweep"]

BUSY_S: Final = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """What a sweep removes, or would.

    Attributes:
        unneeded: What nothing needs.
        kept: What something needs.
        busy: What nothing needs and somebody is writing just now; it stays.
    """

    unneeded: tuple[Stored, ...] = ()
    kept: tuple[Stored, ...] = ()
    busy: tuple[Stored, ...] = ()


def plan_sweep(store: AssetStore, needed: Collection[Digest]) -> Sweep:
    """Find what nothing needs.

    Args:
        store: The store.
        needed: Digests of everything that is needed.

    Returns:
        What would be removed, and what would stay.
    """
    found = tuple(store.contents())
    return Sweep(
        unneeded=tuple(one for one in found if one.digest not in needed),
        kept=tuple(one for one in found if one.digest in needed),
    )


def sweep(
    store: AssetStore,
    plan: Sweep,
    *,
    is_needed: Callable[[Digest], bool] = lambda _: False,
) -> Sweep:
    """Remove what nothing needs.

    Args:
        store: The store.
        plan: What is to be removed.
        is_needed: Asked once more for each, with its lock held.

    Returns:
        What was removed, what stays, and what stays for now.

    Raises:
        StoreError: If the system refuses; what was removed before then stays removed.
    """
    gone: list[Stored] = []
    kept, busy = list(plan.kept), []
    for one in plan.unneeded:
        try:
            with store.locked(one.digest, timeout_s=BUSY_S):
                if is_needed(one.digest):
                    kept.append(one)
                    continue
                store.discard(one.digest, is_partial=one.is_partial)
                gone.append(one)
        except StoreBusy:
            busy.append(one)
    for digest in store.discarded():
        with suppress(StoreBusy), store.locked(digest, timeout_s=BUSY_S):
            store.clear(digest)
    return Sweep(unneeded=tuple(gone), kept=tuple(kept), busy=tuple(busy))
