"""`pytest-repro accept`: make a candidate the reference, with a reason.

Everything is looked at first: if one of several may not be accepted, none is. Then each
is written as every reference is, whole or not at all, and its candidate goes after it.
"""

from argparse import Namespace
from collections.abc import Sequence

from pytest_repro.cli.answers import Answer
from pytest_repro.cli.candidates import (
    add_archive_argument,
    add_candidate_arguments,
    choose_candidates,
    pending_store,
    read_waiting,
)
from pytest_repro.cli.exits import Exit
from pytest_repro.cli.parsing import Parser
from pytest_repro.cli.project import Project
from pytest_repro.cli.proposing import (
    Change,
    add_approval_arguments,
    check_ci,
    lacking,
    make_acceptance,
    propose,
    reference_store,
    rules_of,
)
from pytest_repro.cli.tables import fields
from pytest_repro.errors import ReproError, ReproUsageError
from pytest_repro.policy import Approvals
from pytest_repro.records import MIN_REASON
from pytest_repro.references import Acceptance, accept
from pytest_repro.reports import drift_lines
from pytest_repro.reports.plain import shell_word

__all__ = ["accept_change", "accepted_lines", "add_arguments", "facts_of", "run"]


def add_arguments(parser: Parser) -> None:
    """Declare what is accepted, and why.

    Args:
        parser: Takes the arguments.
    """
    add_candidate_arguments(parser)
    parser.add_argument(
        "--reason",
        metavar="TEXT",
        required=True,
        help=f"why the new result is the right one, at least {MIN_REASON} characters",
    )
    add_archive_argument(parser)
    add_approval_arguments(parser)


def run(arguments: Namespace, project: Project) -> Answer:
    """Accept candidates.

    Args:
        arguments: Which, why, and who approved.
        project: The folders.

    Returns:
        The answer; its status is `POLICY` if an approval is missing.

    Raises:
        ReproUsageError: If the reason is too short, or under CI.
        RecordError: If an archive is refused, or a reference cannot be read.
        StaleCandidate: If a reference has changed meanwhile.
    """
    check_ci(arguments)
    _check_reason(arguments.reason)
    waiting = read_waiting(project, arguments.archive)
    chosen = choose_candidates(arguments, waiting)
    if isinstance(chosen, Answer):
        return chosen
    store = reference_store(project)
    acceptance = make_acceptance(arguments.reason, arguments.approved_by)
    changes = [propose(store, one, acceptance) for one in chosen]
    refusal = refuse(rules_of(project), changes)
    if refusal is not None:
        return refusal
    return _accept_all(project, changes, acceptance)


def _accept_all(
    project: Project, changes: Sequence[Change], acceptance: Acceptance
) -> Answer:
    """Accept one after the other; what was accepted is told whatever comes after."""
    done: list[tuple[Change, str]] = []
    problems: tuple[str, ...] = ()
    for change in changes:
        try:
            done.append((change, accept_change(project, change, acceptance)))
        except ReproError as error:
            problems = (str(error),)
            break
    return Answer(
        exit=Exit.CANNOT_JUDGE if problems else Exit.HOLDS,
        lines=tuple(line for pair in done for line in accepted_lines(*pair)),
        data={"accepted": [facts_of(*pair) for pair in done]},
        problems=problems,
    )


def refuse(approvals: Approvals, changes: Sequence[Change]) -> Answer | None:
    """Say what is missing before anything may be accepted.

    Args:
        approvals: The rules.
        changes: What is to be accepted.

    Returns:
        The answer; None if nothing is missing.
    """
    found = {
        f"{change.candidate.experiment} ({change.candidate.key})": lines
        for change in changes
        if not change.old.is_candidate and (lines := lacking(approvals, change))
    }
    if not found:
        return None
    problems = tuple(
        "\n  ".join([f"{name} may not be accepted: {approvals.path} asks for", *lines])
        for name, lines in found.items()
    )
    return Answer(exit=Exit.POLICY, problems=problems, data={"missing": found})


def accept_change(project: Project, change: Change, acceptance: Acceptance) -> str:
    """Write a reference, then drop its candidate.

    Args:
        project: The folders.
        change: What is accepted.
        acceptance: Why and when.

    Returns:
        The folder of the reference, as it should be shown.
    """
    store = reference_store(project)
    pending = pending_store(project)
    return store.show(accept(store, change.candidate, acceptance, pending=pending))


def accepted_lines(change: Change, folder: str) -> tuple[str, ...]:
    """Say what was accepted, how far it moved, and what it still lacks.

    Args:
        change: What was accepted.
        folder: The reference, as it should be shown.

    Returns:
        The lines.
    """
    last = change.record.history[-1]
    before = " (it was accepted before)" if change.old.is_candidate else ""
    return (
        f"accepted {change.candidate.experiment}{before}",
        *fields(
            [
                ("reference", folder),
                ("revision", f"{last.number}, from {last.source}"),
                ("approved by", ", ".join(last.approved_by)),
                ("lacks", lacks_text(change)),
            ]
        ),
        *(drift_lines(change.drift) if change.old.record else ()),
        f"  see it with: git diff {folder}",
    )


def lacks_text(change: Change) -> list[str]:
    """Say what a candidate lacks of a recorded reference, and what measures it.

    Args:
        change: What is or would be accepted.

    Returns:
        Lines; none if it lacks nothing.
    """
    lacks = change.record.history[-1].lacks
    if not lacks:
        return []
    name = shell_word(change.candidate.experiment)
    return [", ".join(lacks), f"measure it: pytest --repro-record {name}"]


def facts_of(change: Change, folder: str = "") -> dict[str, object]:
    """Lay a change out for machines.

    Args:
        change: What is or would be accepted.
        folder: The reference, once there is one.

    Returns:
        The facts.
    """
    last = change.record.history[-1]
    return {
        "experiment": change.candidate.experiment,
        "key": change.candidate.key,
        "candidate": change.candidate.shown,
        "reference": folder or None,
        "revision": last,
        "total_drift": change.drift.total,
        "creeping": change.drift.creeping,
    }


def _check_reason(reason: str) -> None:
    if len(reason.strip()) < MIN_REASON:
        msg = (
            f'--reason="…" has at least {MIN_REASON} characters: '
            "why is the new result the right one?"
        )
        raise ReproUsageError(msg)
