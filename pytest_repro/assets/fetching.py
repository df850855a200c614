"""Fetch a declared asset into the content store, from the first mirror that has it.

The digest decides: what a mirror gave is hashed as it lies on the disk before it
appears in the store. A fetch that broke off goes on where it stopped, with the same
mirror or the next, since all are to give the same bytes; where that does not give the
digest, the mirror is asked once more for the whole.
"""

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Final

from pytest_repro.assets import mirrors
from pytest_repro.assets.holding import use
from pytest_repro.assets.mirrors import MirrorFailed, Piece
from pytest_repro.assets.pumping import paced
from pytest_repro.assets.store import AssetStore, writing
from pytest_repro.assets.trees import ALGORITHM as TREE
from pytest_repro.digests import digest_of_bytes
from pytest_repro.errors import AssetUnavailable, ReproError, ReproUsageError
from pytest_repro.records import DeclaredAsset, FailedMirror, Mirror, Resolution, Source

__all__ = ["Heard", "fetch", "resolution_of"]

UNFINISHED: Final = ".unfinished"
"""How the name of a file of a folder ends until it is whole. It begins with a digest of
its own name, for which there may be no room left: a name has at most 255 bytes."""

Heard = Callable[[str, int, int], None]
"""Hears the name of an asset, how many bytes of it have come, and of how many."""


def fetch(
    asset: DeclaredAsset,
    store: AssetStore,
    *,
    root: Path,
    heard: Heard | None = None,
) -> Resolution:
    """Make sure that an asset is at hand, whole.

    Args:
        asset: What is declared.
        store: Where it is kept.
        root: The root of the project, from which paths of mirrors lead.
        heard: Hears how far it has come.

    Returns:
        How that was done; nothing is fetched that is there already.

    Raises:
        AssetUnavailable: If no mirror gave its bytes.
        StoreError: If the store cannot be written; what has come so far is kept.
    """
    if _is_stored(asset, store):  # asked without the lock: some stores are read-only
        return resolution_of(asset, Source.STORE)
    with store.locked(asset.digest):
        if _is_stored(asset, store):
            return resolution_of(asset, Source.STORE)
        source = Source.FETCHED_AGAIN if store.has(asset.digest) else Source.FETCHED
        store.discard(asset.digest)
        fetching = _Fetching(asset, store, root, heard)
        failed: list[FailedMirror] = []
        for mirror in asset.mirrors:
            place = mirrors.shown(mirror.location)
            try:
                found = fetching.take(mirror, source)
            except MirrorFailed as error:
                failed.append(
                    FailedMirror(
                        mirror=place, problem=str(error), obtained=error.obtained
                    )
                )
            else:
                return replace(found, mirror=place, failed=tuple(failed))
    raise AssetUnavailable(_unavailable(asset, failed), failed=tuple(failed))


def resolution_of(asset: DeclaredAsset, source: Source) -> Resolution:
    """Say where an asset came from.

    Args:
        asset: What is declared.
        source: Where its bytes came from.

    Returns:
        The same, with its labels.
    """
    return Resolution(
        name=asset.name,
        digest=asset.digest,
        source=source,
        licence=asset.licence,
        access=asset.access,
        personal_data=asset.personal_data,
    )


def _unavailable(asset: DeclaredAsset, failed: list[FailedMirror]) -> str:
    lines = [
        f"asset {asset.name!r} cannot be had: none of {len(failed)} mirrors has it"
    ]
    if not failed:
        lines = [f"asset {asset.name!r} cannot be had: it has no mirror"]
    for one in failed:
        lines.append(f"  {one.mirror}: {one.problem}")
        if one.obtained:
            lines += [f"    obtained  {one.obtained}", f"    declared  {asset.digest}"]
    lines.append(f"  once one has it: pytest-repro fetch {asset.name}")
    return "\n".join(lines)


def _is_stored(asset: DeclaredAsset, store: AssetStore) -> bool:
    return store.has(asset.digest) and _digest(store.path(asset.digest)) == asset.digest


def _digest(path: Path) -> str:
    try:
        return use(path, name=path.name).digest
    except ReproUsageError:
        return ""  # a link, a pipe, a file that nobody may read: not these bytes


@dataclass(frozen=True, slots=True)
class _Fetching:
    """One asset being fetched, with its lock held."""

    asset: DeclaredAsset
    store: AssetStore
    root: Path
    heard: Heard | None

    def take(self, mirror: Mirror, source: Source) -> Resolution:
        """Take the asset from a mirror.

        Raises:
            MirrorFailed: If it does not have these bytes.
        """
        if mirrors.is_in_project(mirror.location):
            self._check_in_place(self.root / mirror.location)
            return resolution_of(self.asset, Source.IN_PLACE)
        resumed_at = self._size()
        try:
            self._complete(mirror)
        except _OtherBytes:
            if not resumed_at:
                raise
            # The beginning came from elsewhere: it may be that which is wrong.
            resumed_at = 0
            self._complete(mirror)
        self.store.adopt(self.asset.digest)
        return replace(resolution_of(self.asset, source), resumed_at=resumed_at)

    def _check_in_place(self, path: Path) -> None:
        try:
            obtained = use(path, name=self.asset.name).digest
        except ReproUsageError as error:
            raise MirrorFailed(str(error).splitlines()[0]) from error
        if obtained != self.asset.digest:
            raise _OtherBytes(obtained)

    def _complete(self, mirror: Mirror) -> None:
        """Bring the unfinished fetch to its end, and check it; forget it if wrong."""
        if self.asset.digest.startswith(f"{TREE}:"):
            self._complete_tree(mirror)
        else:
            path, size = self.store.partial(self.asset.digest), self.asset.size_bytes
            if _size_of(path) != size or not path.exists():
                end = self._complete_file(mirror, mirror.location, path)
                if end < size:
                    msg = f"it ended after {end} of {size} bytes"
                    raise MirrorFailed(msg)
        obtained = _digest(self.store.partial(self.asset.digest))
        if obtained != self.asset.digest:
            self.store.discard(self.asset.digest, is_partial=True)
            raise _OtherBytes(obtained)

    def _complete_tree(self, mirror: Mirror) -> None:
        try:
            files, folders = mirrors.list_files(mirror.location)
        except Exception as error:  # whatever a third party's file system raises
            raise MirrorFailed(_problem(error, mirror.location)) from error
        target = self.store.partial(self.asset.digest)
        with writing(self.asset.digest):
            for folder in ("", *folders):
                (target / folder).mkdir(parents=True, exist_ok=True)
        done = 0
        for name in files:
            if not (target / name).exists():
                unfinished = target / _unfinished(name)
                location = mirrors.inside(mirror.location, name)
                try:
                    self._complete_file(mirror, location, unfinished, before=done)
                except MirrorFailed as error:
                    msg = f"{name}: {error}"
                    raise MirrorFailed(msg) from error
                with writing(self.asset.digest):
                    unfinished.rename(target / name)
            done += _size_of(target / name)

    def _complete_file(
        self, mirror: Mirror, location: str, path: Path, *, before: int = 0
    ) -> int:
        """Write what is missing of a file; returns where it ends.

        What other files of a folder take does not go into it.
        """
        start = _size_of(path)
        is_whole = location == mirror.location  # and no file of a folder
        source = partial(
            mirrors.pieces,
            location,
            start,
            timeout_s=mirror.timeout_s,
            size_bytes=self.asset.size_bytes if is_whole else None,
        )
        pieces = _named(paced(source, timeout_s=mirror.timeout_s), location)
        with ExitStack() as stack:
            stack.callback(pieces.close)
            # Nothing is left behind for a mirror that has nothing.
            first = next(pieces, Piece(start, b""))
            with writing(self.asset.digest):
                descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC)
            stack.callback(os.close, descriptor)
            end = start
            for piece in chain((first,), pieces):
                end = piece.start + len(piece.data)
                if before + end > self.asset.size_bytes:
                    size = self.asset.size_bytes
                    msg = f"it sends more than the {size} bytes that are declared"
                    raise MirrorFailed(msg)
                with writing(self.asset.digest):
                    _write(descriptor, piece)
                self._tell(before + end)
            with writing(self.asset.digest):
                os.ftruncate(descriptor, end)
        return end

    def _size(self) -> int:
        path = self.store.partial(self.asset.digest)
        if path.is_dir():
            return sum(_size_of(one) for one in path.rglob("*") if one.is_file())
        return _size_of(path)

    def _tell(self, come: int) -> None:
        if self.heard is not None:
            self.heard(self.asset.name, come, self.asset.size_bytes)


class _OtherBytes(MirrorFailed):
    """A mirror gave other bytes than those that were declared."""

    def __init__(self, obtained: str) -> None:
        super().__init__("other bytes than those declared", obtained=obtained)


def _unfinished(name: str) -> str:
    return f"{digest_of_bytes(name.encode()).rpartition(':')[2]}{UNFINISHED}"


def _named(pieces: Iterator[Piece], location: str) -> Generator[Piece, None, None]:
    """Turn whatever a mirror raises into `MirrorFailed`, without secrets."""
    try:
        yield from pieces
    except MirrorFailed:
        raise
    except Exception as error:  # whatever a third party's file system raises
        raise MirrorFailed(_problem(error, location)) from error


def _problem(error: BaseException, location: str) -> str:
    """Say in one line what went wrong, without what is secret in a location."""
    cause: BaseException = error
    while cause.__context__ is not None and not isinstance(cause, ReproError):
        cause = cause.__context__
    text = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
    plain = str(text).replace(location, mirrors.shown(location))
    printed = "".join(one if one.isprintable() else " " for one in plain)
    return " ".join(mirrors.without_secrets(printed).split())[:200]


def _write(descriptor: int, piece: Piece) -> None:
    view, at = memoryview(piece.data), piece.start
    while view:
        written = os.pwrite(descriptor, view, at)
        view, at = view[written:], at + written


def _size_of(path: Path) -> int:
    try:
        return path.lstat().st_size
    except FileNotFoundError:
        return 0
