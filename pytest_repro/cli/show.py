"""`pytest-repro show`: one reference, or what the last session obtained, on one screen.

Who reviews a reference, or wonders what a test compares with, sees values, traces,
circumstances and the reasons of every rewrite, without opening five files. With
``--provenance`` the same screen tells what went into the run.
"""

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pytest_repro.cli.answers import Answer
from pytest_repro.cli.lookup import (
    add_reference_arguments,
    choose_experiment,
    choose_reference,
)
from pytest_repro.cli.obtained import find_obtained, read_all
from pytest_repro.cli.parsing import Parser
from pytest_repro.cli.portrait import portrait_lines
from pytest_repro.cli.project import Project
from pytest_repro.cli.provenance_lines import provenance_lines
from pytest_repro.cli.scorecard import last_scorecard
from pytest_repro.cli.sessions import LastSession, read_last_session
from pytest_repro.cli.shelf import Kept, read_shelf
from pytest_repro.errors import ReproUsageError
from pytest_repro.records import RunRecord
from pytest_repro.references import ReferenceStore, is_record, merge_seeds, read_record

__all__ = ["add_arguments", "run"]


def add_arguments(parser: Parser) -> None:
    """Declare what is to be shown.

    Args:
        parser: Takes the arguments.
    """
    add_reference_arguments(
        parser, "a node id, or any part of one; or the folder of a record"
    )
    parser.add_argument(
        "--provenance",
        action="store_true",
        help="show what went into the run: code, data, pins, environment, packages",
    )
    parser.add_argument(
        "--obtained",
        action="store_true",
        help="show the runs of the last session instead of the reference",
    )


def run(arguments: Namespace, project: Project) -> Answer:
    """Show a record.

    Args:
        arguments: `experiment`, `key`, `obtained` and `provenance`.
        project: The folders.

    Returns:
        The answer.

    Raises:
        ReproUsageError: If several records are meant.
        RecordError: If the record cannot be read.
    """
    folder = Path(arguments.experiment)
    if is_record(folder):
        return _answer(
            read_record(folder), arguments, role="record", folder=str(folder)
        )
    kept = read_shelf(ReferenceStore(project.references, base=project.root))
    last = read_last_session(project)
    if arguments.obtained:
        return _show_obtained(arguments, project, kept, last)
    one = choose_reference(arguments.experiment, arguments.key, kept, last)
    if isinstance(one, Answer):
        return one
    record = one.read()
    answer = _answer(record, arguments, role="reference", folder=one.shown)
    if arguments.provenance:
        return replace(answer, problems=last.problems)
    known = last_scorecard(project, record.identity.experiment)
    return replace(answer, lines=(*answer.lines, *known), problems=last.problems)


def _show_obtained(
    arguments: Namespace, project: Project, kept: Sequence[Kept], last: LastSession
) -> Answer:
    if arguments.key is not None:
        msg = "--key chooses among references: leave it out, or leave out --obtained"
        raise ReproUsageError(msg)
    experiment = choose_experiment(arguments.experiment, kept, last.outcomes)
    if isinstance(experiment, Answer):
        return experiment
    obtained = find_obtained(project, experiment, last)
    if isinstance(obtained, Answer):
        return obtained
    folder = project.show(next(iter(obtained.values())))
    record = merge_seeds(read_all(obtained))
    answer = _answer(record, arguments, role="obtained", folder=folder)
    return replace(answer, problems=last.problems)


def _answer(
    record: RunRecord, arguments: Namespace, *, role: str, folder: str
) -> Answer:
    lines = provenance_lines if arguments.provenance else portrait_lines
    return Answer(
        lines=lines(record, role=role, folder=folder),
        data={"folder": folder, "record": record, "role": role},
    )
