"""The project with some files as they were at a commit, beside the one people work in.

Made of links: whatever is not put back is the very file of the work tree, so that data
and everything else that git does not keep is there as well. The repository and the work
tree are looked at and not touched.
"""

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pytest_repro.provenance.git import Git, GitError

__all__ = ["Change", "changes_since", "link_checkout"]

NOT_LINKED: Final = frozenset({".git", "__pycache__"})
"""Caches would be written to under the same names as those of the work tree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A file that is not as it was at a commit.

    Attributes:
        path: From the root of the project.
        before: Its bytes at the commit; None if there was no such file.
        diff: The changed lines, as git shows them without context; empty where there
            was no such file.
    """

    path: str
    before: bytes | None
    diff: tuple[str, ...] = ()


def changes_since(root: Path, commit: str) -> tuple[Change, ...]:
    """List the files of a project that differ from a commit.

    Args:
        root: The root of the project; what lies outside of it is not looked at.
        commit: The commit.

    Returns:
        Tracked files that were changed, added or deleted, and new Python files, by
        path; none where git does not know the commit.
    """
    try:
        git = Git(root)
        return tuple(sorted(_changes(git, commit), key=lambda change: change.path))
    except GitError:
        return ()


def _changes(git: Git, commit: str) -> Iterator[Change]:
    options = ("--no-renames", "--no-ext-diff", "--no-textconv", "--no-color")
    listed = git.ask(
        *("diff", "--name-status", "-z", *options, "--relative", commit, "--", ".")
    )
    words = os.fsdecode(listed).split("\0")[:-1]
    for status, path in zip(words[::2], words[1::2], strict=True):
        if status == "A":
            yield Change(path=path, before=None)
            continue
        before = git.ask("show", f"{commit}:./{path}")
        shown = git.ask("diff", "-U0", *options, "--relative", commit, "--", path)
        yield Change(path=path, before=before, diff=tuple(_lines(shown)))
    new = git.ask("ls-files", "-z", "--others", "--exclude-standard", "--", "*.py")
    for path in os.fsdecode(new).split("\0")[:-1]:
        yield Change(path=path, before=None)


def _lines(shown: bytes) -> Iterator[str]:
    """Keep the lines that went and came."""
    for line in shown.decode("utf-8", errors="replace").splitlines():
        if line.startswith(("-", "+")) and not line.startswith(("---", "+++")):
            yield line


def link_checkout(root: Path, folder: Path, changes: Collection[Change]) -> None:
    """Lay out a project in which some changes are taken back.

    Args:
        root: The root of the project.
        folder: Where; exists and is empty, outside of the root or in a folder of it
            that holds no file which is needed.
        changes: Those that are taken back.
    """
    put_back = {Path(change.path): change.before for change in changes}
    inner = {parent for path in put_back for parent in path.parents} - {Path()}
    _link(root, folder, Path(), inner, frozenset(put_back))
    for path, before in put_back.items():
        if before is not None:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(before)


def _link(
    root: Path,
    folder: Path,
    place: Path,
    inner: Collection[Path],
    omitted: Collection[Path],
) -> None:
    """Link what a folder holds; go into those folders that hold a change."""
    for source in sorted((root / place).iterdir()):
        path = place / source.name
        is_own = folder.is_relative_to(source)
        if source.name in NOT_LINKED or path in omitted or is_own:
            continue
        if path in inner and source.is_dir():
            (folder / path).mkdir()
            _link(root, folder, path, inner, omitted)
        else:
            (folder / path).symlink_to(source)
