"""`pytest-repro init`: add a first experiment to a project that has none.

It reads the project and imports nothing of it, says what it found and how sure it is,
and writes a test that runs what a person runs. A second call changes nothing. No file
of a person is overwritten: lines are added, or it is said what to paste.
"""

import re
from argparse import Namespace
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from pytest_repro import templates
from pytest_repro.cli.answers import Answer
from pytest_repro.cli.exits import Exit
from pytest_repro.cli.parsing import Parser
from pytest_repro.cli.project import Project
from pytest_repro.cli.tables import fields
from pytest_repro.errors import ReproUsageError
from pytest_repro.templates import Candidate, Change

__all__ = ["add_arguments", "run"]

FOLDERS: Final = ("tests", "test")
"""Where a project keeps its tests; the first that exists."""

DATA: Final = "spirals.csv"
"""The starter data, see `templates.starter`."""


def add_arguments(parser: Parser) -> None:
    """Declare what is to be run, and whether anything is written.

    Args:
        parser: Takes the arguments.
    """
    parser.add_argument(
        "--program",
        metavar="NAME",
        help="what to run: a path, a module, or any part of what init lists",
    )
    parser.add_argument(
        "--minimal",
        action="store_true",
        help="begin with a tiny training and its data, for an empty folder",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="show what would be written, as a diff"
    )


def run(arguments: Namespace, project: Project) -> Answer:
    """Decide what is to be written, and write it.

    Args:
        arguments: `program`, `minimal` and `dry_run`.
        project: The folders.

    Returns:
        The answer; `CANNOT_JUDGE` if nothing was found that trains.

    Raises:
        ReproUsageError: If the words have no meaning together.
    """
    if arguments.minimal and arguments.program:
        msg = "--minimal brings a program of its own: leave --program out"
        raise ReproUsageError(msg)
    root = project.root
    there = _experiment_there(root)
    if there is not None:
        told = [f"{there} is an experiment already, and is left as it is"]
        return _answer(root, arguments, told, _Around(root))
    if arguments.minimal:
        return _minimal(root, arguments)
    sources = templates.read_sources(root)
    commands = templates.read_command_lines(root)
    found = _chosen(templates.find_candidates(sources, commands), arguments.program)
    if not found or found[0].missing:
        return _nothing(found)
    one, folder = found[0], _test_folder(root)
    text = templates.write_experiment(sources, one, up=len(Path(folder).parts))
    test = _new(root, f"{folder}/test_{one.name}_experiment.py", text)
    around = _Around(root, templates.module_folder(one))
    return _answer(root, arguments, _told(one, found), around, [test])


class _Around:
    """What an experiment needs around it."""

    def __init__(self, root: Path, folder: str = "") -> None:
        change, self.problem = templates.ini_change(root, folder)
        table = [] if change is None else [change]
        self.changes = [*table, *templates.surrounding_changes(root)]


def _minimal(root: Path, arguments: Namespace) -> Answer:
    folder = _test_folder(root)
    changes = [
        _new(root, f"{folder}/{DATA}", templates.starter_data()),
        _new(root, f"{folder}/test_spirals.py", templates.render("minimal_test.py")),
    ]
    told = ["two spirals and a small network, to begin with"]
    return _answer(root, arguments, told, _Around(root), changes)


def _answer(
    root: Path,
    arguments: Namespace,
    told: Sequence[str],
    around: _Around,
    tests: Sequence[Change] = (),
) -> Answer:
    changes = [one for one in (*tests, *around.changes) if one.is_needed]
    notes = [one.note for one in changes if one.note]
    by_hand = [*notes, *([around.problem] if around.problem else [])]
    data = {
        "written": [one.path for one in changes if not arguments.dry_run],
        "would_write": [one.path for one in changes],
        "by_hand": by_hand,
    }
    if arguments.dry_run:
        lines = [*told, "", *templates.show_changes(changes)]
        return Answer(lines=tuple(lines), data=data)
    templates.write_changes(root, changes)
    rows = [
        ("written" if one.before is None else "extended", one.path) for one in changes
    ]
    rows += [("by hand", text) for text in by_hand]
    if not changes:
        rows.append(("nothing", "everything is as init would write it"))
    rows.append(("next", "pytest --repro --repro-record, then pytest --repro"))
    return Answer(lines=(*told, "", *fields(rows)), data=data)


def _told(one: Candidate, found: Sequence[Candidate]) -> list[str]:
    """Say what was found, how sure that is, and what else there is."""
    sure = "sure" if one.is_sure else "not sure: read the test before you record"
    rows = [
        ("found", one.shown),
        ("trainer", one.trainer or "none of torch, Lightning or Transformers"),
        ("certainty", f"{sure} (weight {one.weight})"),
    ]
    if one.arguments.why:
        rows.append(("arguments", one.arguments.why))
    others = [other.shown for other in found[1:4]]
    rows += [("also", shown) for shown in others]
    if others:
        rows.append(("choose", "pytest-repro init --program NAME"))
    return [*fields(rows)]


def _nothing(found: Sequence[Candidate]) -> Answer:
    """Say what was looked for, and what is missing of what was found."""
    rows = [
        (
            "found",
            f"{one.shown}, but nobody says what to give for {', '.join(one.missing)}",
        )
        for one in found[:4]
    ]
    problem = "found nothing that trains and could be run as it is"
    cures = [
        ("cure", "write a command that works into README.md, such as"),
        ("", "  python train.py --data data/points.csv"),
        ("or", "pytest-repro init --minimal, to begin with a tiny one"),
    ]
    lines = "\n".join([problem, *fields([*rows, *cures])])
    return Answer(exit=Exit.CANNOT_JUDGE, problems=(lines,))


def _chosen(found: Sequence[Candidate], name: str | None) -> Sequence[Candidate]:
    if name is None:
        return found
    chosen = [
        one for one in found if name in f"{one.shown} {one.source.path.as_posix()}"
    ]
    if not chosen:
        shown = "\n".join(f"  there is  {one.shown}" for one in found)
        msg = f"nothing that trains is called {name!r}\n{shown}".rstrip()
        raise ReproUsageError(msg)
    return chosen


def _new(root: Path, path: str, text: str) -> Change:
    """Write a file that is not there; one that is stays as it is."""
    before = templates.read_text(root / path)
    return Change(path=path, before=before, after=text if before is None else before)


def _test_folder(root: Path) -> str:
    return next((name for name in FOLDERS if (root / name).is_dir()), FOLDERS[0])


def _experiment_there(root: Path) -> str | None:
    """Find a test that asks for the fixture, so that no second one is written."""
    folders = [root / name for name in (*FOLDERS, "experiments")]
    files: Iterable[Path] = (
        path for folder in folders for path in sorted(folder.rglob("test_*.py"))
    )
    for path in files:
        if _ASKS.search(path.read_text(encoding="utf-8", errors="replace")):
            return path.relative_to(root).as_posix()
    return None


_ASKS: Final = re.compile(r"def test_\w+\([^)]*\brepro\b")
