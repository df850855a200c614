"""The history of a reference: who approved what, why, and how far it moved.

Each revision keeps the digest of what it supersedes, so the revisions are a chain, and
the drift that it caused, see `drift`. Pure: time and author are passed in.
"""

from dataclasses import replace

from pytest_repro.digests import Digest
from pytest_repro.errors import ReproUsageError
from pytest_repro.records import Revision, RunRecord
from pytest_repro.references.drift import drift_between

__all__ = ["revise"]


def revise(  # noqa: PLR0913  # the facts of one revision, all of them by keyword
    new: RunRecord,
    old: RunRecord | None,
    *,
    reason: str,
    created_utc: str,
    created_by: str,
    supersedes: Digest | None,
) -> RunRecord:
    """Turn a run into a reference, as the next revision of an older one.

    Args:
        new: The run.
        old: The reference that it replaces, or None for the first.
        reason: Why. A candidate for review has none yet.
        created_utc: When, as whoever recorded it says.
        created_by: Tool and version.
        supersedes: The digest of the older one's `SHA256SUMS`, or None.

    Returns:
        The run with the older history and one more revision.

    Raises:
        ReproUsageError: If the two are of other experiments or environment keys, or an
            older reference comes without the digest that is superseded.
    """
    if old is not None:
        _check_succession(new, old, supersedes)
    past = old.history if old is not None else ()
    revision = Revision(
        number=len(past) + 1,
        created_utc=created_utc,
        created_by=created_by,
        reason=reason,
        supersedes=supersedes,
        drift=drift_between(new, old) if old is not None else (),
    )
    return replace(new, history=(*past, revision))


def _check_succession(
    new: RunRecord, old: RunRecord, supersedes: Digest | None
) -> None:
    for what, one, other in (
        ("experiment", new.identity.experiment, old.identity.experiment),
        (
            "environment key",
            new.identity.environment.key,
            old.identity.environment.key,
        ),
    ):
        if one != other:
            msg = (
                f"a reference is revised by a run of the same {what}\n"
                f"  obtained   {one}\n"
                f"  reference  {other}"
            )
            raise ReproUsageError(msg)
    if supersedes is None:
        msg = "a revision names the digest of the reference that it supersedes"
        raise ReproUsageError(msg)
