"""One digest for a file: the SHA-256 of its bytes, of a file that holds still.

A result is only reproducible together with its data, so every file that an experiment
asks for is hashed before it is read.

This hashes and refuses. It fetches nothing, parses nothing and keeps no file.
"""

import difflib
import hashlib
import os
import stat
from io import BufferedReader
from itertools import islice
from pathlib import Path
from typing import Final

from pytest_repro.assets.stamps import Stamp, stamp_of
from pytest_repro.digests import Digest
from pytest_repro.errors import ReproUsageError

__all__ = ["hash_file", "kind_of"]

_LFS_POINTER: Final = b"version https://git-lfs.github.com/spec/"
_MAX_NAMES: Final = 10_000
_MAX_SHOWN: Final = 3


def hash_file(path: Path, *, name: str) -> tuple[Digest, Stamp]:
    """Hash a file.

    Args:
        path: Where it is.
        name: By which it is asked for, for messages.

    Returns:
        Its digest, and what the file system said while it was read.

    Raises:
        ReproUsageError: If it is not readable, a git-LFS pointer, or changes while it
            is read.
    """
    try:
        with path.open("rb") as file:
            return _hash_open_file(file, path, name)
    except OSError as error:
        msg = f"asset {name!r} cannot be read: {error.strerror}"
        raise ReproUsageError(msg) from error


def kind_of(path: Path, *, name: str) -> int:
    """Look whether a path is a file or a folder, and refuse everything else.

    It is not opened: opening a pipe would wait for ever.

    Args:
        path: Where it is.
        name: By which it is asked for, for messages.

    Returns:
        `stat.S_IFREG` or `stat.S_IFDIR`.

    Raises:
        ReproUsageError: If it is missing, or anything else.
    """
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ReproUsageError(_missing(path, name)) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        msg = f"asset {name!r} cannot be read: {reason}"
        raise ReproUsageError(msg) from error
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        msg = f"asset {name!r} is a device or a pipe, not a file"
        raise ReproUsageError(msg)
    return stat.S_IFMT(mode)


def _hash_open_file(
    file: BufferedReader, path: Path, name: str
) -> tuple[Digest, Stamp]:
    before = stamp_of(os.fstat(file.fileno()))
    if file.read(len(_LFS_POINTER)) == _LFS_POINTER:
        msg = (
            f"asset {name!r} is a git-LFS pointer, not the file\n"
            f"  fetch it with: git lfs pull --include {path.name}"
        )
        raise ReproUsageError(msg)
    file.seek(0)
    digest = Digest(f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}")
    if stamp_of(os.fstat(file.fileno())) != before:
        msg = f"asset {name!r} changes while it is read: close what writes it"
        raise ReproUsageError(msg)
    return digest, before


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
