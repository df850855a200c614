"""What verbs that look back read: the history, and the references it was made against.

A damaged line or reference hides no other: both are told, and decide the exit status.
"""

from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pytest_repro.cli.exits import Exit
from pytest_repro.cli.parsing import Parser
from pytest_repro.cli.project import Project
from pytest_repro.cli.shelf import Kept, read_shelf
from pytest_repro.errors import RecordError
from pytest_repro.records import Observation, RunRecord
from pytest_repro.references import (
    History,
    ReferenceStore,
    cumulative_drift,
    read_rows,
)
from pytest_repro.reports.passages import Passage, passages

__all__ = ["Past", "add_history_arguments", "history_of", "read_past"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What is known of earlier sessions.

    Attributes:
        observations: Oldest first.
        passages: How each reference moved, by experiment and environment key.
        problems: What cannot be read.
        exit: What these amount to.
    """

    observations: tuple[Observation, ...]
    passages: Mapping[tuple[str, str], Sequence[Passage]]
    problems: tuple[str, ...]
    exit: Exit


def add_history_arguments(parser: Parser) -> None:
    """Declare where the history is.

    Args:
        parser: Takes the arguments.
    """
    parser.add_argument(
        "--history",
        type=Path,
        metavar="PATH",
        help="folder of the history, from the root (default: by pytest's ini)",
    )


def history_of(project: Project, arguments: Namespace) -> History:
    """Name the history that is meant.

    Args:
        project: The folders.
        arguments: `history`.

    Returns:
        The history; its folder need not exist.
    """
    folder = project.root / (arguments.history or project.history)
    return History(folder, base=project.root)


def read_past(history: History, project: Project) -> Past:
    """Read the history and how the references moved.

    Args:
        history: The history.
        project: The folders.

    Returns:
        What can be read, and what cannot.

    Raises:
        RecordError: If the folder of the history or of the references cannot be read.
    """
    chronicle = history.read()
    found: dict[tuple[str, str], Sequence[Passage]] = {}
    damaged: list[str] = []
    for kept in read_shelf(ReferenceStore(project.references, base=project.root)):
        try:
            record = _read(kept)
        except RecordError as error:
            damaged.append(str(error))
        else:
            place = kept.experiment, kept.key
            found[place] = passages(record, cumulative_drift(record))
    is_whole = chronicle.is_intact and not damaged
    return Past(
        observations=chronicle.observations,
        passages=found,
        problems=(*(one.message for one in chronicle.blemishes), *damaged),
        exit=Exit.HOLDS if is_whole else Exit.INTEGRITY,
    )


def _read(kept: Kept) -> RunRecord:
    """Read a reference without its traces."""
    if kept.error is not None:
        raise kept.error
    return read_rows(kept.folder)
