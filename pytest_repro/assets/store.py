"""The content store: files and folders that lie under the digest of their bytes.

    sha256/ab/cdef…           a file, read-only
    sha256-tree-v1/ab/cdef…   a folder
    partial/sha256-abcdef…    what a fetch has got so far; kept, to go on from there
    locks/sha256-abcdef…      held by whoever writes or removes that asset
    trash/…                   being removed

An asset appears by one renaming, after its bytes were hashed as they lie on the disk.
So a crash at any moment leaves it whole or absent, and several projects and machines
can share a store. What is served is hashed again by whoever reads it: a store is a
cache, and no authority on what its bytes are.

This moves and locks. It knows no mirrors, and hashes nothing.
"""

import errno
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from pytest_repro.digests import Digest
from pytest_repro.disk import telling
from pytest_repro.errors import StoreBusy, StoreError, StoreFull, StoreReadOnly

__all__ = ["AssetStore", "Stored", "writing"]

ALGORITHMS: Final = ("sha256", "sha256-tree-v1")
LOCK_TIMEOUT_S: Final = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """Something that lies in the store.

    Attributes:
        digest: Under which it lies.
        path: Where.
        size_bytes: What it takes.
        is_partial: Whether it is an unfinished fetch.
    """

    digest: Digest
    path: Path
    size_bytes: int
    is_partial: bool = False


class AssetStore:
    """A folder of assets by digest.

    Attributes:
        root: The folder; it need not exist.
    """

    def __init__(self, root: Path) -> None:
        """Take a folder.

        Args:
            root: The folder; it need not exist.
        """
        self.root = root

    def path(self, digest: Digest) -> Path:
        """Return where an asset lies, or would."""
        algorithm, _, name = digest.partition(":")
        return self.root / algorithm / name[:2] / name[2:]

    def partial(self, digest: Digest) -> Path:
        """Return where an unfinished fetch of an asset lies, or would."""
        return self.root / "partial" / digest.replace(":", "-")

    def has(self, digest: Digest) -> bool:
        """Tell whether something lies under a digest; it is not hashed.

        Args:
            digest: The digest.

        Returns:
            Whether there is anything.

        Raises:
            StoreError: If the store may not be looked into.
        """
        with _looking(digest):
            return self.path(digest).exists()

    @contextmanager
    def locked(
        self, digest: Digest, *, timeout_s: float = LOCK_TIMEOUT_S
    ) -> Iterator[None]:
        """Keep everybody else from writing or removing one asset.

        Args:
            digest: Of the asset.
            timeout_s: How long to wait for somebody else [s].

        Yields:
            Nothing.

        Raises:
            StoreBusy: If somebody else held the lock for all that time.
            StoreError: If the system refuses.
        """
        lock = FileLock(self.root / "locks" / digest.replace(":", "-"))
        with ExitStack() as stack:
            with writing(digest):
                self._make()
                try:
                    stack.enter_context(lock.acquire(timeout=timeout_s))
                except Timeout:
                    msg = (
                        f"another process is fetching {digest}: waited {timeout_s:g} s "
                        "for its lock; run again when it is done"
                    )
                    raise StoreBusy(msg) from None
            yield

    def adopt(self, digest: Digest) -> None:
        """Let a fetch that is finished and verified appear; its lock is held.

        Args:
            digest: Of the bytes that lie at `partial`.

        Raises:
            StoreError: If the system refuses; nothing has appeared then.
        """
        partial, path = self.partial(digest), self.path(digest)
        with writing(digest):
            _protect(partial)
            path.parent.mkdir(parents=True, exist_ok=True)
            partial.rename(path)
            _sync_folder(path.parent)

    def discard(self, digest: Digest, *, is_partial: bool = False) -> None:
        """Remove what lies under a digest, at once for all readers; its lock is held.

        Args:
            digest: The digest.
            is_partial: Whether the unfinished fetch is meant.

        Raises:
            StoreError: If the system refuses.
        """
        path = self.partial(digest) if is_partial else self.path(digest)
        trash = self._trash(digest)
        with writing(digest):
            _remove(trash)  # what a crash left there
            if os.path.lexists(path):
                trash.parent.mkdir(exist_ok=True)
                path.rename(trash)
                _remove(trash)

    def clear(self, digest: Digest) -> None:
        """Remove what a crash left of an earlier removal; its lock is held.

        Args:
            digest: The digest.

        Raises:
            StoreError: If the system refuses.
        """
        with writing(digest):
            _remove(self._trash(digest))

    def discarded(self) -> tuple[Digest, ...]:
        """List the digests whose removal did not come to its end, sorted."""
        found = sorted((self.root / "trash").glob("*-*"))
        return tuple(_digest_of(path.name) for path in found)

    def contents(self) -> Iterator[Stored]:
        """List what lies in the store, unfinished fetches too, sorted by digest."""
        for algorithm in ALGORITHMS:
            for path in sorted((self.root / algorithm).glob("[0-9a-f][0-9a-f]/*")):
                digest = Digest(f"{algorithm}:{path.parent.name}{path.name}")
                yield Stored(digest=digest, path=path, size_bytes=_size(path))
        for path in sorted((self.root / "partial").glob("*-*")):
            digest, size = _digest_of(path.name), _size(path)
            yield Stored(digest=digest, path=path, size_bytes=size, is_partial=True)

    def _trash(self, digest: Digest) -> Path:
        return self.root / "trash" / digest.replace(":", "-")

    def _make(self) -> None:
        for name in ("partial", "locks"):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        ignore = self.root / ".gitignore"
        if not (ignore.exists() and ignore.stat().st_size):
            ignore.write_text("*\n", encoding="utf-8")


def writing(digest: Digest) -> AbstractContextManager[None]:
    """Turn errors of the system into `StoreError`.

    Args:
        digest: What is written.

    Returns:
        A context that raises `StoreFull` if no space was left, `StoreReadOnly` if
        writing is not allowed, `StoreError` if the system refused otherwise.
    """

    def tell(kind: type[StoreError], why: str) -> str:
        if kind is StoreFull:
            return (
                f"no space to keep {digest}: {why}; what has come so far is kept\n"
                "  remedy  free some space, as 'pytest-repro gc' does, then fetch again"
            )
        if kind is StoreReadOnly:
            return (
                f"not allowed to keep {digest} in the content store: {why}\n"
                "  remedy  check its permissions, or name another store with "
                "repro_assets"
            )
        return f"cannot keep {digest} in the content store: {why}"

    return telling(tell)


@contextmanager
def _looking(digest: Digest) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        msg = (
            f"cannot look for {digest} in the content store: {error.strerror}\n"
            "  remedy  check who may read it, or name another store with repro_assets"
        )
        raise StoreError(msg) from error


def _digest_of(name: str) -> Digest:
    """Read the name of an unfinished fetch or of rubbish."""
    algorithm, _, digits = name.rpartition("-")
    return Digest(f"{algorithm}:{digits}")


def _protect(path: Path) -> None:
    """Make files read-only and durable."""
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            if file.is_file():
                file.chmod(0o444)
        os.sync()  # one for all: a hundred thousand files would take minutes
        return
    path.chmod(0o444)
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise
    finally:
        os.close(descriptor)


def _remove(path: Path) -> None:
    with suppress(FileNotFoundError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else (path,)
    modes = (file.lstat() for file in files)
    return sum(one.st_size for one in modes if stat.S_ISREG(one.st_mode))
