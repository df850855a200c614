"""`pytest-repro gc`: remove from the content store what nothing needs.

It tells by default and removes only with ``--remove``. What a reference, a candidate, a
run, a pin or `assets.toml` names is never removed, and nothing is where one of them
cannot be read.
"""

import os
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from pytest_repro import assets
from pytest_repro.cli.answers import Answer
from pytest_repro.cli.exits import Exit
from pytest_repro.cli.parsing import Parser
from pytest_repro.cli.project import Project, find_project
from pytest_repro.cli.tables import fields
from pytest_repro.digests import Digest
from pytest_repro.errors import ReproUsageError
from pytest_repro.policy.assets import FILE
from pytest_repro.replication.needed import declared_assets, needed_assets

__all__ = ["add_arguments", "run"]


def add_arguments(parser: Parser) -> None:
    """Declare whether anything is removed.

    Args:
        parser: Takes the arguments.
    """
    parser.add_argument(
        "--remove", action="store_true", help="remove it; without this it is only told"
    )
    parser.add_argument(
        "--also",
        action="append",
        default=[],
        type=Path,
        metavar="ROOT",
        help="another project that uses this store; once for each",
    )
    parser.add_argument(
        "--alone",
        action="store_true",
        help="no other project uses this store, although it lies outside of this one",
    )


def run(arguments: Namespace, project: Project) -> Answer:
    """Find what nothing needs, and remove it if that was asked for.

    Args:
        arguments: `remove`, `also`, `alone`.
        project: The folders.

    Returns:
        The answer.

    Raises:
        RecordError: If something that may need an asset cannot be read.
        ReproUsageError: If another project is none.
    """
    shared = not project.assets.resolve().is_relative_to(project.root)
    if shared and arguments.remove and not (arguments.also or arguments.alone):
        msg = (
            "the content store lies outside of this project, and others may need it\n"
            "  name each of them: pytest-repro gc --remove --also ROOT\n"
            "  or say that there is none: --alone"
        )
        return Answer(exit=Exit.POLICY, problems=(msg,))
    projects = [project, *_others(arguments)]
    store = assets.AssetStore(project.assets)
    plan = assets.plan_sweep(store, _needed(projects))
    if not arguments.remove:
        return _answer(plan, "would be removed", shown=project.show(project.assets))
    # Somebody may have declared it since, and be about to use it.
    found = assets.sweep(
        store,
        plan,
        is_needed=lambda one: any(one in declared_assets(p.root) for p in projects),
    )
    return _answer(found, "removed", shown=project.show(project.assets))


def _others(arguments: Namespace) -> list[Project]:
    none = {"root": None, "dir": None, "out": None, "env": None}
    found = [
        find_project(Path.cwd(), Namespace(**{**none, "root": root}))
        for root in arguments.also
    ]
    for one in found:
        places = (one.root / FILE, one.references, one.out)
        if not any(map(os.path.lexists, places)):
            shown = ", ".join(path.name for path in places)
            msg = (
                f"nothing in {one.root} can need an asset: there is no {shown}\n"
                "  --also names the root of a project; leave it out if that has none"
            )
            raise ReproUsageError(msg)
    return found


def _needed(projects: Sequence[Project]) -> frozenset[Digest]:
    return frozenset().union(
        *(
            needed_assets(one.root, references=one.references, out=one.out)
            for one in projects
        )
    )


def _answer(found: assets.Sweep, done: str, *, shown: str) -> Answer:
    return Answer(
        lines=(
            shown,
            *fields(
                [
                    (done, _total(found.unneeded)),
                    ("kept", _total(found.kept)),
                    ("being fetched", _total(found.busy) if found.busy else ""),
                ]
            ),
            *(f"    {one.digest}" for one in found.unneeded),
        ),
        data={
            "removed" if done == "removed" else "unneeded": [
                {"digest": one.digest, "size_bytes": one.size_bytes}
                for one in found.unneeded
            ],
            "kept": len(found.kept),
        },
    )


def _total(found: Sequence[assets.Stored]) -> str:
    size = sum(one.size_bytes for one in found)
    return f"{len(found)} with {size / 1e6:,.1f} MB"
