"""`pytest-repro catalogue`: every component that is at hand, as a page; and its lint.

It imports what it lists: the components shipped here, those that installed packages
offer under the entry-point group `pytest_repro.components`, or the modules named.
"""

import sys
from argparse import Namespace
from dataclasses import asdict

from pytest_repro.cli.answers import Answer
from pytest_repro.cli.exits import Exit
from pytest_repro.cli.parsing import Parser
from pytest_repro.cli.project import Project
from pytest_repro.recipes.catalogue import Entry, entry_of, page_of
from pytest_repro.recipes.catalogue_lint import lint_entries
from pytest_repro.recipes.entry_points import load_modules, load_offered

__all__ = ["add_arguments", "run"]


def add_arguments(parser: Parser) -> None:
    """Declare which components, and whether they are linted.

    Args:
        parser: Takes the arguments.
    """
    parser.add_argument(
        "modules",
        metavar="MODULE",
        nargs="*",
        help="import this module, or all of this package, and list its components"
        " alone; by default what is shipped, and what installed packages offer",
    )
    parser.add_argument(
        "--lint", action="store_true", help="say what is missing instead"
    )


def run(arguments: Namespace, project: Project) -> Answer:
    """List components, or what they lack.

    Args:
        arguments: `modules` and `lint`.
        project: Its root is where modules are looked for first.

    Returns:
        The answer; the status is `DIFFERS` if the lint finds something, and
        `CANNOT_JUDGE` if a module that was named cannot be imported.
    """
    if arguments.modules and str(project.root) not in sys.path:
        sys.path.insert(0, str(project.root))
    named = tuple(arguments.modules)
    loaded = load_modules(named) if named else load_offered()
    entries = tuple(map(entry_of, loaded.components))
    problems = tuple(
        f"{one.name} cannot be loaded: {one.message}" for one in loaded.troubles
    )
    exit_, lines, data = _linted(entries) if arguments.lint else _listed(entries)
    return Answer(
        exit=Exit.CANNOT_JUDGE if named and problems else exit_,
        lines=lines,
        data=data | {"troubles": [asdict(one) for one in loaded.troubles]},
        problems=problems,
    )


def _listed(
    entries: tuple[Entry, ...],
) -> tuple[Exit, tuple[str, ...], dict[str, object]]:
    lines = tuple(page_of(entries).splitlines())
    return Exit.HOLDS, lines, {"components": [asdict(one) for one in entries]}


def _linted(
    entries: tuple[Entry, ...],
) -> tuple[Exit, tuple[str, ...], dict[str, object]]:
    found = lint_entries(entries)
    lines = tuple(one.line for one in found) or (
        f"{len(entries)} components, nothing is missing",
    )
    exit_ = Exit.DIFFERS if found else Exit.HOLDS
    return exit_, lines, {"findings": [asdict(one) for one in found]}
