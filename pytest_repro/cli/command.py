"""The command `pytest-repro`: find the verb, read its options, run it, print, exit.

The verbs are rows of a table, and each is a module of its own that is loaded when it is
called: what `diff` needs does not slow down `list`. No verb imports pytest or a
framework, and none but `recipe` and `catalogue` imports the project.
"""

import sys
import traceback
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Final, Protocol, cast

from pytest_repro import __version__
from pytest_repro.cli.answers import Answer
from pytest_repro.cli.exits import Exit
from pytest_repro.cli.parsing import Parser, nearest, parse, wants_help
from pytest_repro.cli.printing import print_answer, print_problem
from pytest_repro.cli.project import Project, find_project
from pytest_repro.cli.tables import fields
from pytest_repro.errors import RecordError, ReproError, ReproUsageError

__all__ = ["VERBS", "Verb", "main"]

PROGRAM: Final = "pytest-repro"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """One row of the table.

    Attributes:
        name: What a person types; also the name of the module.
        arguments: What follows it, for the overview.
        summary: One line of help.
        module: The name of the module, where the verb is a word of Python.
    """

    name: str
    arguments: str
    summary: str
    module: str = ""


class VerbModule(Protocol):
    """What the module of a verb offers."""

    def add_arguments(self, parser: Parser) -> None:
        """Declare the verb's own arguments.

        Args:
            parser: Knows those of every verb.
        """

    def run(self, arguments: Namespace, project: Project) -> Answer:
        """Do what was asked.

        Args:
            arguments: The verb's own, as declared.
            project: The folders to read.

        Returns:
            The answer.
        """


VERBS: Final[Mapping[str, Verb]] = {
    verb.name: verb
    for verb in (
        Verb(
            name="tour",
            arguments="",
            summary="watch a result hold, change, and be accepted: three minutes",
        ),
        Verb(
            name="init",
            arguments="",
            summary="add a first experiment to this project, by what trains in it",
        ),
        Verb(
            name="new",
            arguments="KIND NAME",
            summary="begin an experiment, component, recipe, registration or brief",
        ),
        Verb(
            name="list",
            arguments="",
            summary="every reference and waiting candidate",
        ),
        Verb(
            name="show",
            arguments="EXPERIMENT",
            summary="one reference, or one obtained run, on one screen",
        ),
        Verb(
            name="diff",
            arguments="EXPERIMENT | A B",
            summary="an obtained run against its reference: where and why they part",
        ),
        Verb(
            name="review",
            arguments="[EXPERIMENT]",
            summary="candidates one after the other: accept, reject or skip",
        ),
        Verb(
            name="accept",
            arguments="EXPERIMENT",
            summary="make a candidate, of a CI artifact too, the reference",
        ),
        Verb(
            name="reject",
            arguments="EXPERIMENT",
            summary="drop a candidate and keep the reference",
        ),
        Verb(
            name="why",
            arguments="EXPERIMENT",
            summary="what brings the reference's bits back, found by trying",
        ),
        Verb(
            name="blame",
            arguments="EXPERIMENT | A B",
            summary="which of several changes moved a result, and each by how much",
        ),
        Verb(
            name="golden",
            arguments="[pin EXPERIMENT]",
            summary="what is known good, what departs from it, and who agreed to that",
        ),
        Verb(
            name="rollback",
            arguments="EXPERIMENT",
            summary="restore an earlier approved state as a new, explained revision",
        ),
        Verb(
            name="brief",
            arguments="[ID]",
            summary="what was registered, expected and found, on a page; and how long"
            " that takes",
        ),
        Verb(
            name="history",
            arguments="[EXPERIMENT]",
            summary="how often results hold, how long answers take, since when a metric"
            " is another",
        ),
        Verb(
            name="dashboard",
            arguments="",
            summary="the whole history as a page, to look at in a browser",
        ),
        Verb(
            name="matrix",
            arguments="[EXPERIMENT]",
            summary="who reproduces whom, at which rung, and what separates them",
        ),
        Verb(
            name="import",
            arguments="ARCHIVE|FOLDER",
            summary="take in what another party ran, verified, under its name",
            module="importing",
        ),
        Verb(
            name="report",
            arguments="",
            summary="the last session as a page, to look at in a browser",
        ),
        Verb(
            name="merge",
            arguments="DIR…",
            summary="join what several CI jobs left, and say what is missing",
        ),
        Verb(
            name="impact",
            arguments="[REF]",
            summary="which experiments a change can affect, before anything runs",
        ),
        Verb(
            name="fetch",
            arguments="[NAME …]",
            summary="declared assets into the content store, before any run",
        ),
        Verb(
            name="gc",
            arguments="",
            summary="assets in the content store that nothing needs; removes them if"
            " asked",
        ),
        Verb(
            name="calibrate",
            arguments="EXPERIMENT",
            summary="noise floor, seed spread, and which margins a reference supports",
        ),
        Verb(
            name="data",
            arguments="ACTION MANIFEST",
            summary="check, split or card: what a data set holds, and what its parts"
            " share",
        ),
        Verb(
            name="recipe",
            arguments="ACTION RECIPE",
            summary="show, diff, space or lint: what a recipe comes to and may become",
        ),
        Verb(
            name="catalogue",
            arguments="[MODULE …]",
            summary="every component at hand: what it is for, costs, and when it fails",
        ),
        Verb(
            name="env",
            arguments="ACTION [NAME]",
            summary="declared environments: list, check, build; rebuild that of a run",
        ),
        Verb(
            name="doctor",
            arguments="",
            summary="what on this machine endangers reproducibility",
        ),
    )
}
"""Every verb, in the order of ``--help``."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        argv: What follows the program's name; by default from the command line.

    Returns:
        The exit status, see `Exit`.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        return int(_dispatch(words))
    except ReproUsageError as error:
        print_problem(str(error))
        return int(Exit.USAGE)
    except RecordError as error:
        print_problem(str(error))
        return int(Exit.INTEGRITY)
    except (ReproError, OSError) as error:
        print_problem(str(error))
    except Exception:  # noqa: BLE001  # a fault of ours must not exit with 1, "differs"
        print_problem(f"a fault of its own\n{traceback.format_exc()}")
    return int(Exit.CANNOT_JUDGE)


def _dispatch(words: Sequence[str]) -> Exit:
    if not words or words[0] in {"-h", "--help", "--version"}:
        return _introduce(words)
    verb = _find_verb(words[0])
    name = verb.module or verb.name
    module = cast("VerbModule", import_module(f"pytest_repro.cli.{name}"))
    parser = Parser(f"{PROGRAM} {verb.name}", verb.summary)
    module.add_arguments(parser)
    if wants_help(words):
        answer = Answer(lines=tuple(parser.format_help().splitlines()))
        print_answer(answer, as_json=False)
        return answer.exit
    arguments = parse(parser, words[1:])
    project = find_project(Path.cwd(), arguments)
    answer = module.run(arguments, project)
    print_answer(answer, as_json=arguments.json)
    return answer.exit


def _introduce(words: Sequence[str]) -> Exit:
    lines = _overview()
    if "--version" in words:
        lines = (f"{PROGRAM} {__version__}",)
    print_answer(Answer(lines=lines), as_json=False)
    return Exit.HOLDS if words else Exit.USAGE


def _find_verb(word: str) -> Verb:
    if word in VERBS:
        return VERBS[word]
    if word.startswith("-"):
        msg = f"options follow the verb: {PROGRAM} list {word}"
        raise ReproUsageError(msg)
    msg = f"no verb {word!r}{nearest(word, VERBS)}\n  verbs: {', '.join(VERBS)}"
    raise ReproUsageError(msg)


def _overview() -> tuple[str, ...]:
    """Write the overview from the table of verbs."""
    rows = [(f"{verb.name} {verb.arguments}", verb.summary) for verb in VERBS.values()]
    statuses = ", ".join(f"{int(one)} {one.label}" for one in Exit)
    return (
        f"usage: {PROGRAM} VERB … [--root PATH] [--dir PATH] [--out PATH] [--json]",
        "",
        *fields(rows),
        "",
        *fields([("exits with", statuses), ("more", f"{PROGRAM} VERB --help")]),
    )
