"""The candidates that a person means: those that wait here, or those of an archive.

A damaged candidate is never "none": it is told beside those that can be read.
"""

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pytest_repro.cli.answers import Answer, unknown_name
from pytest_repro.cli.exits import Exit
from pytest_repro.cli.naming import choose
from pytest_repro.cli.parsing import Parser
from pytest_repro.cli.project import Project
from pytest_repro.cli.shelf import read_shelf
from pytest_repro.errors import RecordError, ReproUsageError
from pytest_repro.references import Candidate, ReferenceStore, read_archive

__all__ = [
    "Waiting",
    "add_archive_argument",
    "add_candidate_arguments",
    "choose_candidates",
    "pending_store",
    "read_waiting",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What waits for review.

    Attributes:
        place: Where it lies, as it should be shown.
        candidates: By experiment and environment key.
        problems: Why some cannot be read.
    """

    place: str
    candidates: tuple[Candidate, ...]
    problems: tuple[str, ...] = ()


def add_candidate_arguments(parser: Parser) -> None:
    """Declare how candidates are named.

    Args:
        parser: Takes the arguments.
    """
    parser.add_argument(
        "experiment",
        metavar="EXPERIMENT",
        nargs="?",
        help="a node id, or any part of one",
    )
    parser.add_argument("--all", action="store_true", help="every candidate that waits")
    parser.add_argument("--key", help="environment key, or any part")


def add_archive_argument(parser: Parser) -> None:
    """Declare where candidates may come from instead.

    Args:
        parser: Takes the arguments.
    """
    parser.add_argument(
        "--from",
        dest="archive",
        metavar="ZIP",
        type=Path,
        help="take them from an archive, such as a CI artifact; it is not unpacked",
    )


def pending_store(project: Project) -> ReferenceStore:
    """Name the store of candidates.

    Args:
        project: The folders.

    Returns:
        The store; nothing is read.
    """
    return ReferenceStore(project.pending, base=project.root)


def read_waiting(project: Project, archive: Path | None = None) -> Waiting:
    """Read every candidate.

    Args:
        project: The folders.
        archive: Where to look instead.

    Returns:
        What waits.

    Raises:
        RecordError: If the archive is refused.
    """
    if archive is not None:
        return Waiting(place=str(archive), candidates=read_archive(archive))
    found: list[Candidate] = []
    problems: list[str] = []
    for kept in read_shelf(pending_store(project)):
        try:
            record = kept.read()
        except RecordError as error:
            problems.append(str(error))
            continue
        found.append(Candidate(record=record, shown=kept.shown, folder=kept.folder))
    place = project.show(project.pending)
    return Waiting(place=place, candidates=tuple(found), problems=tuple(problems))


def choose_candidates(
    arguments: Namespace, waiting: Waiting
) -> tuple[Candidate, ...] | Answer:
    """Find the candidates that are meant.

    Args:
        arguments: `experiment`, `all` and `key`.
        waiting: What waits.

    Returns:
        At least one, or the answer that there is none.

    Raises:
        ReproUsageError: If none is named, or several are meant by one name.
    """
    if (arguments.experiment is None) != arguments.all:
        msg = "name an experiment, or say --all, and not both"
        raise ReproUsageError(msg)
    if waiting.problems:
        return Answer(exit=Exit.INTEGRITY, problems=waiting.problems)
    if not waiting.candidates:
        msg = f"no candidate waits in {waiting.place}"
        return Answer(exit=Exit.NO_REFERENCE, problems=(msg,))
    if arguments.all:
        return _of_key(arguments.key, waiting.candidates)
    known = [one.experiment for one in waiting.candidates]
    name = choose(arguments.experiment, known, what="candidate")
    if name is None:
        return unknown_name(arguments.experiment, known, what="candidate")
    own = [one for one in waiting.candidates if one.experiment == name]
    found = _of_key(arguments.key, own)
    if isinstance(found, tuple) and len(found) > 1:
        listed = "".join(f"\n  --key {one.key}" for one in found)
        msg = f"{name} has candidates for {len(found)} environments{listed}"
        raise ReproUsageError(msg)
    return found


def _of_key(
    key: str | None, candidates: Sequence[Candidate]
) -> tuple[Candidate, ...] | Answer:
    if key is None:
        return tuple(candidates)
    keys = [one.key for one in candidates]
    chosen = choose(key, keys, what="environment")
    if chosen is None:
        return unknown_name(key, keys, what="environment of a candidate")
    return tuple(one for one in candidates if one.key == chosen)
