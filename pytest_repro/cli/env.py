"""`pytest-repro env`: declared environments, and the environment of a record, built.

`list` shows what is declared and what can be had here, `check` fails where something
cannot; `build` makes the interpreter of a declared environment, `rebuild` that of a
record. Nothing is run in them here.
"""

import os
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest_repro
from pytest_repro.cli.answers import Answer
from pytest_repro.cli.exits import Exit
from pytest_repro.cli.parsing import Parser
from pytest_repro.cli.project import Project
from pytest_repro.cli.rebuild import rebuild
from pytest_repro.cli.tables import fields
from pytest_repro.errors import LaunchError, ReproUsageError
from pytest_repro.interpreters import build_declared, recipe_of
from pytest_repro.launchers import make_launcher
from pytest_repro.policy import (
    choose_environments,
    declared_environments,
    launcher_options,
    read_own_table,
)
from pytest_repro.policy.own_table import FILE
from pytest_repro.policy.toml_entries import Entry
from pytest_repro.records import EVERYWHERE, DeclaredEnvironment
from pytest_repro.references import declared_folder
from pytest_repro.replication.availability import check_processor, interpreter_for

__all__ = ["add_arguments", "run"]

LOCAL: Final = "local"
ACTIONS: Final = ("list", "check", "build", "rebuild")
ONLY_REBUILD: Final = ("image", "into", "base")


def add_arguments(parser: Parser) -> None:
    """Declare what is to be done.

    Args:
        parser: Takes the arguments.
    """
    parser.add_argument("action", choices=ACTIONS, help="what to do")
    parser.add_argument(
        "name",
        metavar="NAME",
        nargs="?",
        help="a declared environment or all; with rebuild a record, or any part of "
        "the node id of a reference",
    )
    parser.add_argument(
        "--into", type=Path, metavar="PATH", help="with rebuild: the folder to build in"
    )
    parser.add_argument(
        "--image",
        action="store_true",
        help="with rebuild: write a Dockerfile, and build it if there is an engine",
    )
    parser.add_argument(
        "--base", metavar="IMAGE", help="with --image: the image to begin with"
    )
    parser.add_argument("--key", help="with rebuild: environment key of the reference")


def run(arguments: Namespace, project: Project) -> Answer:
    """Do what was asked.

    Args:
        arguments: `action`, `name`, `into`, `image`, `base` and `key`.
        project: The folders.

    Returns:
        The answer; `check` is `CANNOT_JUDGE` if an environment cannot be had here,
        `rebuild` is `DIFFERS` if what was built is not what the record says.

    Raises:
        ReproUsageError: If the words have no meaning together.
        PolicyError: If what is declared has none.
        LaunchError: If something cannot be built.
    """
    if arguments.action == "rebuild":
        return rebuild(arguments, project)
    for name in ONLY_REBUILD:
        if getattr(arguments, name):
            msg = f"--{name} is for: pytest-repro env rebuild"
            raise ReproUsageError(msg)
    path = project.root / FILE
    own = read_own_table(path.read_bytes() if path.is_file() else b"")
    name = arguments.name or EVERYWHERE
    if arguments.action == "build":
        return _build(_chosen(own, arguments.name), project)
    return _list(own, _chosen(own, name), project, is_check=arguments.action == "check")


def _chosen(own: Entry, name: str | None) -> tuple[DeclaredEnvironment, ...]:
    if name is None:
        msg = "name an environment, or all: pytest-repro env build NAME"
        raise ReproUsageError(msg)
    return choose_environments(declared_environments(own), name, path=own.path)


def _build(chosen: Sequence[DeclaredEnvironment], project: Project) -> Answer:
    built = {}
    for declared in chosen:
        if declared.has_interpreter:
            python = build_declared(
                recipe_of(declared, project.root, version=pytest_repro.__version__),
                declared_folder(project.home, declared.name),
                root=project.root,
                path=os.environ.get("PATH", os.defpath),
            )
            built[declared.name] = project.show(python)
    if not built:
        told = "nothing to build: it runs with the interpreter of the session"
        return Answer(lines=(told,), data={"built": {}})
    return Answer(lines=fields([*built.items()], indent=0), data={"built": built})


def _list(
    own: Entry,
    chosen: Sequence[DeclaredEnvironment],
    project: Project,
    *,
    is_check: bool,
) -> Answer:
    states = {one.name: _absence(own, one, project) for one in chosen}
    rows = [
        (one.name, [_described(one), states[one.name] or "can be run here"])
        for one in chosen
    ]
    absent = any(states.values())
    return Answer(
        exit=Exit.CANNOT_JUDGE if is_check and absent else Exit.HOLDS,
        lines=fields(rows, indent=0),
        data={
            "environments": [
                {"declared": one, "absent": states[one.name]} for one in chosen
            ]
        },
    )


def _absence(own: Entry, declared: DeclaredEnvironment, project: Project) -> str:
    """Say why an environment cannot be had here; empty if it can."""
    launcher = declared.launcher or LOCAL
    try:
        check_processor(declared, launcher)
        interpreter_for(declared, root=project.root, out=project.home)
        if launcher != LOCAL:
            options = dict(launcher_options(own, launcher))
            if declared.container:
                options["image"] = declared.container
            make_launcher(launcher, os.environ, options=options)
    except (LaunchError, ReproUsageError) as error:
        return str(error)
    return ""


def _described(declared: DeclaredEnvironment) -> str:
    parts = (
        f"Python {declared.python}" if declared.python else "",
        ", ".join(declared.packages),
        f"lock {declared.lock}" if declared.lock else "",
        f"threads {declared.threads}" if declared.threads else "",
        f"instructions {declared.instruction_set}" if declared.instruction_set else "",
        *(f"{name}={text}" for name, text in declared.variables.items()),
        f"image {declared.container}" if declared.container else "",
        f"launcher {declared.launcher}" if declared.launcher else "",
        f"requires {declared.requires}" if declared.requires else "",
    )
    return ", ".join(filter(None, parts)) or "the present environment"
