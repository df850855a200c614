"""The log of rejections: what was dropped, when, and why.

A result that was rejected comes back with the next session if nobody mends its cause.
Then the log says so, instead of letting somebody judge the same bits anew. It lies
beside the candidates and not in git: what was *not* accepted is no part of the project.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pytest_repro import wire
from pytest_repro.digests import Digest, digest_of_bytes
from pytest_repro.records import RunRecord
from pytest_repro.references.review import Candidate
from pytest_repro.references.store import ReferenceStore
from pytest_repro.references.system_errors import writing

__all__ = ["Rejection", "earlier_rejections", "reject"]

FILE: Final = "rejections.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """One candidate that was dropped.

    Attributes:
        experiment: The node id.
        key: The environment key.
        results: The digest of all that its seeds gave.
        rejected_utc: When, by the clock of whoever rejected it.
        reason: Why; it may be empty.
    """

    experiment: str
    key: str
    results: Digest
    rejected_utc: str
    reason: str = ""


def reject(
    pending: ReferenceStore, candidate: Candidate, *, reason: str, rejected_utc: str
) -> None:
    """Drop a candidate, and keep a line about it.

    Args:
        pending: The store of candidates.
        candidate: One that lies in it.
        reason: Why.
        rejected_utc: When.

    Raises:
        StoreError: If the system refused; the candidate then is still there whole.
    """
    entry = Rejection(
        experiment=candidate.experiment,
        key=candidate.key,
        results=results_of(candidate.record),
        rejected_utc=rejected_utc,
        reason=reason,
    )
    path = log_path(pending)
    with writing(str(path)):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        try:
            os.write(descriptor, wire.write_line(entry))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    if candidate.folder is not None:
        pending.drop(candidate.folder)


def earlier_rejections(
    pending: ReferenceStore, candidate: Candidate
) -> tuple[Rejection, ...]:
    """Find when the very results of a candidate were rejected before.

    Args:
        pending: The store of candidates.
        candidate: What waits now.

    Returns:
        The rejections, oldest first; a line that cannot be read says nothing.
    """
    wanted = results_of(candidate.record)
    try:
        lines = log_path(pending).read_bytes().splitlines(keepends=True)
    except OSError:
        return ()
    return tuple(
        entry
        for line in lines
        if (entry := _read(line)) is not None
        and (entry.experiment, entry.key) == (candidate.experiment, candidate.key)
        and entry.results == wanted
    )


def log_path(pending: ReferenceStore) -> Path:
    """Return the path of the log.

    Args:
        pending: The store of candidates.

    Returns:
        A file beside it.
    """
    return pending.root.parent / FILE


def results_of(record: RunRecord) -> Digest:
    """Digest what the seeds of a run gave, and nothing of when and where.

    Args:
        record: The run.

    Returns:
        The digest.
    """
    rows = [
        (row.seed, row.metrics, row.trace_root, row.state_root) for row in record.seeds
    ]
    return digest_of_bytes(wire.write(rows))


def _read(line: bytes) -> Rejection | None:
    try:
        return wire.read_line(Rejection, line)
    except ValueError:
        return None
