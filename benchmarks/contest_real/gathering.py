"""Read a collection back: for each experiment its reference, and what is judged by it.

Nothing is judged here, and nothing is known of why a run was made beyond its label.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.contest_real.errands import (
    ENVIRONMENT,
    FAULT,
    FRESH_FAULT,
    HORIZON,
    PORTABLE,
    PORTABLE_CHANGE,
    REFERENCE,
    REPLICA,
    SEED,
    VERSION,
    Errand,
)
from pytest_repro.determinism import NOISE
from pytest_repro.records import Contract, Match, RunRecord, Series
from pytest_repro.references import read_record
from pytest_repro.verdicts import with_envelopes
from pytest_repro.verdicts.horizons import beginning_of
from pytest_repro.verdicts.pairs import Pair

__all__ = [
    "Judged",
    "Subject",
    "beginning",
    "cut",
    "gather",
    "portable_subject",
    "read_kind",
]

LEAST: int = 6
"""Fewer replicas span no envelope, here as in the product."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A run that rules judge.

    Attributes:
        kind: `ENVIRONMENT`, `FAULT`, `FRESH_FAULT` or `VERSION`.
        label: What was changed.
        record: What it left.
    """

    kind: str
    label: str
    record: RunRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """An experiment of the contest.

    Attributes:
        name: A key of `EXPERIMENTS`.
        reference: The unperturbed run with its envelopes, and a row for each seed.
        replicas: The perturbed runs.
        judged: What is judged, in the order of the errands.
    """

    name: str
    reference: RunRecord
    replicas: tuple[RunRecord, ...]
    judged: tuple[Judged, ...]


def gather(errands: Sequence[Errand], folder: Path) -> list[Subject]:
    """Read a collection, or as much of it as is there.

    Args:
        errands: What was to be run.
        folder: Where the records are.

    Returns:
        The experiments of which there are a reference and enough replicas.
    """
    names = list(dict.fromkeys(one.experiment for one in errands))
    found = (
        _subject(name, [one for one in errands if one.experiment == name], folder)
        for name in names
    )
    return [subject for subject in found if subject is not None]


def portable_subject(
    name: str, errands: Sequence[Errand], folder: Path
) -> Subject | None:
    """Read the reference that was made under portable numerics.

    Args:
        name: Of the experiment.
        errands: What was to be run.
        folder: Where the records are.

    Returns:
        That reference and nothing that is judged; None if it is not there.
    """
    own = [one for one in errands if one.experiment == name]
    anchors = [
        one for one in own if one.change == PORTABLE_CHANGE and one.kind == ENVIRONMENT
    ]
    records = [*_read(anchors, folder), *read_kind(PORTABLE, own, folder)]
    if len(records) <= LEAST:
        return None
    anchor, *replicas = records
    return Subject(
        name=name,
        reference=with_envelopes(anchor, replicas, noise=NOISE),
        replicas=tuple(replicas),
        judged=(),
    )


def read_kind(kind: str, errands: Sequence[Errand], folder: Path) -> list[RunRecord]:
    """Read all records of one kind.

    Args:
        kind: The kind.
        errands: What was to be run.
        folder: Where the records are.

    Returns:
        Those that are there.
    """
    return _read([one for one in errands if one.kind == kind], folder)


def cut(record: RunRecord) -> RunRecord:
    """Make of a whole run what a run that was stopped at its horizon leaves.

    Args:
        record: The run.

    Returns:
        Its beginning; the run itself if it never reached the horizon.
    """
    if record.horizon is None:
        return record
    order = record.horizon.order
    return replace(
        record,
        series=tuple(
            _first(one, order) for one in record.series if one.orders[0] < order
        ),
        state=tuple(one for one in record.state if one.order < order),
        seeds=(replace(record.anchor, metrics=()),),
        horizon=replace(record.horizon, step=HORIZON, is_end=True),
    )


def beginning(obtained: RunRecord, reference: RunRecord) -> tuple[RunRecord, RunRecord]:
    """Cut both sides where a short run ends, as the product does.

    Args:
        obtained: A whole run.
        reference: With envelopes.

    Returns:
        Both, cut; or whole, if they never reached the horizon.
    """
    short = cut(obtained)
    if short is obtained or reference.horizon is None:
        return obtained, reference
    pair = Pair(
        obtained=short, reference=reference, contract=Contract(), match=Match.KEY
    )
    return short, beginning_of(pair).reference


def _first(series: Series, order: int) -> Series:
    kept = sum(place < order for place in series.orders)
    return replace(
        series,
        count=kept,
        steps=series.steps[:kept],
        bits=series.bits[:kept],
        orders=series.orders[:kept],
        chains=series.chains[:kept],
    )


def _subject(name: str, errands: Sequence[Errand], folder: Path) -> Subject | None:
    references = read_kind(REFERENCE, errands, folder)
    replicas = read_kind(REPLICA, errands, folder)
    if not references or len(replicas) < LEAST:
        return None
    reference = with_envelopes(references[0], replicas, noise=NOISE)
    seeds = [record.anchor for record in read_kind(SEED, errands, folder)]
    judged = [
        Judged(kind=one.kind, label=one.label or _torch_of(record), record=record)
        for one in errands
        if one.kind in {ENVIRONMENT, FAULT, FRESH_FAULT, VERSION}
        for record in _read([one], folder)
    ]
    return Subject(
        name=name,
        reference=replace(reference, seeds=(reference.anchor, *seeds)),
        replicas=tuple(replicas),
        judged=tuple(judged),
    )


def _torch_of(record: RunRecord) -> str:
    return f"torch {record.identity.environment.facts.get('package.torch')}"


def _read(errands: Sequence[Errand], folder: Path) -> list[RunRecord]:
    """Read records, without their recipes.

    The product refuses a changed recipe before it looks at a number; here numbers have
    to tell.
    """
    places = [folder / one.place for one in errands]
    found = [read_record(place) for place in places if place.exists()]
    return [replace(record, recipe=None) for record in found]
