"""Files as they were at a git revision, read from git's objects, without a checkout.

An approved state that was overwritten is still in the history. It is read here without
touching the work tree or the index, and without any program that the repository names:
blobs are taken raw, so no filter or text converter runs, and nothing is fetched.

What a tree may hold instead of a file (a link, a submodule, a git-LFS pointer) is
refused, each with its own message. This knows nothing of what the files mean.
"""

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from pytest_repro.errors import NoRevision, PointerRecord, RecordError, UnsafePath
from pytest_repro.provenance.git import Git, GitError

__all__ = ["Commit", "Revisions"]

MAX_FILES: Final = 64
MAX_FILE_BYTES: Final = 256 * 1024 * 1024
MAX_COMMITS: Final = 10_000

_PLAIN: Final = ("--no-replace-objects", "--literal-pathspecs")
"""A replaced object would tell another history than everybody else has."""

_POINTER: Final = b"version https://git-lfs.github.com/spec/"
_KINDS: Final = {
    "120000": "a symbolic link",
    "160000": "a submodule",
    "040000": "a folder",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One commit.

    Attributes:
        name: Its full object name.
        date_utc: When it was committed, by the clock of whoever did, such as
            ``2026-01-02T03:04:05Z``.
        subject: The first line of its message.
    """

    name: str
    date_utc: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Blob:
    """One row of a tree."""

    mode: str
    name: str
    path: PurePosixPath
    size: int


class Revisions:
    """The history of a project, as far as HEAD knows it.

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
        with _telling("the history cannot be read"):
            self._git = Git(root)
            found = self._git.ask("rev-parse", "--is-shallow-repository", "HEAD")
        self.is_shallow = found.split()[0] == b"true"

    def resolve(self, text: str) -> Commit:
        """Find the commit that somebody names.

        Args:
            text: Such as ``HEAD~2``, a tag, or the beginning of an object name.

        Returns:
            The commit.

        Raises:
            NoRevision: If there is no such commit.
        """
        msg = f"git knows no commit {text!r}{self._shallow}"
        if text.startswith("-") or "\0" in text:
            raise NoRevision(msg)
        with _telling(msg):
            name = self._ask("rev-parse", "--verify", "--quiet", f"{text}^{{commit}}")
            return next(self._commits("--max-count=1", name.decode().strip()))

    def commits_of(self, path: PurePosixPath) -> tuple[Commit, ...]:
        """List the commits that changed a file or anything in a folder.

        Args:
            path: Relative to the root.

        Returns:
            The newest first; those of merged branches too, whichever side won.

        Raises:
            NoRevision: If git cannot tell.
        """
        with _telling(f"the history of {path} cannot be read"):
            options = ("--full-history", f"--max-count={MAX_COMMITS}", "HEAD")
            return tuple(self._commits(*options, "--", str(path)))

    def files_at(self, commit: str, folder: PurePosixPath) -> dict[str, bytes]:
        """Read the files of a folder, without those of folders in it.

        Args:
            commit: The full name of a commit.
            folder: Relative to the root.

        Returns:
            Their bytes by name; empty if the commit had no such folder.

        Raises:
            UnsafePath: If a link or a submodule is there, or on the way.
            PointerRecord: If git keeps a git-LFS pointer instead of a file.
            RecordError: If a file is too large, or there are very many.
            NoRevision: If git lacks the commit or one of its objects.
        """
        rows = self._rows(commit, f"{folder}/")
        if not rows:
            self._check_way(commit, folder)
        if len(rows) > MAX_FILES:
            msg = f"{len(rows)} files are over the limit of {MAX_FILES}"
            raise RecordError(msg, path=f"{commit[:10]}:{folder}")
        return {row.path.name: self._read(commit, row) for row in rows}

    def file_at(self, commit: str, path: PurePosixPath) -> bytes | None:
        """Read one file.

        Args:
            commit: The full name of a commit.
            path: Relative to the root.

        Returns:
            Its bytes; None if the commit had no such file.

        Raises:
            UnsafePath: If a link or a submodule is there, or on the way.
            PointerRecord: If git keeps a git-LFS pointer instead of the file.
            RecordError: If it is too large.
            NoRevision: If git lacks the commit or one of its objects.
        """
        rows = self._rows(commit, str(path))
        if not rows:
            self._check_way(commit, path.parent)
            return None
        return self._read(commit, rows[0])

    def _ask(self, *question: str) -> bytes:
        return self._git.ask(*_PLAIN, *question)

    def _commits(self, *question: str) -> Iterator[Commit]:
        # Plumbing: unlike `git log` it reads no setting that starts a program.
        listed = self._ask("rev-list", "--format=%ct %s", *question)
        lines = listed.decode("utf-8", errors="replace").split("\n")[:-1]
        for head, line in zip(lines[::2], lines[1::2], strict=True):
            seconds, _, subject = line.partition(" ")
            date = dt.datetime.fromtimestamp(int(seconds), tz=dt.UTC)
            yield Commit(
                name=head.removeprefix("commit "),
                date_utc=date.strftime("%Y-%m-%dT%H:%M:%SZ"),
                subject=subject,
            )

    def _rows(self, commit: str, path: str) -> list[_Blob]:
        with _telling(f"git does not have the commit {commit[:10]}{self._shallow}"):
            listed = self._ask("ls-tree", "-z", "-l", commit, "--", path)
        return [_blob(row) for row in os.fsdecode(listed).split("\0")[:-1]]

    def _check_way(self, commit: str, folder: PurePosixPath) -> None:
        """Tell a folder that was not there from one behind a link."""
        for place in (folder, *folder.parents):
            if place.name:
                for row in self._rows(commit, str(place)):
                    if row.mode != "040000":
                        raise _refused(commit, row)

    def _read(self, commit: str, row: _Blob) -> bytes:
        shown = f"{commit[:10]}:{row.path}"
        if row.mode in _KINDS:
            raise _refused(commit, row)
        if row.size > MAX_FILE_BYTES:
            msg = f"{row.size} bytes are over the limit of {MAX_FILE_BYTES}"
            raise RecordError(msg, path=shown)
        with _telling(
            f"git does not have the content of {shown}\n"
            "  a partial clone lacks it: git fetch --refetch"
        ):
            data = self._ask("cat-file", "blob", row.name)
        if data.startswith(_POINTER):
            msg = "git keeps a git-LFS pointer here, not the file itself"
            remedy = "keep references out of git-LFS: they are small text"
            raise PointerRecord(msg, path=shown, remedy=remedy)
        return data

    @property
    def _shallow(self) -> str:
        if not self.is_shallow:
            return ""
        return "\n  this clone is shallow, fetch the rest: git fetch --unshallow"


@contextmanager
def _telling(message: str) -> Iterator[None]:
    """Turn what git refuses into an error with its own words."""
    try:
        yield
    except GitError as error:
        msg = f"{message} ({error})"
        raise NoRevision(msg) from error


def _blob(row: str) -> _Blob:
    facts, _, path = row.partition("\t")
    mode, _, name, size = facts.split()
    is_file = size.isdecimal()
    return _Blob(
        mode=mode,
        name=name,
        path=PurePosixPath(path),
        size=int(size) if is_file else 0,
    )


def _refused(commit: str, row: _Blob) -> UnsafePath:
    what = _KINDS.get(row.mode, "a file")
    msg = f"at this commit it is {what}"
    remedy = "references are plain files in plain folders: choose another commit"
    return UnsafePath(msg, path=f"{commit[:10]}:{row.path}", remedy=remedy)
