"""Read what a report shows of each experiment, one experiment at a time.

A report of 500 experiments with ten seeds each must not hold all their records at once.
So sheets are made lazily, in the order in which they are shown, and whatever a record
was needed for is computed before the next is read. A record that cannot be read is told
in its place: a report of a broken store is still a report.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from pytest_repro import wire
from pytest_repro.digests import Digest
from pytest_repro.disk import replace_file
from pytest_repro.errors import ReproError
from pytest_repro.launchers.protocol import RECORD
from pytest_repro.records import Outcome, Rung, RunRecord, Scorecard, Session
from pytest_repro.references import (
    ReferenceStore,
    declared_folder,
    experiment_folder,
    read_record,
    read_rows,
)
from pytest_repro.reports.sheets import Sheet, Sources, sheet_of
from pytest_repro.reports.summary import sort_by_need
from pytest_repro.reports.to_html import report_html
from pytest_repro.verdicts import is_short

__all__ = ["Shelves", "obtained_folders", "tell", "write_page"]

_SEED: Final = re.compile(r"seed-(\d+)(?:-horizon)?")
"""The whole run of a seed, or its beginning; only the latest of the two is there."""

SCORECARD: Final = "scorecard.json"

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelves:
    """Where the records of a project lie.

    Attributes:
        root: The root of the project, which shown folders are relative to.
        references: The reference store.
        out: The folder for everything that is no reference.
    """

    root: Path
    references: Path
    out: Path


def tell(session: Session, shelves: Shelves) -> Iterator[Sheet]:
    """Make the sheets of a session.

    Args:
        session: What happened.
        shelves: Where the records lie.

    Yields:
        One sheet for each outcome, those that need somebody first.
    """
    store = ReferenceStore(shelves.references, base=shelves.root)
    for outcome in sort_by_need(session):
        yield sheet_of(outcome, _sources(outcome, shelves, store))


def write_page(session: Session, path: Path, *, shelves: Shelves) -> None:
    """Write the page of a session, whole or not at all.

    Args:
        session: What happened.
        path: The file; its folder exists.
        shelves: Where the records lie.

    Raises:
        OSError: If it cannot be written.
    """
    data = report_html(session, tell(session, shelves))
    replace_file(path, data)


def obtained_folders(runs: Path, experiment: str) -> Mapping[int, Path]:
    """List what left a record of an experiment; a run that crashed early left none.

    Args:
        runs: The folder of obtained runs.
        experiment: The node id.

    Returns:
        The folder of each record by its seed, in order.
    """
    folder = runs / experiment_folder(experiment)
    found = {
        int(match[1]): path / RECORD
        for path in folder.glob("seed-*")
        if (match := _SEED.fullmatch(path.name)) and (path / RECORD).is_dir()
    }
    return dict(sorted(found.items()))


def _sources(outcome: Outcome, shelves: Shelves, store: ReferenceStore) -> Sources:
    unread: list[str] = []

    def attempt(what: str, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except (ReproError, OSError, ValueError) as error:
            unread.append(f"{what} cannot be read: {error}")
            return None

    reference = attempt("the reference", lambda: _reference(outcome, shelves, store))
    out = declared_folder(shelves.out, outcome.environment)
    folders = obtained_folders(out / "runs", outcome.experiment)
    obtained = []
    for one in outcome.seeds:
        if one.seed in folders:
            read = partial(_obtained, folders[one.seed], outcome, reference)
            run = attempt(f"the run of seed {one.seed}", read)
            obtained += [run] if run is not None else []
    scorecard = attempt("the scorecard", lambda: _scorecard(outcome, shelves))
    return Sources(
        obtained=tuple(obtained),
        reference=reference,
        scorecard=scorecard,
        unread=tuple(unread),
    )


def _obtained(folder: Path, outcome: Outcome, reference: RunRecord | None) -> RunRecord:
    """Read an obtained run; traces that are those of the reference are not read.

    Where every seed is identical, that is a small part of the time: traces are nearly
    all of a record, and those of other seeds than the reference's are not drawn.
    """
    if outcome.verdict.rung is not Rung.IDENTICAL or reference is None:
        return read_record(folder, has_extras=False)
    run = read_rows(folder)
    if run.anchor.seed != reference.anchor.seed and not is_short(run):
        return run
    if _roots(run) != _roots(reference):
        return read_record(folder, has_extras=False)
    return replace(run, series=reference.series, state=reference.state)


def _roots(run: RunRecord) -> tuple[int, Digest, Digest]:
    return run.anchor.seed, run.anchor.trace_root, run.anchor.state_root


def _reference(
    outcome: Outcome, shelves: Shelves, store: ReferenceStore
) -> RunRecord | None:
    if not outcome.reference:
        return None
    return store.read(shelves.root / outcome.reference, has_extras=False)


def _scorecard(outcome: Outcome, shelves: Shelves) -> Scorecard | None:
    folder = shelves.out / "vary" / experiment_folder(outcome.experiment)
    try:
        data = (folder / SCORECARD).read_bytes()
    except FileNotFoundError:
        return None
    return wire.read(Scorecard, data)
