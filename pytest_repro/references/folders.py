"""Folders held open, so that nothing is ever read or written through a link.

Every name is opened relative to the folder that holds it (`openat`) and refuses links,
so a planted link cannot lead outside, not even one that appears while we work. And a
folder that is held stays the same folder when another takes its name, so a reader sees
one state whole. POSIX only, as the launchers are.

This knows nothing of records, and leaves the errors of the system to `system_errors`.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Self

from pytest_repro.errors import RecordError, UnsafePath

__all__ = ["MAX_FILE_BYTES", "Folder"]

MAX_FILE_BYTES: Final = 256 * 1024 * 1024
MAX_FILES: Final = 32
CHUNK_BYTES: Final = 1 << 20

_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_END: Final = (
    os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
)
_LINK_ERRORS: Final = frozenset({errno.ELOOP, errno.ENOTDIR, errno.EMLINK})


class Folder:
    """A folder held open by its descriptor.

    Attributes:
        shown: The folder, as messages should show it.
    """

    def __init__(self, descriptor: int, shown: str) -> None:
        """Take over a descriptor.

        Args:
            descriptor: Of the folder.
            shown: The folder, as messages should show it.
        """
        self._descriptor = descriptor
        self.shown = shown

    @classmethod
    def open(cls, path: Path, *, shown: str) -> Self:
        """Open a folder by its path, which may pass links; the folder is none.

        Args:
            path: The folder.
            shown: The folder, as messages should show it.

        Returns:
            The folder; close it, or use it in a `with`.

        Raises:
            UnsafePath: If the folder itself is a link.
            OSError: If it cannot be opened.
        """
        with _refusing_links(shown):
            return cls(os.open(path, _FOLDER), shown)

    def __enter__(self) -> Self:
        """Return the folder itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the folder; nothing was written through it that could be lost."""
        with suppress(OSError):
            os.close(self._descriptor)

    @property
    def identity(self) -> tuple[int, int]:
        """Device and inode: what the folder is, whatever its name."""
        found = os.fstat(self._descriptor)
        return found.st_dev, found.st_ino

    def enter(self, name: str) -> Self:
        """Open a folder within this one.

        Args:
            name: Its name, one part.

        Returns:
            The folder.

        Raises:
            UnsafePath: If there is a link or a file by that name.
            OSError: If it cannot be opened.
        """
        shown = f"{self.shown}/{name}"
        with _refusing_links(shown):
            descriptor = os.open(name, _FOLDER, dir_fd=self._descriptor)
        return type(self)(descriptor, shown)

    def make(self, name: str) -> Self:
        """Open a folder within this one; create it if there is none.

        Args:
            name: Its name, one part.

        Returns:
            The folder.

        Raises:
            UnsafePath: If there is a link or a file by that name.
            OSError: If it cannot be created or opened.
        """
        try:
            os.mkdir(name, dir_fd=self._descriptor)
        except FileExistsError:
            pass  # another writer was first, or it was there: the same to us
        else:
            self.sync()
        return self.enter(name)

    def names(self) -> list[str]:
        """List what is in the folder, sorted."""
        return sorted(os.listdir(self._descriptor))  # noqa: PTH208  # no path here

    def has(self, name: str) -> bool:
        """Tell whether there is anything by that name, be it a broken link."""
        with suppress(FileNotFoundError):
            os.lstat(name, dir_fd=self._descriptor)
            return True
        return False

    def is_folder(self, name: str) -> bool:
        """Tell whether there is a folder by that name.

        Args:
            name: One part.

        Returns:
            False for a file or nothing.

        Raises:
            UnsafePath: If it is a link.
        """
        with suppress(FileNotFoundError):
            mode = os.lstat(name, dir_fd=self._descriptor).st_mode
            if stat.S_ISLNK(mode):
                shown = f"{self.shown}/{name}"
                raise _refused(shown, "a symbolic link")
            return stat.S_ISDIR(mode)
        return False

    def read(self, name: str, *, max_bytes: int = MAX_FILE_BYTES) -> bytes:
        """Read a regular file.

        Args:
            name: Its name, one part.
            max_bytes: The largest file accepted.

        Returns:
            Its bytes.

        Raises:
            UnsafePath: If it is a link, a device, a pipe or a folder.
            RecordError: If it is larger.
            OSError: If it cannot be read.
        """
        shown = f"{self.shown}/{name}"
        with _refusing_links(shown):
            descriptor = os.open(name, _FILE, dir_fd=self._descriptor)
        try:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                raise _refused(shown, "no regular file")
            if found.st_size > max_bytes:
                msg = f"{found.st_size} bytes are over the limit of {max_bytes}"
                raise RecordError(msg, path=shown)
            return _read_all(descriptor)
        finally:
            os.close(descriptor)

    def read_all(self) -> dict[str, bytes]:
        """Read every file of the folder.

        Returns:
            The bytes by name.

        Raises:
            UnsafePath: If anything in it is no regular file.
            RecordError: If a file is too large, or there are very many.
            OSError: If one cannot be read.
        """
        names = self.names()
        if len(names) > MAX_FILES:
            msg = f"{len(names)} files are over the limit of {MAX_FILES}"
            raise RecordError(msg, path=self.shown)
        return {name: self.read(name) for name in names}

    def write(self, name: str, data: bytes) -> None:
        """Create a file and make it durable.

        Args:
            name: Its name, one part; nothing may be there.
            data: Its bytes.

        Raises:
            OSError: If it cannot be written whole.
        """
        descriptor = os.open(name, _NEW, 0o666, dir_fd=self._descriptor)
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(descriptor, view) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def append(self, name: str, lines: bytes) -> None:
        """Append whole lines to a file and make them durable; create it if need be.

        An end without a newline, as a crash leaves it, is ended first, so that it can
        spoil no line but its own. An error leaves the file as it was; only a crash
        leaves a part of the lines.

        Args:
            name: Its name, one part.
            lines: What is appended.

        Raises:
            UnsafePath: If it is a link, a device, a pipe or a folder.
            OSError: If it cannot be written whole.
        """
        shown = f"{self.shown}/{name}"
        with _refusing_links(shown):
            descriptor = os.open(name, _END, 0o666, dir_fd=self._descriptor)
        try:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                raise _refused(shown, "no regular file")
            _append(descriptor, lines, found.st_size)
        finally:
            os.close(descriptor)

    def sync(self) -> None:
        """Make the names in this folder durable, where the file system can."""
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
                raise

    def move(self, name: str, target: "Folder", new_name: str) -> None:
        """Rename a file or folder, replacing a file or an empty folder.

        Args:
            name: Its name here.
            target: Where it goes, on the same file system.
            new_name: Its name there.

        Raises:
            OSError: If it cannot be renamed.
        """
        os.rename(
            name,
            new_name,
            src_dir_fd=self._descriptor,
            dst_dir_fd=target._descriptor,  # noqa: SLF001  # of its own class
        )

    def remove(self, name: str) -> None:
        """Remove a file, or a folder of files.

        Args:
            name: Its name; nothing happens if there is none.

        Raises:
            OSError: If it cannot be removed.
        """
        if not self.has(name):
            return
        if not self.is_folder(name):
            os.unlink(name, dir_fd=self._descriptor)
            return
        with self.enter(name) as inner:
            for file in inner.names():
                os.unlink(file, dir_fd=inner._descriptor)  # noqa: SLF001  # as above
        os.rmdir(name, dir_fd=self._descriptor)


@contextmanager
def _refusing_links(shown: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _LINK_ERRORS:
            raise _refused(shown, "a symbolic link, or no folder") from error
        raise


def _refused(shown: str, what: str) -> UnsafePath:
    remedy = "references are plain files in plain folders: replace it by a copy"
    return UnsafePath(f"it is {what}", path=shown, remedy=remedy)


def _append(descriptor: int, lines: bytes, size: int) -> None:
    is_torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
    view = memoryview(b"\n" + lines if is_torn else lines)
    try:
        while view:
            view = view[os.write(descriptor, view) :]
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, size)
        raise


def _read_all(descriptor: int) -> bytes:
    chunks = []
    while chunk := os.read(descriptor, CHUNK_BYTES):
        chunks.append(chunk)
    return b"".join(chunks)
