"""`pytest-repro rollback`: restore an earlier approved state as a new revision.

Two bad rewrites later, somebody wants the result of last month back. `--list` shows
which states were approved, where git has them and how far each moved the metrics; then
one is restored, with a reason. Nothing is deleted, and nothing is run.
"""

import os
from argparse import Namespace
from collections.abc import Sequence

from pytest_repro.cli.answers import Answer
from pytest_repro.cli.exits import Exit
from pytest_repro.cli.lookup import add_reference_arguments, choose_reference
from pytest_repro.cli.parsing import Parser
from pytest_repro.cli.portrait import drift_text
from pytest_repro.cli.project import Project
from pytest_repro.cli.proposing import (
    add_approval_arguments,
    check_ci,
    make_acceptance,
    rules_of,
)
from pytest_repro.cli.sessions import read_last_session
from pytest_repro.cli.shelf import read_shelf
from pytest_repro.cli.tables import fields
from pytest_repro.errors import NoRevision, ReproUsageError
from pytest_repro.policy import Proposal, is_ci, missing
from pytest_repro.records import MIN_REASON, RunRecord
from pytest_repro.references import ReferenceStore
from pytest_repro.replication.rollback import (
    Approved,
    Restored,
    Rollback,
)

__all__ = ["add_arguments", "run"]


def add_arguments(parser: Parser) -> None:
    """Declare what is restored.

    Args:
        parser: Takes the arguments.
    """
    add_reference_arguments(parser)
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--to", type=int, metavar="NUMBER", help="restore the state of this revision"
    )
    which.add_argument(
        "--commit", metavar="REV", help="restore the state that held at this commit"
    )
    which.add_argument(
        "--list", action="store_true", help="show the approved states (the default)"
    )
    parser.add_argument(
        "--reason", help="why the earlier state is the right one; it is kept"
    )
    add_approval_arguments(parser)


def run(arguments: Namespace, project: Project) -> Answer:
    """Show the approved states, or restore one.

    Args:
        arguments: `experiment`, `key`, `to`, `commit`, `list`, `reason`, and who
            approved.
        project: The folders.

    Returns:
        The answer; its status is `POLICY` if an approval is missing.

    Raises:
        ReproUsageError: If several references are meant, a reason is missing, nothing
            would change, or a reference would be written under CI.
        RecordError: If a state cannot be read or verified.
        StoreError: If the reference cannot be written.
    """
    store = ReferenceStore(project.references, base=project.root)
    kept, last = read_shelf(store), read_last_session(project)
    chosen = choose_reference(arguments.experiment, arguments.key, kept, last)
    if isinstance(chosen, Answer):
        return chosen
    restores = arguments.to is not None or arguments.commit is not None
    if restores:
        check_ci(arguments)
    reason = _reason(arguments.reason, restores=restores)
    rollback = Rollback(store, chosen.experiment, chosen.key)
    if not restores:
        return _list(chosen.experiment, chosen.shown, rollback)
    try:
        source = (
            rollback.at(arguments.commit)
            if arguments.commit is not None
            else rollback.revision(arguments.to)
        )
    except NoRevision as error:
        return Answer(exit=Exit.NO_REFERENCE, problems=(str(error),))
    acceptance = make_acceptance(reason, arguments.approved_by)
    draft = rollback.draft(source, acceptance)
    refusal = _refusal(project, rollback.present, draft)
    if refusal is not None:
        return refusal
    restored = rollback.restore(source, acceptance)
    return _restored(chosen.experiment, store, restored)


def _reason(reason: str | None, *, restores: bool) -> str:
    text = (reason or "").strip()
    if restores and len(text) < MIN_REASON:
        msg = (
            '--reason="…" of at least ten characters is needed: why is the earlier'
            " state the right one?"
        )
        raise ReproUsageError(msg)
    if text and not restores:
        msg = "--reason explains --to NUMBER or --commit REV: add one of the two"
        raise ReproUsageError(msg)
    return text


def _refusal(project: Project, old: RunRecord, new: RunRecord) -> Answer | None:
    """Hold a rollback against the rules of the project, as any other change."""
    last, approvals = new.history[-1], rules_of(project)
    proposal = Proposal(
        experiment=old.identity.experiment,
        reason=last.reason,
        approved_by=last.approved_by,
        drift=last.drift,
        is_ci=is_ci(os.environ),
    )
    found = missing(approvals, proposal)
    if not found:
        return None
    name = old.identity.experiment
    head = f"{name} may not be rolled back: {approvals.path} asks for"
    problem = "\n  ".join([head, *found])
    return Answer(exit=Exit.POLICY, problems=(problem,), data={"missing": found})


def _list(experiment: str, shown: str, rollback: Rollback) -> Answer:
    newest = rollback.approved[::-1]
    return Answer(
        lines=(
            f"{experiment}",
            f"  {shown}",
            "",
            *(line for one in newest for line in _approved_lines(one)),
            "",
            *fields([("restore", 'pytest-repro rollback … --to NUMBER --reason "…"')]),
        ),
        data={"experiment": experiment, "folder": shown, "approved": newest},
    )


def _approved_lines(one: Approved) -> Sequence[str]:
    revision, commit = one.revision, one.state.commit if one.state else None
    where = "not in git: it cannot be restored"
    if commit is not None:
        where = f"{commit.name[:10]} of {commit.date_utc[:10]}  {commit.subject}"
    elif one.is_present:
        where = "not committed yet"
    in_place = "  in place" if one.is_present else ""
    texts = [
        f"{revision.created_utc[:10]}  {revision.reason or 'recorded'}{in_place}",
        where,
        *(drift_text(drift) for drift in revision.drift),
    ]
    return fields([(f"revision {revision.number}", texts)])


def _restored(experiment: str, store: ReferenceStore, restored: Restored) -> Answer:
    shown = store.show(restored.folder)
    revision = restored.record.history[-1]
    drift = [drift_text(one) for one in revision.drift]
    return Answer(
        lines=(
            experiment,
            *fields(
                [
                    ("reference", shown),
                    ("restored", f"revision {restored.source.revision.number}"),
                    (f"revision {revision.number}", [revision.reason, *drift]),
                    ("review", f"git diff -- {store.show(store.root)}"),
                ]
            ),
        ),
        data={"experiment": experiment, "folder": shown, "revision": revision},
    )
