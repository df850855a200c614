"""`pytest-repro report`: write the page of the last session again, and open it.

The page is made from `report.json` and from the records that lie there now, so it can
be had after a session that was stopped while it wrote it, or from what a CI run left.
"""

import webbrowser
from argparse import Namespace

from pytest_repro.cli.answers import Answer
from pytest_repro.cli.exits import Exit
from pytest_repro.cli.parsing import Parser
from pytest_repro.cli.project import Project
from pytest_repro.cli.sessions import REPORT, read_last_session
from pytest_repro.replication.telling import Shelves, write_page
from pytest_repro.reports import PAGE, final_line

__all__ = ["add_arguments", "run"]


def add_arguments(parser: Parser) -> None:
    """Declare what is done with the page.

    Args:
        parser: Takes the arguments.
    """
    parser.add_argument(
        "--open", action="store_true", help="open the page in a browser"
    )


def run(arguments: Namespace, project: Project) -> Answer:
    """Write the page.

    Args:
        arguments: `open`.
        project: The folders.

    Returns:
        The answer; its status does not depend on what the session found.
    """
    last = read_last_session(project)
    if last.session is None:
        report = project.show(project.home.joinpath(*REPORT))
        missing = f"there is no report of a session: {report}"
        problems = last.problems or (f"{missing}\n  run one: pytest --repro",)
        return Answer(exit=Exit.CANNOT_JUDGE, problems=problems)
    path = project.home / REPORT[0] / PAGE
    shelves = Shelves(
        root=project.root, references=project.references, out=project.home
    )
    write_page(last.session, path, shelves=shelves)
    has_browser = not arguments.open or webbrowser.open(path.as_uri())
    return Answer(
        lines=(project.show(path), final_line(last.session)),
        data={"page": project.show(path)},
        problems=() if has_browser else ("no browser could be started",),
    )
