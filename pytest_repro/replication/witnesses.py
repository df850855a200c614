"""Who has run an experiment and kept what came of it: the witnesses of a matrix.

There are four kinds: approved references, declared environments, the runs of the last
session here, and other parties whose records were imported. Each is read by itself. A
record that cannot be read is told and hides no other; a run that was cut short, or that
ran under noise for an envelope, bears no witness.
"""

import enum
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from pytest_repro.errors import RecordError, ReproUsageError
from pytest_repro.launchers.protocol import RECORD
from pytest_repro.records import RunRecord
from pytest_repro.references import (
    ReferenceStore,
    merge_seeds,
    read_record,
)
from pytest_repro.references.layout import ENVIRONMENTS
from pytest_repro.references.replications import Replications
from pytest_repro.replication.replays import read_job
from pytest_repro.verdicts import is_short
from pytest_repro.verdicts.across import Runs

__all__ = ["HERE", "Kind", "Sources", "Testimony", "Witness", "hear"]

HERE: Final = "last session"
"""The name of the runs that a session without declared environments left; no declared
environment can bear it."""

_SEED: Final = re.compile(r"seed-(\d+)")
"""A whole run, neither its beginning nor a replica under noise."""


class Kind(enum.StrEnum):
    """What a witness is; in the order in which they are listed."""

    REFERENCE = "reference"
    ENVIRONMENT = "environment"
    HERE = "session"
    PARTY = "party"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Witness:
    """Who has run experiments.

    Attributes:
        rank: The place of its kind among the kinds.
        name: A declared name, an environment key, or that of a party.
        kind: What it is.
    """

    rank: int = field(init=False)
    name: str
    kind: Kind

    def __post_init__(self) -> None:
        """Sort by kind first."""
        object.__setattr__(self, "rank", list(Kind).index(self.kind))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where records lie.

    Attributes:
        references: The reference store.
        out: The folder of everything that is no reference.
    """

    references: ReferenceStore
    out: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Testimony:
    """What a witness has of one experiment.

    Attributes:
        witness: Who.
        runs: Its runs; None if none could be read.
        problem: Why, then.
        variables: Environment variables that its runs were given, as far as known.
        copied_from: The witnesses before it, by name, that have the very same run: it
            took the same times, to the last digit.
    """

    witness: Witness
    runs: Runs | None = None
    problem: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    copied_from: tuple[str, ...] = ()


def hear(sources: Sources) -> Mapping[str, tuple[Testimony, ...]]:
    """Collect what every witness has.

    Args:
        sources: Where records lie.

    Returns:
        The testimonies by experiment, each in the order of the witnesses.

    Raises:
        RecordError: If the reference store itself cannot be listed.
    """
    found: dict[str, list[Testimony]] = {}
    for experiment, testimony in _all(sources):
        found.setdefault(experiment, []).append(testimony)
    return {
        experiment: _marked(sorted(found[experiment], key=lambda one: one.witness))
        for experiment in sorted(found)
    }


def _all(sources: Sources) -> Iterator[tuple[str, Testimony]]:
    yield from _references(sources.references)
    folder = sources.out / ENVIRONMENTS
    names = sorted(one.name for one in folder.iterdir()) if folder.is_dir() else []
    for name in names:
        witness = Witness(name=name, kind=Kind.ENVIRONMENT)
        yield from _ran(folder / name / "runs", witness)
    yield from _ran(sources.out / "runs", Witness(name=HERE, kind=Kind.HERE))
    yield from _parties(Replications(sources.out))


def _references(store: ReferenceStore) -> Iterator[tuple[str, Testimony]]:
    for entry in store.entries():
        witness = Witness(name=entry.key, kind=Kind.REFERENCE)
        try:
            record = store.read(entry.folder)
        except RecordError as error:
            yield entry.experiment, Testimony(witness=witness, problem=str(error))
        else:
            yield entry.experiment, Testimony(witness=witness, runs=Runs(record=record))


def _ran(runs: Path, witness: Witness) -> Iterator[tuple[str, Testimony]]:
    """Read the seeds of each experiment below a folder of runs."""
    for folder in sorted({path.parent.parent for path in runs.rglob(RECORD)}):
        records: list[RunRecord] = []
        problems: list[str] = []
        for path in _seeds(folder):
            try:
                records.append(read_record(path))
            except RecordError as error:
                problems.append(str(error))
        whole = [one for one in records if not is_short(one)]
        if problems or whole:
            testimony = _testify(witness, _of_one_code(whole), problems)
            yield (
                _experiment(records, folder.relative_to(runs)),
                replace(testimony, variables=_variables(_seeds(folder)[0].parent)),
            )


def _seeds(folder: Path) -> list[Path]:
    found = {
        int(match[1]): path / RECORD
        for path in folder.iterdir()
        if (match := _SEED.fullmatch(path.name)) and (path / RECORD).is_dir()
    }
    return [found[seed] for seed in sorted(found)]


def _variables(folder: Path) -> Mapping[str, str]:
    """Return what a run was given; nothing where its job was not kept."""
    try:
        return read_job(folder).variables
    except RecordError:
        return {}


def _experiment(records: Sequence[RunRecord], folder: Path) -> str:
    return records[0].identity.experiment if records else folder.as_posix()


def _of_one_code(records: Sequence[RunRecord]) -> list[RunRecord]:
    """Leave out seeds that an earlier session ran, with other code than the first."""
    return [one for one in records if one.identity.code == records[0].identity.code]


def _testify(
    witness: Witness, records: Sequence[RunRecord], problems: Sequence[str]
) -> Testimony:
    """Merge seeds; runs that do not belong together bear no witness together."""
    if problems:
        return Testimony(witness=witness, problem=problems[0])
    try:
        merged = merge_seeds(records)
    except ReproUsageError as error:
        return Testimony(witness=witness, problem=str(error))
    return Testimony(witness=witness, runs=Runs(record=merged, rest=tuple(records)))


def _parties(kept: Replications) -> Iterator[tuple[str, Testimony]]:
    for party in kept.parties():
        by_place: dict[tuple[str, str], list[RunRecord]] = {}
        for record in (one.record for one in kept.read(party)):
            identity = record.identity
            place = identity.experiment, identity.environment.key
            by_place.setdefault(place, []).append(record)
        for (experiment, key), records in sorted(by_place.items()):
            witness = Witness(name=f"{party}/{key}", kind=Kind.PARTY)
            yield experiment, _testify(witness, records, ())


def _marked(testimonies: Sequence[Testimony]) -> tuple[Testimony, ...]:
    """Mark whoever has the very run of a witness before it: a run counts once."""
    return tuple(
        replace(one, copied_from=_twins(one, testimonies[:place]))
        for place, one in enumerate(testimonies)
    )


def _twins(one: Testimony, before: Iterable[Testimony]) -> tuple[str, ...]:
    return tuple(
        other.witness.name
        for other in before
        if not other.copied_from and _is_copy(one, other)
    )


def _is_copy(one: Testimony, other: Testimony) -> bool:
    """Tell whether some seed took the very same time: two runs never do."""
    if one.runs is None or other.runs is None:
        return False
    rows = {row for row in other.runs.record.seeds if row.resources.wall_s > 0}
    return not rows.isdisjoint(one.runs.record.seeds)
