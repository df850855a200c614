"""Files that a run reads, named by the digest of their bytes.

A result is only reproducible together with its data, so every file that an experiment
asks for is hashed before it is read, and looked at again afterwards: data that changes
while it is used makes a run worthless, and nobody notices.

This hashes and refuses. It fetches nothing, parses nothing and keeps no file.
"""

import difflib
import hashlib
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from io import BufferedReader
from itertools import islice
from pathlib import Path
from typing import Final

from pytest_repro.digests import Digest
from pytest_repro.errors import ReproUsageError
from pytest_repro.records import AssetUse

__all__ = ["Held", "Stamp", "Unstable", "check_unchanged", "hold", "use"]

_LFS_POINTER: Final = b"version https://git-lfs.github.com/spec/"
_LARGE_BYTES: Final = 64 * 2**20
_MAX_NAMES: Final = 10_000
_MAX_SHOWN: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What the file system says of a file; changes with nearly every write.

    Attributes:
        device: The device it is on.
        inode: Its number there; a replaced file has another.
        size_bytes: Its size.
        modified_ns: When its bytes changed; anybody can set it.
        changed_ns: When its inode changed; only the kernel sets it.
    """

    device: int
    inode: int
    size_bytes: int
    modified_ns: int
    changed_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An asset that was hashed, and what it takes to look again.

    Attributes:
        path: Where it is.
        use: What the record says of it.
        stamp: What the file system said while it was hashed.
    """

    path: Path
    use: AssetUse
    stamp: Stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Unstable:
    """An asset that is no longer what it was.

    Attributes:
        name: The name by which the experiment asked.
        before: The digest when it was first hashed.
        after: The digest now; None if it is gone or cannot be read.
    """

    name: str
    before: Digest
    after: Digest | None


def use(path: Path, *, name: str) -> AssetUse:
    """Hash a file.

    Args:
        path: Where it is.
        name: By which it is asked for and recorded.

    Returns:
        Name, digest and size.

    Raises:
        ReproUsageError: If it is missing, no regular file, not readable, a git-LFS
            pointer, or changes while it is read.
    """
    return hold(path, name=name).use


def hold(path: Path, *, name: str) -> Held:
    """Hash a file and remember what it looks like, for `check_unchanged`.

    Args:
        path: Where it is.
        name: By which it is asked for and recorded.

    Returns:
        The file as it is now.

    Raises:
        ReproUsageError: As for `use`.
    """
    _refuse_unless_regular(path, name)
    try:
        with path.open("rb") as file:
            return _hash_open_file(file, path, name)
    except PermissionError as error:
        msg = f"asset {name!r} cannot be read: {error.strerror}"
        raise ReproUsageError(msg) from error


def check_unchanged(held: Iterable[Held]) -> tuple[Unstable, ...]:
    """Find the assets that changed since they were hashed.

    A large file with an equal stamp is taken as unchanged, any other is hashed again.
    A small one could be written twice within one tick of the file system's clock;
    hashing a large one takes longer than a tick.

    Args:
        held: What `hold` gave.

    Returns:
        Those whose bytes are others now or that are gone, in the given order; empty
        if all is well.
    """
    return tuple(found for one in held if (found := _compare(one)) is not None)


def _compare(held: Held) -> Unstable | None:
    try:
        if held.use.size_bytes >= _LARGE_BYTES and (
            _stamp(held.path.stat()) == held.stamp
        ):
            return None
        after: Digest | None = hold(held.path, name=held.use.name).use.digest
    except (OSError, ReproUsageError):
        after = None
    if after == held.use.digest:
        return None
    return Unstable(name=held.use.name, before=held.use.digest, after=after)


def _hash_open_file(file: BufferedReader, path: Path, name: str) -> Held:
    before = _stamp(os.fstat(file.fileno()))
    if file.read(len(_LFS_POINTER)) == _LFS_POINTER:
        msg = (
            f"asset {name!r} is a git-LFS pointer, not the file\n"
            f"  fetch it with: git lfs pull --include {path.name}"
        )
        raise ReproUsageError(msg)
    file.seek(0)
    digest = Digest(f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}")
    if _stamp(os.fstat(file.fileno())) != before:
        msg = f"asset {name!r} changes while it is read: close what writes it"
        raise ReproUsageError(msg)
    found = AssetUse(name=name, digest=digest, size_bytes=before.size_bytes)
    return Held(path=path, use=found, stamp=before)


def _stamp(status: os.stat_result) -> Stamp:
    return Stamp(
        device=status.st_dev,
        inode=status.st_ino,
        size_bytes=status.st_size,
        modified_ns=status.st_mtime_ns,
        changed_ns=status.st_ctime_ns,
    )


def _refuse_unless_regular(path: Path, name: str) -> None:
    """Refuse before opening: opening a pipe would wait for ever."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ReproUsageError(_missing(path, name)) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        msg = f"asset {name!r} cannot be read: {reason}"
        raise ReproUsageError(msg) from error
    if stat.S_ISDIR(mode):
        msg = (
            f"asset {name!r} is a folder, and only files have a digest here\n"
            "  name each file that the experiment reads, or pack the folder"
        )
        raise ReproUsageError(msg)
    if not stat.S_ISREG(mode):
        msg = f"asset {name!r} is a device or a pipe, not a file"
        raise ReproUsageError(msg)


def _missing(path: Path, name: str) -> str:
    """Say what is missing, and which files there have a similar name."""
    folder = path.parent
    if not folder.is_dir():
        return f"asset {name!r} does not exist: there is no folder {folder.name!r}"
    names = sorted(entry.name for entry in islice(folder.iterdir(), _MAX_NAMES))
    near = difflib.get_close_matches(path.name, names, n=_MAX_SHOWN)
    found = ", ".join(near) if near else f"none of {len(names)} names is similar"
    where = f"  looked for  {path.name} in folder {folder.name!r}"
    return f"asset {name!r} does not exist\n{where}\n  near names  {found}"
