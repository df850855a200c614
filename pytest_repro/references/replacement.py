"""Replace the files of a folder as a whole: old or new, at every system call.

Files cannot be replaced one by one without a moment in which old and new are mixed. So
the new folder is written out of sight, made durable, and swapped in by renaming::

    .staging/<hash>/lock   held by the one writer
    .staging/<hash>/new    being written; sums last
    .staging/<hash>/old    the state before, from the first rename until it is removed

      1  write new/, fsync each file, fsync the folder
      2  rename the folder to old         the state is still the old one:
      3  rename new to the folder         between 2 and 3 readers find it in old/
      4  remove old/

Only between 2 and 3 do both `new` and `old` exist while the folder does not, and that
is how readers, and the next writer, recognise it. A crash at any call leaves the old or
the new state, and leftovers that git ignores and the next writer clears away.

Where a file system cannot rename the folder (the lower layer of a container image), the
files are replaced one by one with `SHA256SUMS` removed first and put back last: then a
crash in between leaves a folder that says it is incomplete.

Threads and processes that write the same folder are kept apart by the lock; this does
not know what the files mean.
"""

import errno
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from filelock import FileLock, Timeout

from pytest_repro.errors import StoreBusy, StoreError
from pytest_repro.references.folders import Folder
from pytest_repro.references.sums import SUMS

__all__ = ["STAGING", "Replacement", "area_name", "is_interrupted", "locked"]

STAGING: Final = ".staging"
LOCK: Final = "lock"
NEW: Final = "new"
OLD: Final = "old"
DRAFT: Final = "draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """One folder about to be replaced, with its lock held.

    Attributes:
        area: The staging area of this folder.
        parent: The folder that holds it.
        name: Its name.
    """

    area: Folder
    parent: Folder
    name: str

    def settle(self) -> None:
        """Undo what an interrupted writer left behind.

        Raises:
            OSError: If the system refuses.
        """
        if is_interrupted(self.area) and not self.parent.has(self.name):
            self.area.move(OLD, self.parent, self.name)
            self.parent.sync()
        for leftover in (OLD, NEW, DRAFT):
            self.area.remove(leftover)

    def publish(self, folder: Folder, name: str, data: bytes) -> None:
        """Create a file of the store itself, whole, unless it is there.

        Args:
            folder: Where.
            name: Its name.
            data: Its bytes.

        Raises:
            OSError: If the system refuses.
        """
        if not folder.has(name):
            self.area.write(DRAFT, data)
            self.area.move(DRAFT, folder, name)

    def swap_in(self, files: Mapping[str, bytes]) -> None:
        """Replace the folder by one with these files.

        Args:
            files: The bytes of each file by name, in the order of writing.

        Raises:
            OSError: If the system refuses; the folder then is as it was, or whole
                and new.
        """
        try:
            with self.area.make(NEW) as new:
                for name, data in files.items():
                    new.write(name, data)
                new.sync()
            self.area.sync()
            self._swap(files)
        except BaseException:
            # The error that stopped us is the one to tell; what cannot be cleared
            # away now is cleared away by the next writer.
            with suppress(OSError):
                self.settle()
            raise
        # The reference is written: leftovers are the next writer's matter, as above.
        with suppress(OSError):
            self.settle()

    def take_out(self) -> None:
        """Remove the folder: it is there whole until one renaming, and gone after it.

        Raises:
            OSError: If the system refuses.
        """
        if self.parent.is_folder(self.name):
            self.parent.move(self.name, self.area, OLD)
            self.parent.sync()
        # `old` without `new` is no state: rubbish, see `is_interrupted`.
        self.area.remove(OLD)

    def _swap(self, files: Mapping[str, bytes]) -> None:
        try:
            if self.parent.is_folder(self.name):
                self.parent.move(self.name, self.area, OLD)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            self._replace_each(files)
            return
        self.area.move(NEW, self.parent, self.name)
        try:
            self.parent.sync()
            self.area.sync()
        except OSError as error:
            msg = (
                f"{self.parent.shown}/{self.name} is written whole, but may not "
                f"outlast a power failure: {error.strerror}"
            )
            raise StoreError(msg) from error

    def _replace_each(self, files: Mapping[str, bytes]) -> None:
        with self.parent.enter(self.name) as target, self.area.enter(NEW) as new:
            target.remove(SUMS)
            target.sync()
            for stale in set(target.names()) - files.keys():
                target.remove(stale)
            for name in files:
                if name == SUMS:
                    target.sync()
                new.move(name, target, name)
            target.sync()


def area_name(folder: PurePosixPath) -> str:
    """Return the name of a folder's staging area.

    Args:
        folder: The folder, relative to the root of the store.

    Returns:
        40 hexadecimal characters.
    """
    return hashlib.sha256(str(folder).encode()).hexdigest()[:40]


def is_interrupted(area: Folder) -> bool:
    """Tell whether a swap stopped between its two renames, or is just there.

    Args:
        area: A staging area.

    Returns:
        Whether `old` holds the state, provided that the folder itself is missing.
    """
    return area.has(OLD) and area.has(NEW)


@contextmanager
def locked(
    root: Folder, path: Path, folder: PurePosixPath, *, timeout_s: float
) -> Iterator[Replacement]:
    """Hold the lock of a folder, with whatever an earlier writer left cleared away.

    Args:
        root: The root of the store.
        path: The same, as a path.
        folder: The folder to be replaced, relative to it.
        timeout_s: How long to wait for another writer [s].

    Yields:
        What replaces the folder.

    Raises:
        StoreBusy: If another process kept the lock for all that time.
        UnsafePath: If a link is in the way.
        OSError: If the system refuses.
    """
    name = area_name(folder)
    with ExitStack() as stack:
        staging = stack.enter_context(root.make(STAGING))
        area = stack.enter_context(staging.make(name))
        lock = FileLock(path / STAGING / name / LOCK, timeout=timeout_s)
        try:
            stack.enter_context(lock)
        except Timeout:
            msg = (
                f"another process is writing {root.shown}/{folder}: waited "
                f"{timeout_s:g} s for its lock; run again when it is done"
            )
            raise StoreBusy(msg) from None
        parent = root
        for part in folder.parent.parts:
            parent = stack.enter_context(parent.make(part))
        replacement = Replacement(area=area, parent=parent, name=folder.name)
        replacement.settle()
        # As caches do: the area keeps git away from itself.
        replacement.publish(staging, ".gitignore", b"*\n")
        yield replacement
