"""`pytest-repro dashboard`: the whole history as one page, to look at in a browser.

The page is one file that loads nothing, so it can be published as it is. ``--open``
serves it to this machine alone until it is told to stop.
"""

from argparse import Namespace
from pathlib import Path
from typing import Final

from pytest_repro.cli.answers import Answer
from pytest_repro.cli.chronicle import add_history_arguments, history_of, read_past
from pytest_repro.cli.exits import Exit
from pytest_repro.cli.parsing import Parser
from pytest_repro.cli.project import Project
from pytest_repro.cli.serving import serve_page
from pytest_repro.disk import replace_file
from pytest_repro.errors import RecordError, ReproUsageError
from pytest_repro.references import ReferenceStore
from pytest_repro.references.layout import ENVIRONMENTS
from pytest_repro.references.replications import REPLICATIONS
from pytest_repro.replication.matrix import make_matrix
from pytest_repro.replication.witnesses import Sources
from pytest_repro.reports.dashboard import board_of
from pytest_repro.reports.matrices import Matrix
from pytest_repro.reports.summary import counted
from pytest_repro.reports.to_dashboard import dashboard_html

__all__ = ["add_arguments", "run"]

PAGE: Final = "index.html"
REMEDY: Final = "\n  each session adds to it: pytest --repro"


def add_arguments(parser: Parser) -> None:
    """Declare where the page goes.

    Args:
        parser: Takes the arguments.
    """
    parser.add_argument(
        "--open",
        action="store_true",
        help="serve it on this machine, at an address that is printed, until Ctrl-C",
    )
    parser.add_argument(
        "--site",
        type=Path,
        metavar="PATH",
        help="folder of the page, from the root (default: dashboard in that of --out)",
    )
    add_history_arguments(parser)


def run(arguments: Namespace, project: Project) -> Answer:
    """Write the page, and serve it if asked to.

    Args:
        arguments: `open`, `site` and `history`.
        project: The folders.

    Returns:
        The answer; its status is `INTEGRITY` if a line of the history, or a reference,
        cannot be read: the page then shows the rest.

    Raises:
        ReproUsageError: If options contradict each other.
        RecordError: If the history cannot be read.
        OSError: If the page cannot be written.
    """
    if arguments.open and arguments.json:
        msg = "--open serves until it is stopped, and --json answers: leave one out"
        raise ReproUsageError(msg)
    history = history_of(project, arguments)
    past = read_past(history, project)
    board = board_of(past.observations, past.passages)
    path = project.root / (arguments.site or project.home / "dashboard") / PAGE
    matrix, damaged = _whom(project)
    data = dashboard_html(board, matrix)
    _replace(path, data)
    if arguments.open:
        serve_page(data)
    empty = (
        f"no observation in {history.shown}\n  each session adds to it: pytest --repro"
    )
    comparisons = counted(len(past.observations), "comparison")
    experiments = counted(len(board.entries), "experiment")
    return Answer(
        exit=Exit.INTEGRITY if damaged else past.exit,
        lines=(f"{project.show(path)}: {comparisons} of {experiments}",),
        data={
            "page": project.show(path),
            "observations": len(past.observations),
            "alarms": board.alarms,
        },
        problems=(*past.problems, *damaged, *([] if past.observations else [empty])),
    )


def _whom(project: Project) -> tuple[Matrix | None, tuple[str, ...]]:
    """Compare all witnesses, where there are more than references and one session."""
    places = (project.out / ENVIRONMENTS, project.out / REPLICATIONS)
    if not any(one.is_dir() for one in places):
        return None, ()
    store = ReferenceStore(project.references, base=project.root)
    try:
        matrix = make_matrix(Sources(references=store, out=project.out))
    except RecordError as error:
        return None, (str(error),)
    return matrix, ()


def _replace(path: Path, data: bytes) -> None:
    """Write the page whole: who looks at the old one never sees half of the new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, data)
