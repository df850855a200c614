"""`pytest-repro reject`: drop a candidate, and keep a line about it.

The reference stays as it is. The run that was rejected comes back with the next session
if nobody mends its cause; then `review` tells that it was rejected before, and why.
"""

from argparse import Namespace

from pytest_repro.cli.answers import Answer
from pytest_repro.cli.candidates import (
    add_candidate_arguments,
    choose_candidates,
    pending_store,
    read_waiting,
)
from pytest_repro.cli.exits import Exit
from pytest_repro.cli.parsing import Parser
from pytest_repro.cli.project import Project
from pytest_repro.cli.proposing import now_utc
from pytest_repro.cli.tables import fields
from pytest_repro.errors import ReproError
from pytest_repro.references import Candidate, reject

__all__ = ["add_arguments", "rejected_lines", "run"]


def add_arguments(parser: Parser) -> None:
    """Declare what is rejected, and why.

    Args:
        parser: Takes the arguments.
    """
    add_candidate_arguments(parser)
    parser.add_argument(
        "--reason", metavar="TEXT", default="", help="why, for the log of rejections"
    )


def run(arguments: Namespace, project: Project) -> Answer:
    """Reject candidates.

    Args:
        arguments: Which, and why.
        project: The folders.

    Returns:
        The answer.

    Raises:
        ReproUsageError: If several are meant by one name.
    """
    waiting = read_waiting(project)
    chosen = choose_candidates(arguments, waiting)
    if isinstance(chosen, Answer):
        return chosen
    pending = pending_store(project)
    reason = arguments.reason.strip()
    done: list[Candidate] = []
    problems: tuple[str, ...] = ()
    for candidate in chosen:
        try:
            reject(pending, candidate, reason=reason, rejected_utc=now_utc())
        except ReproError as error:
            problems = (str(error),)
            break
        done.append(candidate)
    rejected = [
        {"experiment": one.experiment, "key": one.key, "candidate": one.shown}
        for one in done
    ]
    return Answer(
        exit=Exit.CANNOT_JUDGE if problems else Exit.HOLDS,
        lines=tuple(line for one in done for line in rejected_lines(one, reason)),
        data={"rejected": rejected, "reason": reason},
        problems=problems,
    )


def rejected_lines(candidate: Candidate, reason: str) -> tuple[str, ...]:
    """Say what was rejected.

    Args:
        candidate: What was dropped.
        reason: Why; it may be empty.

    Returns:
        The lines.
    """
    return (
        f"rejected {candidate.experiment}",
        *fields([("dropped", candidate.shown), ("because", reason)]),
    )
