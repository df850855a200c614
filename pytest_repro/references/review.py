"""Candidates: runs that did not pass and wait for a person to accept or reject them.

A candidate is a whole reference with an open last revision: it says what it supersedes,
and has no reason yet. Accepting rebases it on the reference that is there, so nothing
that the candidate claims of its own history is believed. The reference is durable
before the candidate goes: a crash leaves one of them, or both, and accepting again
finishes.

Who may approve is not asked here: see `pytest_repro.policy.approvals`.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pytest_repro.digests import Digest
from pytest_repro.errors import ReproUsageError, StaleCandidate
from pytest_repro.records import MIN_REASON, Match, Revision, RunRecord
from pytest_repro.references.history import revise
from pytest_repro.references.store import ReferenceStore

__all__ = [
    "CANDIDATE",
    "Acceptance",
    "Candidate",
    "Predecessor",
    "accept",
    "find_predecessor",
    "rebase",
]

CANDIDATE: Final = "candidate"
"""The source of a revision that was accepted from the folder of candidates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A run that waits for review.

    Attributes:
        record: The run, with an open last revision.
        shown: Where it lies, as it should be shown.
        source: Where it came from, as its revision will say.
        folder: Its folder in the store of candidates; None for one in an archive.
    """

    record: RunRecord
    shown: str
    source: str = CANDIDATE
    folder: Path | None = None

    @property
    def experiment(self) -> str:
        """The node id."""
        return self.record.identity.experiment

    @property
    def key(self) -> str:
        """The environment key."""
        return self.record.identity.environment.key

    @property
    def revision(self) -> Revision | None:
        """The open revision, as the session left it; None if it left none."""
        return self.record.history[-1] if self.record.history else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Predecessor:
    """The reference in whose place a candidate would come.

    Attributes:
        record: The reference; None if there is none.
        sums: The digest of its `SHA256SUMS`; likewise.
        is_candidate: Whether it *is* the candidate, accepted before.
    """

    record: RunRecord | None = None
    sums: Digest | None = None
    is_candidate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What is known of an approval.

    Attributes:
        reason: Why the new result is the right one.
        created_utc: When, by the clock of whoever accepts.
        created_by: Tool and version.
        approved_by: Who approved, as whoever accepts says.
    """

    reason: str
    created_utc: str
    created_by: str
    approved_by: tuple[str, ...] = ()


def find_predecessor(store: ReferenceStore, candidate: Candidate) -> Predecessor:
    """Find the reference that a candidate would supersede.

    Args:
        store: Holds the references.
        candidate: What may be accepted.

    Returns:
        The reference of the same experiment and environment key, or that there is none.

    Raises:
        RecordError: If the reference is there and cannot be read.
        StaleCandidate: If it is not the one that the candidate was judged against.
    """
    found = store.find(candidate.experiment, candidate.record.identity.environment)
    own = found.match in {Match.EXACT, Match.KEY}
    record, sums = (found.record, found.sums) if own else (None, None)
    if record is not None and _is_accepted(candidate.record, record):
        return Predecessor(record=record, sums=sums, is_candidate=True)
    claimed = candidate.revision.supersedes if candidate.revision else None
    if claimed != sums:
        raise _stale(candidate, claimed, sums)
    return Predecessor(record=record, sums=sums)


def rebase(candidate: Candidate, old: Predecessor, acceptance: Acceptance) -> RunRecord:
    """Turn a candidate into the next revision of the reference that is there.

    Args:
        candidate: The run.
        old: The reference that it supersedes.
        acceptance: Why and when.

    Returns:
        The reference as it will be written; its drift is computed anew.
    """
    claimed = candidate.revision
    record = revise(
        candidate.record,
        old.record,
        reason=acceptance.reason,
        created_utc=acceptance.created_utc,
        created_by=acceptance.created_by,
        supersedes=old.sums,
    )
    last = replace(
        record.history[-1],
        approved_by=acceptance.approved_by,
        source=candidate.source,
        lacks=claimed.lacks if claimed else (),
    )
    return replace(record, history=(*record.history[:-1], last))


def accept(
    store: ReferenceStore,
    candidate: Candidate,
    acceptance: Acceptance,
    *,
    pending: ReferenceStore,
) -> Path:
    """Make a candidate the reference, then drop it.

    Args:
        store: Holds the references.
        candidate: The run.
        acceptance: Why and when.
        pending: The store of candidates, from which it is dropped if it lies there.

    Returns:
        The folder of the reference.

    Raises:
        ReproUsageError: If the reason is too short, or the run cannot be a reference.
        StaleCandidate: If the reference has changed meanwhile.
        RecordError: If what is there cannot be read, or may not be replaced.
        StoreError: If the system refused; the candidate then is still there.
    """
    if len(acceptance.reason.strip()) < MIN_REASON:
        msg = (
            f"a reason has at least {MIN_REASON} characters: "
            "why is the new result the right one?"
        )
        raise ReproUsageError(msg)
    if candidate.record.failure is not None:
        msg = f"a run that failed cannot be a reference: {candidate.shown}"
        raise ReproUsageError(msg)
    old = find_predecessor(store, candidate)
    if old.is_candidate and old.record is not None:
        # An earlier accept was interrupted between the two halves.
        folder = store.write(old.record)
    else:
        folder = store.succeed(rebase(candidate, old, acceptance), expected=old.sums)
    if candidate.folder is not None:
        pending.drop(candidate.folder)
    return folder


def _is_accepted(candidate: RunRecord, reference: RunRecord) -> bool:
    """Tell whether a reference is this candidate, but for what was approved."""
    if not (candidate.history and reference.history):
        return False
    claimed, last = candidate.history[-1], reference.history[-1]
    return (
        last.source != ""
        and claimed.supersedes == last.supersedes
        and replace(candidate, history=()) == replace(reference, history=())
    )


def _stale(
    candidate: Candidate, claimed: Digest | None, found: Digest | None
) -> StaleCandidate:
    msg = (
        f"the reference of {candidate.experiment} has changed since this candidate"
        " was judged against it\n"
        f"  candidate supersedes  {claimed or 'no reference'}\n"
        f"  reference is          {found or 'no reference'}\n"
        "  run the experiment again, and review what it leaves then"
    )
    return StaleCandidate(msg)
