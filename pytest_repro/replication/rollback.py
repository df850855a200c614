"""Go back to an earlier approved state of a reference, as a new revision.

History is never rewritten. The state that is restored gets the whole history that led
away from it, and one more revision that says where it came from and why. So who looks
at the reference later sees both the mistake and its undoing, with the drift of each.

Only a state for which the present reference vouches is restored (see `approved`), and
only if nothing is lost: the present state must be in git.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from pytest_repro.digests import Digest
from pytest_repro.errors import NoRevision, RecordError, ReproUsageError
from pytest_repro.records import Revision, RunRecord
from pytest_repro.references import Acceptance, ReferenceStore, revise
from pytest_repro.replication.approved import Archive, State, chain_of, content_of

__all__ = ["Approved", "Restored", "Rollback"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """One revision of a reference, and where its state is.

    Attributes:
        revision: The approval.
        sums: The digest of its `SHA256SUMS`; None if the history does not name it.
        state: What git has of it; None if git does not have it.
        is_present: Whether it is the state in place.
    """

    revision: Revision
    sums: Digest | None
    state: State | None
    is_present: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a rollback came to.

    Attributes:
        folder: The reference.
        record: As it is now.
        source: The approval that was restored.
    """

    folder: Path
    record: RunRecord
    source: Approved


class Rollback:
    """The approved states of one reference, and the way back to one of them.

    Attributes:
        present: The reference in place.
        approved: Its revisions, oldest first.
        is_shallow: Whether git lacks older commits here.
    """

    def __init__(self, store: ReferenceStore, experiment: str, key: str) -> None:
        """Look at a reference and its history.

        Args:
            store: The references; the git of its base has the history.
            experiment: The node id.
            key: The environment key.

        Raises:
            RecordError: If the reference cannot be read, or there is none.
            NoRevision: If git cannot tell.
        """
        found = store.held(experiment, key)
        if found.record is None or found.sums is None or found.folder is None:
            msg = f"{experiment} has no reference for {key}"
            raise RecordError(msg, remedy="see what there is with: pytest-repro list")
        self._store = store
        self._sums = found.sums
        self._shown = store.show(found.folder)
        self._archive = Archive(store.base, found.folder)
        self._states = {one.sums: one for one in self._archive.states()}
        self.present = found.record
        self.approved = self._approvals()
        self.is_shallow = self._archive.is_shallow

    def revision(self, number: int) -> Approved:
        """Find an approval by its number.

        Args:
            number: From 1 on.

        Returns:
            The approval.

        Raises:
            NoRevision: If there is no such revision, or git does not have its state.
        """
        if not 1 <= number <= len(self.approved):
            msg = (
                f"{self._shown} has no revision {number}, only 1 to"
                f" {len(self.approved)}"
            )
            raise NoRevision(msg)
        found = self.approved[number - 1]
        if found.state is None and not found.is_present:
            raise NoRevision(self._not_in_git(found))
        return found

    def at(self, commit: str) -> Approved:
        """Find the approval that held at a commit.

        Args:
            commit: Any name of it.

        Returns:
            The approval.

        Raises:
            NoRevision: If git knows no such commit, or it has no such reference.
            RecordError: If the state at that commit is not one that was superseded.
        """
        state = self._archive.at(commit)
        if state is None:
            msg = f"at commit {commit} there is no {self._shown}"
            raise NoRevision(msg)
        for one in self.approved:
            if one.sums == state.sums:
                return replace(one, state=state)
        msg = (
            f"the state at commit {state.commit.name[:10]} is none of the revisions"
            " that led to the present one: nobody can tell that it was approved"
        )
        remedy = "see which were: pytest-repro rollback EXPERIMENT --list"
        raise RecordError(msg, path=self._shown, remedy=remedy)

    def draft(self, source: Approved, why: Acceptance) -> RunRecord:
        """Make a revision of an earlier state, and write nothing.

        Args:
            source: One of the approvals.
            why: What stands in the new revision.

        Returns:
            The reference as it would be.

        Raises:
            ReproUsageError: If nothing would change.
            RecordError: If the state cannot be verified, or the present one would be
                lost.
        """
        if source.is_present:
            raise ReproUsageError(self._standstill(source))
        self._check_kept()
        old = self._verified(source)
        if content_of(old) == content_of(self.present):
            raise ReproUsageError(self._standstill(source))
        record = revise(
            old,
            self.present,
            reason=_reason(source, why.reason),
            created_utc=why.created_utc,
            created_by=why.created_by,
            supersedes=self._sums,
        )
        last = replace(record.history[-1], approved_by=why.approved_by)
        return replace(record, history=(*record.history[:-1], last))

    def restore(self, source: Approved, why: Acceptance) -> Restored:
        """Make an earlier state the present one.

        Args:
            source: One of the approvals.
            why: What stands in the new revision.

        Returns:
            What it came to.

        Raises:
            ReproUsageError: If nothing would change.
            RecordError: If the state cannot be verified, or the present one would be
                lost.
            StaleCandidate: If it was rewritten meanwhile.
            StoreError: If it cannot be written.
        """
        record = self.draft(source, why)
        folder = self._store.succeed(record, expected=self._sums)
        return Restored(folder=folder, record=record, source=source)

    def _approvals(self) -> tuple[Approved, ...]:
        chain = chain_of(self.present, self._sums)
        pairs = zip(self.present.history, chain, strict=False)
        return tuple(
            Approved(
                revision=revision,
                sums=sums,
                state=self._states.get(sums) if sums else None,
                is_present=sums == self._sums,
            )
            for revision, sums in pairs
        )

    def _verified(self, source: Approved) -> RunRecord:
        """Read a state, and believe it only if the present history goes on from it."""
        state = source.state
        if state is None:
            raise NoRevision(self._not_in_git(source))
        record = self._archive.read(state)
        past = record.history
        ours = self.present.identity
        is_same = (
            record.identity.experiment == ours.experiment
            and record.identity.environment.key == ours.environment.key
        )
        if not is_same or past != self.present.history[: source.revision.number]:
            msg = (
                f"the state at commit {state.commit.name[:10]} has another history than"
                f" revision {source.revision.number} of the present reference"
            )
            raise RecordError(msg, path=self._shown)
        return record

    def _check_kept(self) -> None:
        if self._sums not in self._states:
            msg = "the present state is in no commit, and would be lost"
            remedy = (
                f"commit it first; or, if it is to be dropped: git restore -- "
                f"{self._shown}"
            )
            raise RecordError(msg, path=self._shown, remedy=remedy)

    def _standstill(self, source: Approved) -> str:
        number = source.revision.number
        return (
            f"nothing would change: {self._shown} holds the state of revision {number}"
        )

    def _not_in_git(self, one: Approved) -> str:
        more = (
            "\n  this clone is shallow, fetch the rest: git fetch --unshallow"
            if self._archive.is_shallow
            else "\n  it was never committed, or on a branch that HEAD does not have"
        )
        number = one.revision.number
        return f"git does not have revision {number} of {self._shown}{more}"


def _reason(source: Approved, reason: str) -> str:
    commit = source.state.commit.name[:10] if source.state else ""
    return f"rollback to revision {source.revision.number} ({commit}): {reason}"
