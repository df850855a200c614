"""Read from a mirror, wherever it is, from the byte at which an earlier fetch stopped.

A mirror gives pieces, each with its place, since not every server can begin in the
middle. Nothing that it gives is believed: whoever fetches hashes the whole. What a
location may hold of secrets (a user, a token) is never shown.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import quote, urlsplit

from pytest_repro.addresses import without_logins
from pytest_repro.assets.trees import list_tree

__all__ = [
    "MirrorFailed",
    "Piece",
    "inside",
    "is_in_project",
    "list_files",
    "pieces",
    "shown",
    "without_secrets",
]

CHUNK_BYTES: Final = 1024 * 1024
WEB: Final = ("http", "https")

_USER_WITH_BLANKS: Final = re.compile(r"(?<=://)[^/?#]+@")
_FRAGMENT: Final = re.compile(r"(?<=[^\s:/])#[^\s'\"]*")
_QUERY: Final = re.compile(r"\?[^\s'\"…]+")


class Piece(NamedTuple):
    """Some bytes of an asset.

    Attributes:
        start: Where in the asset they belong.
        data: The bytes.
    """

    start: int
    data: bytes


class MirrorFailed(Exception):  # as in `errors`; never leaves this folder
    """A mirror did not give what it should; the text says why, on one line.

    Attributes:
        obtained: The digest of what it gave instead; empty if it gave nothing whole.
    """

    def __init__(self, problem: str, *, obtained: str = "") -> None:
        """Keep the facts beside the text.

        Args:
            problem: What is wrong.
            obtained: The digest of what it gave instead.
        """
        super().__init__(problem)
        self.obtained = obtained


def is_in_project(location: str) -> bool:
    """Tell whether a location is a path from the root of the project."""
    return "://" not in location


def inside(location: str, name: str) -> str:
    """Write the location of a file in a folder.

    Args:
        location: The URL of the folder.
        name: The path of the file, from there.

    Returns:
        Its URL; only those of files quote what has a meaning in URLs.
    """
    is_file = urlsplit(location).scheme == "file"
    return f"{location.rstrip('/')}/{quote(name) if is_file else name}"


def shown(location: str) -> str:
    """Write a location without user, password, query and fragment."""
    if is_in_project(location):
        return location
    return without_secrets(_USER_WITH_BLANKS.sub("", location))


def without_secrets(text: str) -> str:
    """Take users, passwords, queries and fragments out of the URLs in a text.

    A URL may lie within another, as ``simplecache::https://…``, and what a password
    holds may be no part of a URL.
    """
    return _QUERY.sub("?…", _FRAGMENT.sub("", without_logins(text)))


def pieces(
    location: str, start: int, *, timeout_s: float, size_bytes: int | None = None
) -> Iterator[Piece]:
    """Read a file.

    Args:
        location: A URL.
        start: The byte with which to begin, where that is possible.
        size_bytes: Of the whole file; None if that is not known.
        timeout_s: How long a connection may be silent [s].

    Yields:
        Pieces in order; the first one begins at `start` or at 0.

    Raises:
        MirrorFailed: If it says that it does not have the file, or one of another size.
        OSError: If the system refuses.
    """
    scheme = urlsplit(location).scheme
    if scheme == "file":
        yield from _from_disk(_path(location), start)
    elif scheme in WEB:
        from pytest_repro.assets import web  # noqa: PLC0415  # only where it is used

        for at, data in web.read(
            location, start, timeout_s=timeout_s, size_bytes=size_bytes
        ):
            yield Piece(at, data)
    else:
        from pytest_repro.assets import filesystems  # noqa: PLC0415  # likewise

        for at, data in filesystems.read(location, start):
            yield Piece(at, data)


def list_files(location: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """List a folder.

    Args:
        location: A URL.

    Returns:
        Names of files, and of folders, which end in ``/``; sorted.

    Raises:
        ReproUsageError: If it holds what no tree may hold.
        OSError: If it cannot be listed.
    """
    if urlsplit(location).scheme == "file":
        return list_tree(_path(location), name=location)
    from pytest_repro.assets import filesystems  # noqa: PLC0415  # as above

    return filesystems.list_files(location)


def _path(location: str) -> Path:
    from urllib.request import url2pathname  # noqa: PLC0415  # slow to load

    return Path(url2pathname(urlsplit(location).path))


def _from_disk(path: Path, start: int) -> Iterator[Piece]:
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        while data := os.pread(descriptor, CHUNK_BYTES, start):
            yield Piece(start, data)
            start += len(data)
    finally:
        os.close(descriptor)
