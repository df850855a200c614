"""`pytest-repro brief`: what was asked, expected and found, on one page for people.

Without an id every registration gets a line, and the last one says how long it takes
from a registration to its verdict. With ``--write`` the page is kept; only what is made
is ever replaced in it: words of a person stay.
"""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pytest_repro.cli.answers import Answer
from pytest_repro.cli.exits import Exit
from pytest_repro.cli.parsing import Parser, nearest
from pytest_repro.cli.project import Project
from pytest_repro.cli.sessions import read_last_session
from pytest_repro.cli.tables import fields, table
from pytest_repro.disk import replace_file
from pytest_repro.records import Order
from pytest_repro.replication.briefing import Briefing, Folders
from pytest_repro.replication.registration_files import read_registrations
from pytest_repro.reports.briefs import (
    Brief,
    median_s,
    median_text,
    outcome_text,
    waited_text,
)
from pytest_repro.reports.summary import counted
from pytest_repro.reports.to_brief import brief_markdown, count_unwritten, put_into
from pytest_repro.templates import read_text

__all__ = ["add_arguments", "keep_page", "read_briefs", "run"]

FOLDER: Final = "briefs"
"""The folder of the pages, in the root of the project."""


def add_arguments(parser: Parser) -> None:
    """Declare which registration, and whether the page is kept.

    Args:
        parser: Takes the arguments.
    """
    parser.add_argument(
        "id",
        metavar="ID",
        nargs="?",
        help="of a registration: the name of its file (default: one line for each)",
    )
    parser.add_argument(
        "--write",
        action="store_true",
        help=f"keep the page in {FOLDER}/ID.md, and a person's words in it",
    )


def run(arguments: Namespace, project: Project) -> Answer:
    """Tell of one registration, or of all.

    Args:
        arguments: `id` and `write`.
        project: The folders.

    Returns:
        The answer; its status does not depend on what came of the expectations.

    Raises:
        PolicyError: If a registration says anything that has no meaning.
        RecordError: If a reference does not say what it is.
        OSError: If the page cannot be written.
    """
    briefs = read_briefs(project)
    if not briefs:
        problem = "there is no registration\n  begin one: pytest-repro new brief ID"
        return Answer(exit=Exit.NO_REFERENCE, problems=(problem,))
    if arguments.id is None:
        return _all(briefs)
    known = {one.registration.id: one for one in briefs}
    if arguments.id not in known:
        hint = nearest(arguments.id, known)
        problem = (
            f"there is no registrations/{arguments.id}.toml{hint}\n"
            f"  begin it: pytest-repro new brief {arguments.id}"
        )
        return Answer(exit=Exit.NO_REFERENCE, problems=(problem,))
    tell = keep_page if arguments.write else _show
    return tell(known[arguments.id], briefs, project)


def read_briefs(project: Project) -> tuple[Brief, ...]:
    """Make the briefs of all registrations of a project.

    Args:
        project: The folders.

    Returns:
        Sorted by id.

    Raises:
        PolicyError: If a registration says anything that has no meaning.
        RecordError: If a reference does not say what it is.
    """
    folders = Folders(
        root=project.root,
        references=project.references,
        history=project.history,
        out=project.home,
    )
    outcomes = read_last_session(project).outcomes
    briefing = Briefing(folders, outcomes=outcomes)
    return tuple(map(briefing.brief, read_registrations(project.root).values()))


def keep_page(brief: Brief, briefs: Sequence[Brief], project: Project) -> Answer:
    """Bring the page of a brief up to date, or begin it.

    Args:
        brief: The brief.
        briefs: Those of all registrations.
        project: The folders.

    Returns:
        The answer; `CANNOT_JUDGE` if the page has no marks, and is left as it is.

    Raises:
        OSError: If the system refuses.
    """
    path = _page_of(brief, project)
    before = read_text(path)
    page = put_into(before, brief_markdown(brief, briefs))
    if page is None:
        problem = (
            f"{project.show(path)} is left as it is: the marks between which a brief is"
            " made are not in it\n"
            f"  see what would stand there: pytest-repro brief {brief.registration.id}"
        )
        return Answer(exit=Exit.CANNOT_JUDGE, problems=(problem,))
    if page != before:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, page.encode("utf-8"))
    waits = count_unwritten(page)
    rows = [
        ("page", project.show(path)),
        ("outcome", outcome_text(brief)),
        ("yours", f"{counted(waits, 'part')} still to be written" if waits else ""),
    ]
    return Answer(lines=fields(rows), data=_facts(brief, briefs, project))


def _show(brief: Brief, briefs: Sequence[Brief], project: Project) -> Answer:
    made = brief_markdown(brief, briefs)
    page = put_into(read_text(_page_of(brief, project)), made) or made
    data = _facts(brief, briefs, project)
    return Answer(lines=tuple(page.splitlines()), data=data)


def _facts(
    brief: Brief, briefs: Sequence[Brief], project: Project
) -> dict[str, object]:
    page = project.show(_page_of(brief, project))
    return {"brief": brief, "median_s": median_s(briefs), "page": page}


def _page_of(brief: Brief, project: Project) -> Path:
    return project.root / FOLDER / f"{brief.registration.id}.md"


def _all(briefs: Sequence[Brief]) -> Answer:
    rows = [
        (
            one.registration.id,
            str(one.order),
            outcome_text(one),
            "–" if one.waited_s is None else waited_text(one.waited_s),
        )
        for one in briefs
    ]
    head = ("registration", "order", "outcome", "to verdict")
    late = [one for one in briefs if one.order in {Order.LATE, Order.EDITED}]
    rest = [("to verdict", median_text(briefs))]
    if late:
        names = ", ".join(one.registration.id for one in late)
        rest.append(("late", f"did not come first, and waited for nothing: {names}"))
    return Answer(
        lines=(*table(head, rows, left=3), "", *fields(rest)),
        data={"briefs": list(briefs), "median_s": median_s(briefs)},
    )
