"""Which files below a folder are opened, by whatever opens them: inotify of Linux.

Python tells an audit hook of the files that it opens itself. Readers written in C++ or
Rust open theirs past it, and the kernel tells of those. It does not say who opened a
file, so what an editor or another run opens meanwhile is counted, too: too many, never
too few. Where the kernel cannot tell, that is said.
"""

import ctypes
import os
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

__all__ = ["Opens"]

IN_OPEN: Final = 0x20
IN_Q_OVERFLOW: Final = 0x4000
IN_ISDIR: Final = 0x40000000
MOST_FOLDERS: Final = 5000
ASIDE: Final = frozenset({".git", "__pycache__", "node_modules", ".hypothesis"})
MARK: Final = "pyvenv.cfg"
"""In folders with it, packages are installed."""

_HEAD: Final = struct.Struct("iIII")
_BUFFER: Final = 1 << 16


class Opens:
    """Watches a folder and all below from now on.

    Attributes:
        blind: Why not every file is seen; empty while all are.
    """

    def __init__(self, root: Path, *, aside: Path | None = None) -> None:
        """Begin to watch.

        Args:
            root: The folder.
            aside: A folder below it in which nothing is watched.
        """
        self.blind = ""
        self._folders: dict[int, str] = {}
        self._found: set[str] = set()
        self._descriptor = -1
        try:
            self._start(root, aside)
        except (OSError, AttributeError) as error:
            self.blind = f"the kernel does not tell which files are opened ({error})"

    def files(self) -> frozenset[str]:
        """Stop watching; folders that were opened end in a slash."""
        if self._descriptor >= 0:
            with suppress(BlockingIOError):
                while data := os.read(self._descriptor, _BUFFER):
                    for found in self._read(data):
                        self._found.add(found)
            os.close(self._descriptor)
            self._descriptor = -1
        return frozenset(self._found)

    def _start(self, root: Path, aside: Path | None) -> None:
        library = ctypes.CDLL(None, use_errno=True)
        self._descriptor = library.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if self._descriptor < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        for folder in _folders(root, aside):
            number = library.inotify_add_watch(
                self._descriptor, os.fsencode(folder), ctypes.c_uint32(IN_OPEN)
            )
            if number < 0 or len(self._folders) >= MOST_FOLDERS:
                self.blind = f"too many folders below the root to watch ({folder})"
                return
            self._folders[number] = folder

    def _read(self, data: bytes) -> Iterator[str]:
        place = 0
        while place < len(data):
            number, mask, _, length = _HEAD.unpack_from(data, place)
            place += _HEAD.size
            name = os.fsdecode(data[place : place + length].rstrip(b"\0"))
            place += length
            if mask & IN_Q_OVERFLOW:
                self.blind = "more files were opened than the kernel could tell"
            elif number in self._folders and mask & IN_ISDIR:
                if not name:  # its own watch tells; that of its parent says it again
                    yield f"{self._folders[number]}/"
            elif number in self._folders and name:
                yield f"{self._folders[number]}/{name}"


def _folders(root: Path, aside: Path | None) -> Iterator[str]:
    skipped = "" if aside is None else str(aside)
    for folder, names, files in os.walk(root):
        if MARK in files or folder == skipped:
            names.clear()
            continue
        names[:] = sorted(name for name in names if name not in ASIDE)
        yield folder
