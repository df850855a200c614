"""Earlier approved states of a reference, found in git and checked against its history.

A rewrite keeps the digest of what it supersedes. So the present reference vouches for
each state before it: a state that git has under that very digest, and whose own history
is the beginning of the present one, is the one that people approved. Whatever else lies
in git (a branch that lost, a folder that was deleted and recorded anew) is not.

Nothing is written here; see `rollback`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from pytest_repro.digests import Digest, digest_of_bytes
from pytest_repro.errors import NoRevision, RecordError
from pytest_repro.provenance import Commit, Revisions
from pytest_repro.records import RunRecord
from pytest_repro.references import SUMS, decode, encode

__all__ = ["Archive", "State", "chain_of", "content_of", "with_its_code"]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One state of a reference that git has.

    Attributes:
        sums: The digest of its `SHA256SUMS`.
        commit: The first commit that held it.
    """

    sums: Digest
    commit: Commit


def chain_of(record: RunRecord, sums: Digest) -> tuple[Digest | None, ...]:
    """List the digests that a reference's own history names.

    Args:
        record: The reference.
        sums: The digest of its `SHA256SUMS`.

    Returns:
        That of revision 1 first, its own last; None where a revision named none, as
        when it replaced a damaged one.
    """
    before: list[Digest | None] = [one.supersedes for one in record.history[1:]]
    return (*before, sums)


def content_of(record: RunRecord) -> dict[str, bytes]:
    """Write what a reference says, apart from who approved it, when and why.

    Args:
        record: The reference.

    Returns:
        The bytes of its files; two states with the same content differ in history only.
    """
    return encode(replace(record, history=()))


def with_its_code(record: RunRecord, root: Path, folder: Path) -> RunRecord:
    """Correct which commit has the code of a reference.

    A reference is recorded first and committed together with the code that gave it. So
    where that was not committed yet, its own commit has other code than it ran; the one
    that brought the reference into git is taken, if the test's file in it is the same.

    Args:
        record: The reference.
        root: The root of the project.
        folder: The folder of the reference.

    Returns:
        The reference, with the better commit if there is one.
    """
    code = record.identity.code
    if not code.get("is_dirty"):
        return record
    try:
        archive = Archive(root, folder)
        state = archive.find(digest_of_bytes(encode(record)[SUMS]))
        source = archive.file(state, str(code.get("source"))) if state else None
    except (NoRevision, RecordError):
        return record
    if state is None or source is None:
        return record
    if digest_of_bytes(source) != code.get("source_digest"):
        return record
    better = {**code, "commit": state.commit.name, "is_dirty": False}
    return replace(record, identity=replace(record.identity, code=better))


class Archive:
    """What git has of one reference."""

    def __init__(self, root: Path, folder: Path) -> None:
        """Find the repository.

        Args:
            root: The root of the project.
            folder: The folder of the reference.

        Raises:
            NoRevision: If there is no git, no repository with a commit, or the folder
                lies outside of the project.
        """
        if not folder.is_relative_to(root):
            msg = f"{folder} lies outside of the project, whose history git keeps"
            raise NoRevision(msg)
        self._revisions = Revisions(root)
        self._folder = PurePosixPath(folder.relative_to(root))

    @property
    def is_shallow(self) -> bool:
        """Whether older commits are missing here."""
        return self._revisions.is_shallow

    def states(self) -> tuple[State, ...]:
        """List every state that was ever committed.

        Returns:
            The one that was committed last comes first; each once.

        Raises:
            NoRevision: If git cannot tell.
        """
        found = list(self._walk())
        # Of the commits that hold a state, the last one in the list is the oldest.
        first = {state.sums: state for state in found}
        return tuple(first[sums] for sums in dict.fromkeys(one.sums for one in found))

    def find(self, sums: Digest) -> State | None:
        """Find the state with a digest.

        Args:
            sums: The digest of its `SHA256SUMS`.

        Returns:
            The state, or None if git does not have it.

        Raises:
            NoRevision: If git cannot tell.
        """
        found = None
        for state in self._walk():
            if state.sums == sums:
                found = state
        return found

    def at(self, revision: str) -> State | None:
        """Find the state that a commit holds, whether or not it changed it.

        Args:
            revision: Such as ``HEAD~2``, a tag, or a commit.

        Returns:
            The state, or None if the commit has no such reference.

        Raises:
            NoRevision: If git knows no such commit.
            RecordError: If something else is in its place.
        """
        commit = self._revisions.resolve(revision)
        data = self._revisions.file_at(commit.name, self._folder / SUMS)
        return (
            None if data is None else State(sums=digest_of_bytes(data), commit=commit)
        )

    def read(self, state: State) -> RunRecord:
        """Read a state in full, and check its sums.

        Args:
            state: One that git has.

        Returns:
            The reference as it was.

        Raises:
            RecordError: If it cannot be read as it was written.
            NoRevision: If git lacks an object.
        """
        files = self._revisions.files_at(state.commit.name, self._folder)
        return decode(files, path=f"{state.commit.name[:10]}:{self._folder}")

    def file(self, state: State, path: str) -> bytes | None:
        """Read any file of the project, as it was when a state was committed.

        Args:
            state: One that git has.
            path: Relative to the root of the project.

        Returns:
            Its bytes; None if there was no such file.

        Raises:
            RecordError: If something else is in its place.
            NoRevision: If git lacks an object.
        """
        return self._revisions.file_at(state.commit.name, PurePosixPath(path))

    def _walk(self) -> Iterator[State]:
        for commit in self._revisions.commits_of(self._folder):
            try:
                data = self._revisions.file_at(commit.name, self._folder / SUMS)
            except RecordError:
                continue  # a link or a pointer is nobody's approved state
            if data is not None:
                yield State(sums=digest_of_bytes(data), commit=commit)
