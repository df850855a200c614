"""Folders listed in another order: what another file system would do.

No file system promises an order, and most give the same one again for the same files,
so code that forgets to sort is right until the folder is copied.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from types import TracebackType
from typing import Any, Final, Self

__all__ = ["ORDERS", "listing_order"]

Sorter = Callable[[Sequence[Any]], list[Any]]


def _name(entry: str | bytes | os.DirEntry[Any]) -> bytes:
    return os.fsencode(entry.name if isinstance(entry, os.DirEntry) else entry)


ORDERS: Final[dict[str, Sorter]] = {
    "reversed": lambda entries: list(reversed(entries)),
    "shuffled": lambda entries: sorted(
        entries, key=lambda one: sha256(_name(one)).digest()
    ),
}
"""How each order is made: shuffled by names, so that it is the same every time."""


@contextmanager
def listing_order(order: str) -> Iterator[None]:
    """Give entries in another order while the context lasts.

    `os.listdir` and `os.scandir` are what glob, `os.walk`, shutil and pathlib look
    with; imports do not.

    Args:
        order: A key of `ORDERS`.

    Yields:
        Nothing.
    """
    listdir, scandir = os.listdir, os.scandir
    arrange = ORDERS[order]
    os.listdir = lambda path=".": arrange(listdir(path))
    os.scandir = lambda path=".": _Entries(scandir(path), arrange)  # type: ignore[assignment]  # as it is used
    try:
        yield
    finally:
        os.listdir, os.scandir = listdir, scandir


class _Entries:
    """What `os.scandir` gives, in an order."""

    def __init__(self, entries: "os._ScandirIterator[Any]", arrange: Sorter) -> None:
        with entries:
            self._entries = iter(arrange(list(entries)))

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> "os.DirEntry[Any]":
        entry: os.DirEntry[Any] = next(self._entries)
        return entry

    def close(self) -> None:
        """Forget the entries that are left."""
        self._entries = iter(())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
