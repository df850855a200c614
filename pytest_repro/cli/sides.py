"""The two sides of a comparison, found by name or given as folders.

Found by name, the reference is the one that a session would use, by the same look-up,
so that the verdict is the same too.
"""

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pytest_repro.cli.answers import Answer
from pytest_repro.cli.exits import Exit
from pytest_repro.cli.lookup import choose_experiment, choose_reference
from pytest_repro.cli.obtained import find_obtained, read_all
from pytest_repro.cli.project import Project
from pytest_repro.cli.sessions import LastSession
from pytest_repro.cli.shelf import Kept, read_shelf
from pytest_repro.records import Environment, Match, RunRecord
from pytest_repro.references import ReferenceStore, read_record
from pytest_repro.reports.plain import shell_word

__all__ = ["Sides", "find_sides", "read_sides"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """What is compared with what.

    Attributes:
        reference: The approved run.
        reference_folder: Where it is, as it is shown.
        match: How it was found.
        obtained: One run a seed.
        obtained_folder: Where the first of them is, as it is shown.
    """

    reference: RunRecord
    reference_folder: str
    match: Match
    obtained: tuple[RunRecord, ...] = ()
    obtained_folder: str = ""


def find_sides(
    arguments: Namespace, project: Project, last: LastSession
) -> Sides | Answer:
    """Find what the last session obtained, and its reference.

    Args:
        arguments: `first` (the experiment), `key` and `seed`.
        project: The folders.
        last: Which experiments and seeds the last session ran.

    Returns:
        Both sides, or the answer that one is missing.

    Raises:
        ReproUsageError: If several experiments or environments are meant.
        RecordError: If a side cannot be read.
    """
    store = ReferenceStore(project.references, base=project.root)
    kept = read_shelf(store)
    experiment = choose_experiment(arguments.first, kept, last.outcomes)
    if isinstance(experiment, Answer):
        return experiment
    folders = find_obtained(project, experiment, last, seed=arguments.seed)
    if isinstance(folders, Answer):
        return folders
    obtained = read_all(folders)
    environment = obtained[0].identity.environment
    if arguments.key is None:
        found = _look_up(store, experiment, environment)
    else:
        found = _pick(experiment, arguments.key, kept, environment)
    if isinstance(found, Answer):
        return found
    return replace(
        found,
        obtained=obtained,
        obtained_folder=project.show(next(iter(folders.values()))),
    )


def read_sides(obtained: Path, reference: Path) -> Sides | Answer:
    """Read two folders of records.

    Args:
        obtained: A folder with a record.
        reference: Another.

    Returns:
        Both sides, or the answer that one is missing.

    Raises:
        RecordError: If a side cannot be read.
    """
    for folder, status in (
        (obtained, Exit.CANNOT_JUDGE),
        (reference, Exit.NO_REFERENCE),
    ):
        if not folder.is_dir():
            return Answer(exit=status, problems=(f"there is no folder {folder}",))
    ours, theirs = read_record(obtained), read_record(reference)
    return Sides(
        obtained=(ours,),
        reference=theirs,
        obtained_folder=str(obtained),
        reference_folder=str(reference),
        match=_match(ours.identity.environment, theirs.identity.environment),
    )


def _look_up(
    store: ReferenceStore, experiment: str, environment: Environment
) -> Sides | Answer:
    """Find the reference that a session would use."""
    found = store.find(experiment, environment)
    if found.record is None or found.folder is None:
        others = "".join(f"\n  there is one for  --key {key}" for key in found.others)
        msg = (
            f"no reference of {experiment} for {environment.key}{others}"
            f"\n  record it: pytest --repro --repro-record {shell_word(experiment)}"
        )
        return Answer(exit=Exit.NO_REFERENCE, problems=(msg,))
    return Sides(
        reference=found.record,
        reference_folder=store.show(found.folder),
        match=found.match,
    )


def _pick(
    experiment: str, key: str, kept: Sequence[Kept], environment: Environment
) -> Sides | Answer:
    """Take the reference of the environment that was named."""
    one = choose_reference(experiment, key, kept, LastSession())
    if isinstance(one, Answer):
        return one
    record = one.read()
    return Sides(
        reference=record,
        reference_folder=one.shown,
        match=_match(environment, record.identity.environment),
    )


def _match(obtained: Environment, reference: Environment) -> Match:
    if obtained.digest == reference.digest:
        return Match.EXACT
    return Match.KEY if obtained.key == reference.key else Match.NEAREST
