"""`pytest-repro impact`: which experiments a change can affect, before anything runs.

For each experiment the inputs of its last comparison that held are looked at again, as
``pytest --repro-changed`` does, and those that are part of the change are told apart
from those that differ for other reasons. The project is not imported, nothing is run.
"""

import os
from argparse import Namespace
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pytest_repro import wire
from pytest_repro.cli.answers import Answer
from pytest_repro.cli.exits import Exit
from pytest_repro.cli.parsing import Parser
from pytest_repro.cli.project import Project
from pytest_repro.cli.shelf import read_shelf
from pytest_repro.cli.tables import fields
from pytest_repro.determinism import worker_variables
from pytest_repro.errors import RecordError
from pytest_repro.launchers.protocol import JOB
from pytest_repro.provenance import (
    Looker,
    changed_inputs,
    check_revision,
    files_since,
)
from pytest_repro.records import Determinism, Evidence, InputChange, InputKind, Job
from pytest_repro.references import ReferenceStore, experiment_folder
from pytest_repro.replication import SHELF, EvidenceShelf
from pytest_repro.reports.summary import counted

__all__ = ["add_arguments", "run"]

MOST: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What a change means for one experiment.

    Attributes:
        experiment: The node id.
        changes: The inputs that are part of the change.
        others: Those that differ for other reasons.
        unknown: Why not all of this can be told; empty where it can.
    """

    experiment: str
    changes: tuple[InputChange, ...] = ()
    others: tuple[InputChange, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def runs(self) -> bool:
        """Whether ``pytest --repro-changed`` would run it."""
        return bool(self.changes or self.others or self.unknown)


def add_arguments(parser: Parser) -> None:
    """Declare what the change is.

    Args:
        parser: Takes the arguments.
    """
    parser.add_argument(
        "revision",
        metavar="REF",
        nargs="?",
        default="HEAD",
        help="the change is all that differs from this revision (default: HEAD)",
    )


def run(arguments: Namespace, project: Project) -> Answer:
    """Look at the inputs of every experiment.

    Args:
        arguments: `revision`.
        project: The folders.

    Returns:
        The answer; its status is `DIFFERS` if anything would run.
    """
    commit = check_revision(project.root, arguments.revision)
    files = files_since(project.root, commit)
    shelf = EvidenceShelf(project.home / SHELF)
    store = ReferenceStore(project.references, base=project.root)
    named = {kept.experiment for kept in read_shelf(store)} | {*shelf.experiments()}
    if not named:
        return Answer(exit=Exit.NO_REFERENCE, problems=("there is no reference",))
    impacts = [
        _look(project, store, name, evidence=shelf.read(name), files=files)
        for name in sorted(named)
    ]
    runs = [one for one in impacts if one.runs]
    return Answer(
        exit=Exit.DIFFERS if runs else Exit.HOLDS,
        lines=_lines(impacts, arguments.revision, len(files)),
        data={"revision": commit, "files": sorted(files), "experiments": impacts},
    )


def _look(
    project: Project,
    store: ReferenceStore,
    experiment: str,
    *,
    evidence: Evidence | None,
    files: frozenset[str],
) -> Impact:
    if evidence is None:
        unknown = ("no comparison that held is known here",)
        return Impact(experiment=experiment, unknown=unknown)
    looker = Looker(project.root, _variables(project, experiment))
    found = changed_inputs(evidence.inputs.items, looker)
    own = tuple(one for one in found if _is_part(one, files))
    return Impact(
        experiment=experiment,
        changes=own,
        others=tuple(one for one in found if one not in own),
        unknown=(*evidence.inputs.unseen, *_other_reference(store, evidence)),
    )


def _other_reference(store: ReferenceStore, evidence: Evidence) -> tuple[str, ...]:
    try:
        found = store.find(evidence.outcome.experiment, evidence.environment)
    except RecordError:
        return ("its reference cannot be read",)
    return () if found.sums == evidence.reference else ("its reference changed",)


def _is_part(change: InputChange, files: frozenset[str]) -> bool:
    """Tell whether an input differs because of files of the change."""
    match change.kind:
        case InputKind.FILE:
            return change.name in files
        case InputKind.LISTING | InputKind.IMPORT:
            inner = "" if change.name == "." else f"{change.name}/"
            return any(name.startswith(inner) for name in files)
        case _:
            return False


def _variables(project: Project, experiment: str) -> Mapping[str, str]:
    """Compute the environment of a worker, as the last session pinned it."""
    pinned = Determinism()
    for path in sorted((project.runs / experiment_folder(experiment)).glob(f"*/{JOB}")):
        pinned = _determinism(path) or pinned
    return worker_variables(pinned, os.environ)


def _determinism(path: Path) -> Determinism | None:
    try:
        return wire.read(Job, path.read_bytes()).determinism
    except (OSError, ValueError):
        return None


def _lines(impacts: Sequence[Impact], revision: str, count: int) -> tuple[str, ...]:
    runs = sum(one.runs for one in impacts)
    lines = [line for one in impacts for line in _block(one, revision)]
    differ = f"{counted(count, 'file')} changed since {revision}"
    return (
        *lines,
        "",
        f"{counted(runs, 'experiment')} of {len(impacts)} would run; {differ}",
    )


def _block(one: Impact, revision: str) -> tuple[str, ...]:
    pairs = [
        (f"since {revision}", _some(change.text for change in one.changes)),
        ("besides", _some(change.text for change in one.others)),
        ("cannot tell", _some(one.unknown)),
    ]
    told = [(label, text) for label, text in pairs if text]
    return (one.experiment, *fields(told or [("unaffected", "no input changed")]))


def _some(texts: Iterable[str]) -> str:
    listed = list(texts)
    more = len(listed) - MOST
    shown = ", ".join(listed[:MOST])
    return f"{shown} and {more} more" if more > 0 else shown
