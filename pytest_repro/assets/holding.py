"""Hash what a run reads, and look at it again afterwards.

Data that changes while it is used makes a run worthless, and nobody notices. So what
was hashed is held: with a stamp of each file, by which a large one is known again
without reading it.
"""

import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pytest_repro.assets.files import hash_file, kind_of
from pytest_repro.assets.stamps import Stamp, stamp_of
from pytest_repro.assets.trees import Progress, Tree, hash_tree
from pytest_repro.digests import Digest
from pytest_repro.errors import ReproUsageError
from pytest_repro.records import AssetUse

__all__ = ["Held", "Unstable", "check_unchanged", "hold", "use"]

_LARGE_BYTES: Final = 64 * 2**20
_MAX_SHOWN: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An asset that was hashed, and what it takes to look again.

    Attributes:
        path: Where it is.
        use: What the record says of it.
        stamp: What the file system said while it was hashed.
        tree: All its files, if it is a folder.
    """

    path: Path
    use: AssetUse
    stamp: Stamp
    tree: Tree | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unstable:
    """An asset that is no longer what it was.

    Attributes:
        name: The name by which the experiment asked.
        before: The digest when it was first hashed.
        after: The digest now; None if it is gone or cannot be read.
        where: Of a folder, some of the files that differ, came or went.
    """

    name: str
    before: Digest
    after: Digest | None
    where: tuple[str, ...] = ()


def use(path: Path, *, name: str) -> AssetUse:
    """Hash a file or a folder.

    Args:
        path: Where it is.
        name: By which it is asked for and recorded.

    Returns:
        Name, digest and size.

    Raises:
        ReproUsageError: If it is missing, not readable, a git-LFS pointer, changes
            while it is read, or holds what has no digest, see `trees`.
    """
    return hold(path, name=name).use


def hold(path: Path, *, name: str, progress: Progress | None = None) -> Held:
    """Hash a file or a folder and remember what it looks like, for `check_unchanged`.

    Args:
        path: Where it is.
        name: By which it is asked for and recorded.
        progress: Hears of the files of a folder now and then.

    Returns:
        The asset as it is now.

    Raises:
        ReproUsageError: As for `use`.
    """
    if kind_of(path, name=name) == stat.S_IFDIR:
        tree = hash_tree(path, name=name, progress=progress)
        found = AssetUse(name=name, digest=tree.digest, size_bytes=tree.size_bytes)
        return Held(path=path, use=found, stamp=stamp_of(path.stat()), tree=tree)
    digest, stamp = hash_file(path, name=name)
    found = AssetUse(name=name, digest=digest, size_bytes=stamp.size_bytes)
    return Held(path=path, use=found, stamp=stamp)


def check_unchanged(held: Iterable[Held]) -> tuple[Unstable, ...]:
    """Find the assets that changed since they were hashed.

    A large file with an equal stamp is taken as unchanged, any other is hashed again.
    A small one could be written twice within one tick of the file system's clock;
    hashing a large one takes longer than a tick. The files of a folder are treated in
    the same way, each by itself.

    Args:
        held: What `hold` gave.

    Returns:
        Those whose bytes are others now or that are gone, in the given order; empty
        if all is well.
    """
    return tuple(found for one in held if (found := _compare(one)) is not None)


def _compare(held: Held) -> Unstable | None:
    try:
        now = held if _has_its_stamp(held) else _hold_again(held)
    except (OSError, ReproUsageError):
        return Unstable(name=held.use.name, before=held.use.digest, after=None)
    if now.use.digest == held.use.digest:
        return None
    return Unstable(
        name=held.use.name,
        before=held.use.digest,
        after=now.use.digest,
        where=_differing(held.tree, now.tree),
    )


def _has_its_stamp(held: Held) -> bool:
    is_large = held.tree is None and held.use.size_bytes >= _LARGE_BYTES
    return is_large and stamp_of(held.path.stat()) == held.stamp


def _hold_again(held: Held) -> Held:
    if held.tree is None or not held.path.is_dir():
        return hold(held.path, name=held.use.name)
    large = {
        leaf.name: leaf
        for leaf in held.tree.leaves
        if leaf.stamp.size_bytes >= _LARGE_BYTES
    }
    tree = hash_tree(held.path, name=held.use.name, known=large)
    found = AssetUse(name=held.use.name, digest=tree.digest, size_bytes=tree.size_bytes)
    return Held(path=held.path, use=found, stamp=held.stamp, tree=tree)


def _differing(before: Tree | None, after: Tree | None) -> tuple[str, ...]:
    if before is None or after is None:
        return ()
    names = {*_rows(before), *_rows(after)} - ({*_rows(before)} & {*_rows(after)})
    return tuple(sorted({name for name, _ in names})[:_MAX_SHOWN])


def _rows(tree: Tree) -> list[tuple[str, bytes]]:
    files = [(leaf.name, leaf.sha256) for leaf in tree.leaves]
    return files + [(folder, b"") for folder in tree.folders]
