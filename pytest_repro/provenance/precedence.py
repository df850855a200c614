"""Whether a file was committed before a run: git's own facts, by ancestry and content.

Dates are never asked: anybody can set them. A run names the commit at which it was
made; what that commit holds was there before the run, whatever came later. Nothing is
decided here, and nothing raises: where git has no answer, the facts say so.
"""

import os
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from pytest_repro.errors import NoRevision, RecordError
from pytest_repro.provenance.git import Git, GitError
from pytest_repro.provenance.revisions import Revisions

__all__ = ["Facts", "Past", "same_text"]

MOST_COMMITS: Final = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What git says of a file and a commit.

    Attributes:
        is_known: Whether git has the commit here.
        is_past: Whether HEAD descends from it, or is it.
        then: The file at the commit; None if it had none.
        now: The file at HEAD; likewise.
        renamed: Where the commit had exactly the present content, if elsewhere.
        last_change: The last commit that changed the file; empty if there is none.
        is_changed_since: Whether the commit does not descend from that one.
        problem: Why a file cannot be read; empty if it can.
    """

    is_known: bool = True
    is_past: bool = True
    then: bytes | None = None
    now: bytes | None = None
    renamed: str = ""
    last_change: str = ""
    is_changed_since: bool = False
    problem: str = ""


def same_text(one: bytes | None, other: bytes | None) -> bool:
    """Tell whether two files say the same, whatever a checkout did to line endings.

    Args:
        one: The bytes of one; None if there is none.
        other: Those of the other.

    Returns:
        Whether they do.
    """
    if one is None or other is None:
        return one is other
    return one.replace(b"\r\n", b"\n") == other.replace(b"\r\n", b"\n")


class Past:
    """The history of a project, asked what came before what.

    Attributes:
        is_shallow: Whether older commits are missing here.
    """

    def __init__(self, root: Path) -> None:
        """Find the repository.

        Args:
            root: The root of the project; paths are relative to it.

        Raises:
            NoRevision: If there is no git, or no repository with a commit.
        """
        self._revisions = Revisions(root)
        self.is_shallow = self._revisions.is_shallow
        try:
            self._git = Git(root)
        except GitError as error:
            raise NoRevision(str(error)) from error
        self._order: dict[str, int] | None = None

    def facts(self, path: PurePosixPath, commit: str, current: bytes) -> Facts:
        """Say how a file stands to a commit.

        Args:
            path: The file, relative to the root.
            commit: The full name of the commit at which a run was made.
            current: The file's bytes in the work tree.

        Returns:
            The facts.
        """
        if not self._is_known(commit):
            return Facts(is_known=False, is_past=False)
        try:
            then = self._revisions.file_at(commit, path)
            now = self._revisions.file_at("HEAD", path)
        except (NoRevision, RecordError) as error:
            return Facts(problem=str(error))
        last = self._last_change(path)
        return Facts(
            is_past=self._descends("HEAD", commit),
            then=then,
            now=now,
            renamed="" if then is not None else self._renamed(commit, path, current),
            last_change=last,
            is_changed_since=bool(last) and not self._descends(commit, last),
        )

    def earliest(self, commits: Collection[str]) -> str:
        """Find a commit that none of the others came before.

        Args:
            commits: Full names; those that HEAD does not descend from do not count.

        Returns:
            One of them; empty if none is left.
        """
        if self._order is None:
            self._order = self._walk()
        past = [one for one in commits if one in self._order]
        return max(past, key=self._order.__getitem__, default="")

    def first_files(self, folder: PurePosixPath, name: str) -> dict[str, bytes]:
        """Read the files of one name as the commit had them that first had any.

        Args:
            folder: Relative to the root; files of folders in it count.
            name: Their name.

        Returns:
            Their bytes by path, relative to the root; empty where there never were any.
        """
        with suppress(NoRevision, RecordError, GitError):
            commits = self._revisions.commits_of(folder)
            if commits:
                first = commits[-1].name
                paths = [one for one in self._paths(first, folder) if one.name == name]
                read = {str(one): self._revisions.file_at(first, one) for one in paths}
                return {one: data for one, data in read.items() if data is not None}
        return {}

    def _is_known(self, commit: str) -> bool:
        with suppress(GitError):
            self._git.ask("cat-file", "-e", f"{commit}^{{commit}}")
            return True
        return False

    def _descends(self, later: str, commit: str) -> bool:
        with suppress(GitError):
            self._git.ask("merge-base", "--is-ancestor", commit, later)
            return True
        return False

    def _last_change(self, path: PurePosixPath) -> str:
        # Simplified on purpose: a merged side whose text did not win changed nothing.
        question = ("rev-list", "--max-count=1", "HEAD", "--", str(path))
        with suppress(GitError):
            return self._git.ask("--literal-pathspecs", *question).decode().strip()
        return ""

    def _renamed(self, commit: str, path: PurePosixPath, current: bytes) -> str:
        with suppress(NoRevision, RecordError, GitError):
            for other in self._paths(commit, path.parent):
                is_kind = other.parent == path.parent and other.suffix == path.suffix
                if is_kind and same_text(
                    self._revisions.file_at(commit, other), current
                ):
                    return str(other)
        return ""

    def _paths(self, commit: str, folder: PurePosixPath) -> list[PurePosixPath]:
        question = ("ls-tree", "-r", "-z", "--name-only", commit, "--", f"{folder}/")
        listed = os.fsdecode(self._git.ask("--literal-pathspecs", *question))
        return [PurePosixPath(path) for path in listed.split("\0")[:-1]]

    def _walk(self) -> dict[str, int]:
        question = ("rev-list", "--topo-order", f"--max-count={MOST_COMMITS}", "HEAD")
        with suppress(GitError):
            names = self._git.ask(*question).decode().split()
            return {name: place for place, name in enumerate(names)}
        return {}
