"""`pytest-repro merge`: join what several CI jobs left, as if one had run it all.

Each job ran a part of the experiments, see `--repro-shard`. What no part tells of is
missing, and fails; what two parts tell differently is refused, and nothing is written.
"""

from argparse import Namespace
from contextlib import suppress
from pathlib import Path
from typing import Final

from pytest_repro.cli.answers import Answer
from pytest_repro.cli.exits import Exit, exit_for
from pytest_repro.cli.parsing import Parser
from pytest_repro.cli.project import Project
from pytest_repro.errors import ReproUsageError
from pytest_repro.records import Outcome, Session
from pytest_repro.replication.gathering import find_conflicts, gather, read_part
from pytest_repro.replication.joining import MISSING, join_parts, mixed_commits
from pytest_repro.replication.shards import write_shards
from pytest_repro.replication.telling import Shelves, write_page
from pytest_repro.reports import PAGE, session_lines
from pytest_repro.reports.files import report_files
from pytest_repro.reports.summary import Status, counted, status_of

__all__ = ["add_arguments", "run"]

REPORT: Final = "report"
REMEDY: Final = (
    "\n  each side ran in another environment or on other code, or its bits are not"
    "\n  reproducible: merge only what ran the same commit in the same environment"
)


def add_arguments(parser: Parser) -> None:
    """Declare what is to be joined.

    Args:
        parser: Takes the arguments.
    """
    parser.add_argument(
        "folders",
        metavar="DIR",
        nargs="+",
        type=Path,
        help="what a job left: its folder .repro",
    )


def run(arguments: Namespace, project: Project) -> Answer:
    """Join folders.

    Args:
        arguments: `folders`.
        project: Its `out` is where they are joined.

    Returns:
        The answer; its status is that of the joined session.

    Raises:
        ReproUsageError: If a folder is none.
        RecordError: If a report or a run cannot be read.
    """
    folders = _folders(arguments, project)
    parts = [read_part(one, shown=project.show(one)) for one in folders]
    report = project.out / REPORT
    session, conflicts = join_parts(parts, report=project.show(report))
    conflicts += find_conflicts([(project.show(one), one) for one in folders])
    mixed = mixed_commits(parts)
    if conflicts or mixed:
        told = [mixed, *(one.message for one in conflicts)]
        problems = tuple(f"{one}{REMEDY}" for one in told if one)
        return Answer(exit=Exit.DIFFERS, problems=problems)
    if session is None:
        shown = ", ".join(part.shown for part in parts)
        problem = f"no report of a session in {shown}\n  run one: pytest --repro"
        return Answer(exit=Exit.CANNOT_JUDGE, problems=(problem,))
    copied = gather(folders, project.out)
    write_shards(project.out, (shard for part in parts for shard in part.shards))
    _write(session, report, project)
    told = session_lines(session)
    head = f"{counted(len(folders), 'folder')} joined in {project.show(project.out)}"
    return Answer(
        exit=_exit(session),
        lines=(f"{head}, {counted(copied, 'run folder')} copied", *told),
        data={
            "copied": copied,
            "folders": [part.shown for part in parts],
            "outcomes": {
                one.experiment: status_of(one).value for one in session.outcomes
            },
            "session_problems": session.problems,
        },
    )


def _folders(arguments: Namespace, project: Project) -> list[Path]:
    folders = {project.root / one: None for one in arguments.folders}
    for folder in folders:
        if not folder.is_dir():
            msg = f"there is nothing to merge in {project.show(folder)}"
            raise ReproUsageError(msg)
    if (project.out / REPORT).is_dir():
        folders.setdefault(project.out)
    return sorted(folders)


def _write(session: Session, report: Path, project: Project) -> None:
    report.mkdir(parents=True, exist_ok=True)
    for name, data in report_files(session).items():
        (report / name).write_bytes(data)
    shelves = Shelves(root=project.root, references=project.references, out=project.out)
    with suppress(OSError):
        write_page(session, report / PAGE, shelves=shelves)


def _exit(session: Session) -> Exit:
    """Fail as a session of all would have failed."""
    if any(one.name == MISSING for one in session.problems):
        return Exit.CANNOT_JUDGE
    failed = [exit_for(one.verdict) for one in session.outcomes if not _is_fine(one)]
    if failed:
        return max(failed)
    is_fatal = any(one.is_fatal for one in session.problems)
    return Exit.CANNOT_JUDGE if is_fatal else Exit.HOLDS


def _is_fine(outcome: Outcome) -> bool:
    return status_of(outcome) is not Status.FAILED
