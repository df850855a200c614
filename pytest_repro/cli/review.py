"""`pytest-repro review`: what waits, one after the other, with a question at the end.

Without a terminal nobody can be asked: then it shows the same, and the commands that
accept or reject each, and exits with 1 as long as something waits.
"""

import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pytest_repro.cli.accept import facts_of
from pytest_repro.cli.answers import Answer
from pytest_repro.cli.candidate_lines import candidate_lines, compare_change
from pytest_repro.cli.candidates import (
    Waiting,
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
    lacking_before,
    make_acceptance,
    propose,
    reference_store,
    rules_of,
)
from pytest_repro.cli.reviewing import Reviewer
from pytest_repro.errors import RecordError, ReproUsageError, StaleCandidate
from pytest_repro.references import Candidate, earlier_rejections
from pytest_repro.reports import DriftTable, review_markdown
from pytest_repro.reports.plain import shell_word

__all__ = ["add_arguments", "run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """A candidate that cannot be accepted as it is.

    Attributes:
        candidate: The run.
        reason: Why: its reference has changed, or one of the two is none.
    """

    candidate: Candidate
    reason: str


def add_arguments(parser: Parser) -> None:
    """Declare what is reviewed.

    Args:
        parser: Takes the arguments.
    """
    add_candidate_arguments(parser)
    add_archive_argument(parser)
    parser.add_argument(
        "--markdown",
        action="store_true",
        help="print Markdown for a comment on a pull request, and ask nothing",
    )
    add_approval_arguments(parser)


def run(arguments: Namespace, project: Project) -> Answer:
    """Review what waits.

    Args:
        arguments: Which candidates; all of them if none is named.
        project: The folders.

    Returns:
        The answer; its status is `DIFFERS` as long as something waits.

    Raises:
        ReproUsageError: If several are meant by one name.
        RecordError: If an archive is refused.
    """
    arguments.all = arguments.all or arguments.experiment is None
    waiting = read_waiting(project, arguments.archive)
    if not waiting.candidates and not waiting.problems:
        return Answer(lines=(f"no candidate waits in {waiting.place}",), data=_data([]))
    chosen = choose_candidates(arguments, _readable(waiting))
    if isinstance(chosen, Answer):
        return chosen
    found = [_look_at(project, one, arguments.approved_by) for one in chosen]
    if _can_ask(arguments):
        check_ci(arguments)
        answer = _ask(project, found, arguments.approved_by)
    elif arguments.markdown:
        answer = _write_markdown(found)
    else:
        answer = _show(project, found, arguments.archive)
    if not waiting.problems:
        return answer
    return Answer(
        exit=Exit.INTEGRITY,
        lines=answer.lines,
        data=answer.data,
        problems=(*answer.problems, *waiting.problems),
    )


def _readable(waiting: Waiting) -> Waiting:
    """Leave the damaged aside while there is something to review."""
    if not waiting.candidates:
        return waiting
    return Waiting(place=waiting.place, candidates=waiting.candidates)


def _look_at(
    project: Project, candidate: Candidate, approved_by: Sequence[str]
) -> Change | Stuck:
    left = candidate.revision
    acceptance = make_acceptance("", approved_by)
    # What is only shown is the same at every look, so its time is that of the run.
    shown = replace(acceptance, created_utc=left.created_utc if left else "")
    try:
        return propose(reference_store(project), candidate, shown)
    except (StaleCandidate, RecordError, ReproUsageError) as error:
        return Stuck(candidate=candidate, reason=str(error))


def _can_ask(arguments: Namespace) -> bool:
    is_asked = not (arguments.json or arguments.markdown)
    return is_asked and sys.stdin.isatty() and sys.stdout.isatty()


def _ask(
    project: Project, found: Sequence[Change | Stuck], approved_by: Sequence[str]
) -> Answer:
    reviewer = Reviewer(project, approved_by=tuple(approved_by))
    stuck = [one for one in found if isinstance(one, Stuck)]
    left = reviewer.review([one for one in found if isinstance(one, Change)])
    waits = left + len(stuck)
    return Answer(
        exit=Exit.DIFFERS if waits else Exit.HOLDS,
        lines=("", *reviewer.summary(waits)),
        problems=tuple(one.reason for one in stuck),
    )


def _show(
    project: Project, found: Sequence[Change | Stuck], archive: Path | None
) -> Answer:
    lines: list[str] = []
    for one in found:
        lines += ["", *_shown(project, one), *_commands(one, found, archive)]
    count = "1 candidate waits" if len(found) == 1 else f"{len(found)} candidates wait"
    return Answer(
        exit=Exit.DIFFERS,
        lines=(*lines[1:], "", f"{count}; nothing was asked: this is no terminal"),
        data=_data(found),
    )


def _write_markdown(found: Sequence[Change | Stuck]) -> Answer:
    rows = [(one.candidate.experiment, one.candidate.key, _told(one)) for one in found]
    lines = tuple(review_markdown(rows).splitlines())
    return Answer(exit=Exit.DIFFERS, lines=lines, data=_data(found))


def _told(one: Change | Stuck) -> DriftTable | str:
    """Say how far a candidate moves, or why there is nothing to say."""
    if isinstance(one, Stuck):
        return one.reason
    return one.drift if one.old.record else "it would be the first reference"


def _shown(project: Project, one: Change | Stuck) -> tuple[str, ...]:
    if isinstance(one, Stuck):
        reason = one.reason.splitlines()
        return (one.candidate.experiment, *(f"  {line.strip()}" for line in reason))
    return candidate_lines(
        one,
        rejected=earlier_rejections(pending_store(project), one.candidate),
        asked=lacking_before(rules_of(project), one),
    )


def _commands(
    one: Change | Stuck, found: Sequence[Change | Stuck], archive: Path | None
) -> tuple[str, ...]:
    candidate = one.candidate
    name = shell_word(candidate.experiment)
    if sum(other.candidate.experiment == candidate.experiment for other in found) > 1:
        name += f" --key {shell_word(candidate.key)}"
    source = f" --from {shell_word(str(archive))}" if archive else ""
    accept = f'  accept it  pytest-repro accept {name}{source} --reason "…"'
    reject = f'  reject it  pytest-repro reject {name} --reason "…"'
    commands = [
        *([accept] if isinstance(one, Change) else []),
        *([reject] if archive is None else []),
    ]
    return ("", *commands) if commands else ()


def _data(found: Sequence[Change | Stuck]) -> dict[str, object]:
    return {"candidates": [_facts(one) for one in found]}


def _facts(one: Change | Stuck) -> dict[str, object]:
    if isinstance(one, Stuck):
        candidate = one.candidate
        return {
            "experiment": candidate.experiment,
            "key": candidate.key,
            "candidate": candidate.shown,
            "stuck": one.reason,
        }
    comparison = compare_change(one)
    return {
        **facts_of(one),
        "stuck": None,
        "verdict": comparison.verdict if comparison else None,
        "circumstances": comparison.circumstances if comparison else (),
    }
