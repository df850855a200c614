"""What accepting a candidate would do, worked out before anything is written.

The reference as it would become, how far each metric moves and has moved in all, and
what the rules of the project still ask for. Looking does not write.
"""

import datetime as dt
import os
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest_repro
from pytest_repro.cli.parsing import Parser
from pytest_repro.cli.project import Project
from pytest_repro.errors import ReproUsageError
from pytest_repro.policy import (
    Approvals,
    Proposal,
    is_ci,
    missing,
    read_approvals,
)
from pytest_repro.records import MIN_REASON, Match, RunRecord
from pytest_repro.references import (
    Acceptance,
    Candidate,
    Predecessor,
    ReferenceStore,
    cumulative_drift,
    find_predecessor,
    rebase,
)
from pytest_repro.reports import DriftTable
from pytest_repro.verdicts import is_short, judge
from pytest_repro.verdicts.creeping import find_creeping

__all__ = [
    "Change",
    "add_approval_arguments",
    "check_ci",
    "lacking",
    "lacking_before",
    "make_acceptance",
    "now_utc",
    "propose",
    "reference_store",
    "rules_of",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A candidate, and what would come of it.

    Attributes:
        candidate: The run.
        old: The reference that it would supersede.
        record: The reference as it would be.
        drift: How far metrics move, and have moved in all.
    """

    candidate: Candidate
    old: Predecessor
    record: RunRecord
    drift: DriftTable


def add_approval_arguments(parser: Parser) -> None:
    """Declare who approves, and that a bot may.

    Args:
        parser: Takes the arguments.
    """
    parser.add_argument(
        "--approved-by",
        metavar="NAME",
        action="append",
        default=[],
        help="who approved, as you say; once for each person",
    )
    parser.add_argument(
        "--allow-ci-update",
        action="store_true",
        help="accept under CI, too: for a bot that is meant to",
    )


def reference_store(project: Project) -> ReferenceStore:
    """Name the store of references.

    Args:
        project: The folders.

    Returns:
        The store; nothing is read.
    """
    return ReferenceStore(project.references, base=project.root)


def rules_of(project: Project) -> Approvals:
    """Read who must approve.

    Args:
        project: The folders.

    Returns:
        The rules.

    Raises:
        PolicyError: If the file has no meaning.
    """
    return read_approvals(project.references, shown=project.show(project.references))


def check_ci(arguments: Namespace) -> None:
    """Refuse to accept where nobody looks.

    Args:
        arguments: `allow_ci_update`.

    Raises:
        ReproUsageError: Under CI, unless it was allowed.
    """
    if is_ci(os.environ) and not arguments.allow_ci_update:
        msg = (
            "references are not written under CI (the variable CI is set)\n"
            "  a bot that is meant to: add --allow-ci-update"
        )
        raise ReproUsageError(msg)


def now_utc() -> str:
    """Return the time as histories show it."""
    return dt.datetime.now(tz=dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def make_acceptance(reason: str, approved_by: Sequence[str]) -> Acceptance:
    """Say why, when and by whom.

    Args:
        reason: Why.
        approved_by: Who approved.

    Returns:
        What goes into the history.
    """
    return Acceptance(
        reason=reason.strip(),
        created_utc=now_utc(),
        created_by=f"pytest_repro {pytest_repro.__version__}",
        approved_by=tuple(dict.fromkeys(name.strip() for name in approved_by)),
    )


def propose(
    store: ReferenceStore, candidate: Candidate, acceptance: Acceptance
) -> Change:
    """Work out what accepting would do.

    Args:
        store: Holds the references.
        candidate: The run.
        acceptance: Why and when.

    Returns:
        What would come of it.

    Raises:
        RecordError: If the reference cannot be read.
        ReproUsageError: If the run could not be a reference at all.
        StaleCandidate: If the reference has changed meanwhile.
    """
    _check_sound(candidate)
    old = find_predecessor(store, candidate)
    if old.is_candidate and old.record is not None:
        record = old.record
    else:
        record = rebase(candidate, old, acceptance)
    table = DriftTable(
        moved=record.history[-1].drift,
        total=cumulative_drift(record),
        rewrites=sum(bool(revision.drift) for revision in record.history),
        creeping=find_creeping(record),
    )
    return Change(candidate=candidate, old=old, record=record, drift=table)


def _check_sound(candidate: Candidate) -> None:
    """Refuse what no session leaves: a run that does not agree with itself."""
    whole = candidate.record
    contract = whole.identity.contract
    for row in whole.seeds:
        run = replace(whole, seeds=(row,))
        verdict = judge(run, run, contract=contract, match=Match.EXACT)
        if is_short(run) or not verdict.holds:
            reason = "it ends early" if verdict.holds else verdict.reason
            msg = f"{candidate.shown} cannot be a reference: seed {row.seed}: {reason}"
            raise ReproUsageError(msg)


def lacking(approvals: Approvals, change: Change) -> tuple[str, ...]:
    """List what the rules of the project still ask for.

    Args:
        approvals: The rules.
        change: What would be accepted.

    Returns:
        One line for each thing.
    """
    last = change.record.history[-1]
    proposal = Proposal(
        experiment=change.candidate.experiment,
        reason=last.reason,
        approved_by=last.approved_by,
        drift=last.drift,
        is_ci=is_ci(os.environ),
        is_first=change.old.record is None,
    )
    return missing(approvals, proposal)


def lacking_before(approvals: Approvals, change: Change) -> tuple[str, ...]:
    """List what the rules ask for before anybody was asked for a reason.

    Args:
        approvals: The rules.
        change: What would be accepted, without a reason.

    Returns:
        One line for each thing, but for a reason of the usual length.
    """
    asked = (line.removesuffix(", it has 0") for line in lacking(approvals, change))
    usual = f"a reason of at least {MIN_REASON} characters"
    return tuple(line for line in asked if line != usual)
