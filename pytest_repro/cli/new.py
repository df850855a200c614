"""`pytest-repro new`: begin an experiment, component, recipe, registration or brief.

What it writes runs as it is. A file that is there is never touched, so a second call
changes nothing and a person's edits are safe.
"""

import importlib.util
from argparse import Namespace
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final

from pytest_repro import templates
from pytest_repro.cli.answers import Answer
from pytest_repro.cli.brief import keep_page, read_briefs
from pytest_repro.cli.parsing import Parser
from pytest_repro.cli.project import Project
from pytest_repro.cli.tables import fields
from pytest_repro.errors import ReproUsageError
from pytest_repro.templates import Beginning, Change, Framework, Kind, Name

__all__ = ["add_arguments", "run"]

BRIEF: Final = "brief"
"""The page of a registration, which `brief` keeps."""

KINDS: Final = (*map(str, Kind), BRIEF)

NEEDED: Final = {Kind.COMPONENT: "contracts", Kind.RECIPE: "torch"}
"""The extra of pytest-repro without which a kind does not run."""

MODULES: Final = {"contracts": ("torch", "hypothesis"), "torch": ("torch",)}
"""What an extra installs."""


def add_arguments(parser: Parser) -> None:
    """Declare what is begun, and where.

    Args:
        parser: Takes the arguments.
    """
    parser.add_argument("kind", choices=KINDS, help="what is begun")
    parser.add_argument("name", metavar="NAME", help="what it is called")
    parser.add_argument(
        "--in",
        dest="folder",
        metavar="FOLDER",
        type=PurePosixPath,
        help="where code goes, from the root (default: where experiments are)",
    )
    parser.add_argument(
        "--with",
        dest="framework",
        choices=tuple(str(one) for one in Framework),
        help="experiment: what it computes with (default: torch, if that is installed)",
    )
    parser.add_argument(
        "--for",
        dest="subject",
        metavar="NODE_ID",
        default="",
        help="registration: of which experiment (default: the one with its name)",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="show what would be written, as a diff"
    )


def run(arguments: Namespace, project: Project) -> Answer:
    """Write what is missing.

    Args:
        arguments: As declared.
        project: The folders.

    Returns:
        The answer.

    Raises:
        ReproUsageError: If the words have no meaning together.
        OSError: If the system refuses.
    """
    name = _name(arguments.name)
    is_brief = arguments.kind == BRIEF
    kind = Kind.REGISTRATION if is_brief else Kind(arguments.kind)
    _check_words(arguments, kind, name)
    folder = _folder(arguments.folder, kind, project)
    beginning = templates.begin(
        kind,
        name,
        folder=folder,
        framework=_framework(arguments.framework),
        subject=arguments.subject,
    )
    begun = _write(beginning, _around(kind, folder, project), arguments, project)
    return _brief(begun, name, project) if is_brief and not arguments.dry_run else begun


def _brief(begun: Answer, name: Name, project: Project) -> Answer:
    """Write the page of a registration that is there by now."""
    briefs = read_briefs(project)
    brief = next(one for one in briefs if one.registration.id == name.text)
    page = keep_page(brief, briefs, project)
    rows = [("then", f"pytest-repro brief {name.text} --write, which keeps your words")]
    lines = (*begun.lines, "", *page.lines, *fields(rows))
    data = {**begun.data, "brief": page.data}
    return replace(page, lines=lines, data=data)


def _name(text: str) -> Name:
    try:
        return Name(text)
    except ValueError as error:
        raise ReproUsageError(str(error)) from error


def _check_words(arguments: Namespace, kind: Kind, name: Name) -> None:
    for flag, value, owner in (
        ("with", arguments.framework, Kind.EXPERIMENT),
        ("for", arguments.subject, Kind.REGISTRATION),
    ):
        if value and kind is not owner:
            msg = f"--{flag} is for: pytest-repro new {owner} NAME"
            raise ReproUsageError(msg)
    if kind.is_module and templates.is_taken(name.snake):
        msg = (
            f"{name.snake} is a word of Python, or a module that can be imported"
            " already\n"
            f"  choose another, such as: pytest-repro new {kind} my-{name.text}"
        )
        raise ReproUsageError(msg)


def _folder(given: PurePosixPath | None, kind: Kind, project: Project) -> PurePosixPath:
    if given is None:
        return templates.find_place(project.root)
    if given.is_absolute() or ".." in given.parts:
        msg = f"--in is a folder of the project, relative to its root, got {given}"
        raise ReproUsageError(msg)
    if kind.is_module and not all(part.isidentifier() for part in given.parts):
        msg = f"modules of {given} cannot be imported: --in takes words of Python"
        raise ReproUsageError(msg)
    return given


def _framework(given: str | None) -> Framework:
    """Choose torch where it is installed."""
    if given is not None:
        return Framework(given)
    return Framework.TORCH if _is_installed("torch") else Framework.NUMPY


def _is_installed(module: str) -> bool:
    """Look for a module; nothing is imported for that."""
    return importlib.util.find_spec(module) is not None


def _around(
    kind: Kind, folder: PurePosixPath, project: Project
) -> tuple[list[Change], list[str]]:
    """Say what the files need around them, and what is to be done by hand."""
    if kind is Kind.REGISTRATION:
        return [], []
    changes, problem = templates.prepare(
        project.root, folder, is_imported=kind.is_module
    )
    extra = NEEDED.get(kind, "")
    lacks = [one for one in MODULES.get(extra, ()) if not _is_installed(one)]
    install = f"python -m pip install 'pytest-repro[{extra}]'" if lacks else ""
    return changes, [text for text in (problem, install) if text]


def _write(
    beginning: Beginning,
    around: tuple[list[Change], list[str]],
    arguments: Namespace,
    project: Project,
) -> Answer:
    own = {str(path): text for path, text in beginning.files.items()}
    kept = [path for path in own if (project.root / path).exists()]
    files = [
        Change(path=path, before=None, after=text)
        for path, text in own.items()
        if path not in kept
    ]
    needed = [one for one in around[0] if one.is_needed] if files else []
    changes = [*files, *needed]
    by_hand = around[1] if files else []
    data = {
        "written": [one.path for one in changes if not arguments.dry_run],
        "would_write": [one.path for one in changes],
        "kept": kept,
        "by_hand": by_hand,
        "next": list(beginning.then),
    }
    if arguments.dry_run:
        return Answer(lines=tuple(templates.show_changes(changes)), data=data)
    templates.write_changes(project.root, changes)
    rows = [
        ("written" if one.before is None else "extended", one.path) for one in changes
    ]
    rows += [("kept", f"{path} is there, and is left as it is") for path in kept]
    rows += [("by hand", text) for text in by_hand]
    rows += [("next", beginning.then[0]), *(("then", x) for x in beginning.then[1:])]
    return Answer(lines=fields(rows), data=data)
