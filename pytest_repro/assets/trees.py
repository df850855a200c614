"""One digest for a folder of files, however many: `sha256-tree-v1`.

It is the digest of the parts, see `digests.digest_of_parts`:

    name₁, sha256₁, name₂, sha256₂, …

of every file and folder below, where a name is the path from the folder with ``/``
between its parts, in UTF-8; that of a folder ends in ``/`` and has an empty digest, for
an empty folder can be a class without pictures. Names are sorted by their bytes. Times,
owners, permissions and where the folder lies do not count, so a copy has the same
digest.

What another machine could read as something else is refused: links, devices, names that
are no UTF-8, and names that are not in Unicode's composed form (NFC), which some file
systems and archives turn into others.

What costs is waiting: for the disk, so it is asked for many files before the first of
them is read; and for the interpreter's lock, so the threads are few.
"""

import hashlib
import os
import stat
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from pytest_repro.assets.stamps import Stamp, stamp_of
from pytest_repro.digests import Digest, digest_of_parts
from pytest_repro.errors import ReproUsageError

__all__ = ["ALGORITHM", "Leaf", "Progress", "Tree", "hash_tree", "list_tree"]

ALGORITHM: Final = "sha256-tree-v1"

THREADS: Final = min(4, max(2, (os.cpu_count() or 1) // 2))
"""With small files more of them wait for the interpreter's lock: on two cores, four
threads take a quarter longer than two. One alone would wait for a far disk's opens."""

BATCH: Final = 256
AHEAD: Final = 192 // THREADS
"""So many files a thread holds open; all threads together fewer than 256, which is what
some systems allow."""

SMALL_BYTES: Final = 256 * 1024
CHUNK_BYTES: Final = 1024 * 1024

_CAN_ASK: Final = hasattr(os, "posix_fadvise")  # macOS has none
_FLAGS: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

Progress = Callable[[int, int, int], None]
"""Hears how many files are done, of how many, and how many bytes they held."""


class Leaf(NamedTuple):
    """A file of a tree.

    Attributes:
        name: Its path from the folder.
        sha256: The digest of its bytes.
        stamp: What the file system said while it was read.
    """

    name: str
    sha256: bytes
    stamp: Stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A folder that was hashed.

    Attributes:
        digest: Of all of it.
        leaves: Its files, sorted by name.
        folders: The folders below it, sorted, each ending in ``/``.
    """

    digest: Digest
    leaves: tuple[Leaf, ...]
    folders: tuple[str, ...]

    @property
    def size_bytes(self) -> int:
        """What all its files hold."""
        return sum(leaf.stamp.size_bytes for leaf in self.leaves)


def hash_tree(
    folder: Path,
    *,
    name: str,
    progress: Progress | None = None,
    known: Mapping[str, Leaf] = MappingProxyType({}),
) -> Tree:
    """Hash every file of a folder.

    Args:
        folder: The folder; it may itself be a link.
        name: By which it is asked for, for messages.
        progress: Hears of it now and then.
        known: Files, by name, that need not be read again while their stamp is equal.

    Returns:
        The tree.

    Raises:
        ReproUsageError: If something in it has no digest that holds elsewhere, or
            changes while it is read.
    """
    try:
        files, folders = list_tree(folder, name=name)
        hashing = _Hashing(f"{folder}/", known)
        leaves = tuple(_hash_all(hashing, files, progress))
    except OSError as error:
        raise _refused(name, f"cannot be read: {_why(error, folder)}") from error
    return Tree(digest=_digest(leaves, folders), leaves=leaves, folders=folders)


def list_tree(folder: Path, *, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """List the files of a folder, and the folders in it.

    Args:
        folder: The folder.
        name: By which it is asked for, for messages.

    Returns:
        Names of files, and names of folders, each sorted by their bytes.

    Raises:
        ReproUsageError: If a name or a kind of file is refused.
        OSError: If it cannot be listed.
    """
    files: list[str] = []
    folders: list[str] = []
    waiting = [""]
    while waiting:
        prefix = waiting.pop()
        with os.scandir(f"{folder}/{prefix}") as entries:
            for entry in entries:
                found = f"{prefix}{entry.name}"
                _check_name(found, entry.name, name)
                if entry.is_dir(follow_symlinks=False):
                    folders.append(f"{found}/")
                    waiting.append(f"{found}/")
                elif entry.is_file(follow_symlinks=False):
                    files.append(found)
                else:
                    kind = "link" if entry.is_symlink() else "device or pipe"
                    raise _refused(name, f"holds a {kind}: {found}")
    # Sorting text sorts its UTF-8 bytes, too: both go by code points.
    return tuple(sorted(files)), tuple(sorted(folders))


def _check_name(found: str, own: str, name: str) -> None:
    if own.isascii():
        return
    try:
        own.encode()
    except UnicodeEncodeError:
        raise _refused(name, f"holds a name that is no UTF-8: {found!a}") from None
    if not unicodedata.is_normalized("NFC", own):
        why = "a name that other systems write otherwise (not in Unicode's NFC)"
        raise _refused(name, f"holds {why}: {found!a}")


def _hash_all(
    hashing: "_Hashing", files: Sequence[str], progress: Progress | None
) -> Iterator[Leaf]:
    """Hash files in their order; only whole batches are handed to threads."""
    batches = (files[at : at + BATCH] for at in range(0, len(files), BATCH))
    done = size = 0
    with ThreadPoolExecutor(THREADS, thread_name_prefix="hashing") as threads:
        for leaves in threads.map(hashing.batch, batches):
            yield from leaves
            done += len(leaves)
            size += sum(leaf.stamp.size_bytes for leaf in leaves)
            if progress is not None:
                progress(done, len(files), size)


class _Hashing(NamedTuple):
    """Hashes files below a folder.

    Attributes:
        root: The folder, ending in ``/``.
        known: Files that need not be read again while their stamp is equal.
    """

    root: str
    known: Mapping[str, Leaf]

    def batch(self, names: Sequence[str]) -> list[Leaf]:
        groups = (names[at : at + AHEAD] for at in range(0, len(names), AHEAD))
        return [leaf for group in groups for leaf in self._group(group)]

    def _group(self, names: Sequence[str]) -> list[Leaf]:
        """Hash some files; the disk is asked for all of them before one is read."""
        opened: list[int] = []
        try:
            for name in names:
                opened.append(os.open(self.root + name, _FLAGS))  # noqa: PERF401  # closed even if the next fails
            stamps = list(map(self._ask, names, opened))
            return list(map(self._leaf, names, opened, stamps))
        finally:
            for descriptor in opened:
                os.close(descriptor)

    def _ask(self, name: str, descriptor: int) -> Stamp:
        """Look at a file, and ask the disk for its beginning if it is to be read."""
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise _refused(name, "was replaced by a link, device or pipe")
        stamp = stamp_of(status)
        if _CAN_ASK and self._known(name, stamp) is None:
            os.posix_fadvise(descriptor, 0, SMALL_BYTES, os.POSIX_FADV_WILLNEED)
        return stamp

    def _leaf(self, name: str, descriptor: int, stamp: Stamp) -> Leaf:
        """Hash a file, unless it is known."""
        if (known := self._known(name, stamp)) is not None:
            return known
        digest = _sha256(descriptor, stamp)
        if digest is None:
            raise _refused(name, "changes while it is read: close what writes it")
        return Leaf(name, digest, stamp)

    def _known(self, name: str, stamp: Stamp) -> Leaf | None:
        known = self.known.get(name)
        return known if known is not None and known.stamp == stamp else None


def _sha256(descriptor: int, stamp: Stamp) -> bytes | None:
    """Hash an open file; None if it is not what its stamp says, or no longer.

    A small file is read at once, and looked at again by whoever holds it: a call less
    for each of a hundred thousand.
    """
    if stamp.size_bytes <= SMALL_BYTES:
        data = os.read(descriptor, stamp.size_bytes + 1)
        is_whole = len(data) == stamp.size_bytes
        return hashlib.sha256(data).digest() if is_whole else None
    state = hashlib.sha256()
    while data := os.read(descriptor, CHUNK_BYTES):
        state.update(data)
    return state.digest() if stamp_of(os.fstat(descriptor)) == stamp else None


def _digest(leaves: Sequence[Leaf], folders: Sequence[str]) -> Digest:
    rows = [
        *((leaf.name, leaf.sha256) for leaf in leaves),
        *((f, b"") for f in folders),
    ]
    parts = chain.from_iterable((name.encode(), sha) for name, sha in sorted(rows))
    return digest_of_parts(ALGORITHM, tuple(parts))


def _why(error: OSError, folder: Path) -> str:
    """Say what the system said, and of which file; not where the folder lies."""
    why = error.strerror or str(error)
    file = str(error.filename or "").removeprefix(f"{folder}/")
    return f"{why}: {file}" if file else why


def _refused(name: str, what: str) -> ReproUsageError:
    return ReproUsageError(f"asset {name!r} {what}")
