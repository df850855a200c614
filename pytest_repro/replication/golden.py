"""Is everything on the golden path? Pinned references, and runs, held against it.

A pinned state is known by its digest. As long as the reference in place has it, that is
the golden state itself; else it is looked for in git. Every difference of settings,
data and protocol, and each rewritten reference, is either covered by a deviation that
somebody declared, or it is told. Without a golden.toml nothing is read.

The day is passed in. Nothing is compared here but what was asked; numbers are judged
where runs are.
"""

import datetime as dt
import enum
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pytest_repro.digests import Digest
from pytest_repro.errors import NoRevision, RecordError
from pytest_repro.policy.departures import (
    PINNED,
    Departure,
    covering,
    protocol_departures,
)
from pytest_repro.policy.golden import ANY, Deviation, GoldenPath, Pin
from pytest_repro.records import Drift, Revision, RunRecord
from pytest_repro.references import Found, ReferenceStore, drift_between
from pytest_repro.replication.approved import Archive, chain_of, content_of

__all__ = [
    "Audit",
    "Cover",
    "Departed",
    "Standing",
    "Station",
    "audit_path",
    "pinned_records",
]


class Standing(enum.StrEnum):
    """How a pinned reference stands."""

    HELD = "held"
    """It is the pinned state, or was rolled back to it."""

    MOVED = "moved"
    """Another state was approved since, and not pinned."""

    MISSING = "missing"
    """There is no such reference."""

    UNREADABLE = "unreadable"
    """It cannot be read as it was written."""


class Cover(enum.StrEnum):
    """Whether a departure was agreed on."""

    DECLARED = "declared"
    EXPIRED = "expired"
    UNDECLARED = "undeclared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """One pinned reference.

    Attributes:
        pin: What was pinned.
        environment: The environment key of the reference.
        standing: How it stands.
        revision: The number of the revision in place; 0 if there is none.
        since: The revisions after the pinned one, oldest first; empty if nothing was
            approved since, or its history no longer holds the pinned state.
        drift: How far each metric is from the pinned state, as far as that is known.
        problem: Why the pinned state cannot be read, or the reference; or empty.
    """

    pin: Pin
    environment: str
    standing: Standing
    revision: int = 0
    since: tuple[Revision, ...] = ()
    drift: tuple[Drift, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Departed:
    """One thing that is not as on the path.

    Attributes:
        experiment: The node id.
        environment: The environment key.
        is_run: Whether the last run departs; else the reference does.
        departure: What, with both sides.
        cover: Whether it was agreed on.
        deviation: The one that covers it, or did so.
    """

    experiment: str
    environment: str
    is_run: bool
    departure: Departure
    cover: Cover
    deviation: Deviation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What was found.

    Attributes:
        today: The day of the question.
        stations: The pinned references, in the order of the path.
        departed: What is not as on the path, references before runs.
        deviations: What was declared.
    """

    today: dt.date
    stations: tuple[Station, ...]
    departed: tuple[Departed, ...]
    deviations: tuple[Deviation, ...]

    def standing(self, *standings: Standing) -> tuple[Station, ...]:
        """List the pinned references that stand like this.

        Args:
            *standings: How.

        Returns:
            Those, in order.
        """
        return tuple(one for one in self.stations if one.standing in standings)

    def covered(self, cover: Cover) -> tuple[Departed, ...]:
        """List the departures that are covered like this.

        Args:
            cover: How.

        Returns:
            Those, in order.
        """
        return tuple(one for one in self.departed if one.cover is cover)

    def is_needed(self, deviation: Deviation) -> bool:
        """Tell whether anything departs as was declared.

        Args:
            deviation: What was declared.

        Returns:
            Whether a departure falls under it.
        """
        return any(one.deviation == deviation for one in self.departed)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looked:
    """A station with what was read for it."""

    station: Station
    present: RunRecord | None = None
    golden: RunRecord | None = None


def audit_path(
    path: GoldenPath,
    store: ReferenceStore,
    *,
    obtained: Mapping[str, RunRecord],
    today: dt.date,
    ignored: Collection[str] = (),
) -> Audit:
    """Hold references and runs against the golden path.

    Args:
        path: What is known good, and what may depart.
        store: The references; pinned states may be in the git of its base.
        obtained: The last run of an experiment, by node id, where there is one.
        today: The day of the question.
        ignored: Items that were set from outside for these runs, and say nothing.

    Returns:
        What was found.

    Raises:
        RecordError: If the store does not say what it holds.
    """
    keys: dict[str, list[str]] = {}
    for entry in store.entries():
        keys.setdefault(entry.experiment, []).append(entry.key)
    looked = [
        one
        for pin in path.pins
        for one in _look(pin, store, keys.get(pin.experiment, []))
    ]
    departed = [
        *_references(looked),
        *(one for one in _runs(looked, obtained) if one.departure.item not in ignored),
    ]
    return Audit(
        today=today,
        stations=tuple(one.station for one in looked),
        departed=tuple(_covered(one, path.deviations, today) for one in departed),
        deviations=path.deviations,
    )


def pinned_records(
    path: GoldenPath, store: ReferenceStore
) -> tuple[tuple[Station, RunRecord | None], ...]:
    """Read every pinned state, from the references or from git.

    Args:
        path: The golden path.
        store: The references.

    Returns:
        Each pinned reference with its pinned state; None where that cannot be read.

    Raises:
        RecordError: If the store does not say what it holds.
    """
    keys: dict[str, list[str]] = {}
    for entry in store.entries():
        keys.setdefault(entry.experiment, []).append(entry.key)
    return tuple(
        (one.station, one.golden)
        for pin in path.pins
        for one in _look(pin, store, keys.get(pin.experiment, []))
    )


def _look(pin: Pin, store: ReferenceStore, keys: Sequence[str]) -> Iterator[_Looked]:
    wanted = [key for key in keys if pin.environment in {ANY, key}]
    if not wanted:
        missing = Standing.MISSING
        yield _Looked(
            station=Station(pin=pin, environment=pin.environment, standing=missing)
        )
    for key in wanted:
        try:
            found = store.held(pin.experiment, key)
        except RecordError as error:
            unreadable = Standing.UNREADABLE
            yield _Looked(
                station=Station(
                    pin=pin, environment=key, standing=unreadable, problem=str(error)
                )
            )
            continue
        yield _compare(pin, found, store.base)


def _compare(pin: Pin, found: Found, root: Path) -> _Looked:
    station = Station(pin=pin, environment=found.key, standing=Standing.MISSING)
    if found.record is None or found.sums is None or found.folder is None:
        return _Looked(station=station)
    record = found.record
    number = len(record.history)
    chain = chain_of(record, found.sums)
    pinned = _pinned(pin, chain)
    if pinned == found.sums:
        held = replace(station, standing=Standing.HELD, revision=number)
        return _Looked(station=held, present=record, golden=record)
    since = record.history[chain.index(pinned) + 1 :] if pinned in chain else ()
    moved = replace(station, standing=Standing.MOVED, revision=number, since=since)
    golden, problem = _recall(pinned, root, found.folder)
    if golden is None:
        return _Looked(station=replace(moved, problem=problem), present=record)
    station = replace(moved, drift=drift_between(record, golden))
    if content_of(golden) == content_of(record):
        # Somebody has gone back to it: only the history is longer.
        station = replace(station, standing=Standing.HELD)
    return _Looked(station=station, present=record, golden=golden)


def _pinned(pin: Pin, chain: Sequence[Digest | None]) -> Digest | None:
    """Return the digest of the pinned state; None if the history does not name it."""
    if pin.revision is None:
        return pin.sums
    return chain[pin.revision - 1] if pin.revision <= len(chain) else None


def _recall(
    pinned: Digest | None, root: Path, folder: Path
) -> tuple[RunRecord | None, str]:
    """Read the pinned state from git, or say why that is not possible."""
    if pinned is None:
        return None, "the reference's history does not name the pinned revision"
    try:
        archive = Archive(root, folder)
        state = archive.find(pinned)
        if state is not None:
            return archive.read(state), ""
    except (NoRevision, RecordError) as error:
        return None, str(error)
    more = ": fetch the rest with: git fetch --unshallow" if archive.is_shallow else ""
    return None, f"git does not have the pinned state {pinned[:17]}…{more}"


def _references(looked: Sequence[_Looked]) -> Iterator[Departed]:
    for one in looked:
        station = one.station
        if station.standing is Standing.MOVED:
            yield _departed(station, _moved(station), is_run=False)
        if one.golden is not None and one.present is not None:
            for departure in protocol_departures(one.present, one.golden):
                yield _departed(station, departure, is_run=False)


def _moved(station: Station) -> Departure:
    reasons = [f"{one.number}: {one.reason or 'recorded'}" for one in station.since]
    told = f"revision {'; '.join(reasons)}" if reasons else "another history"
    number = station.pin.revision or station.revision - len(station.since)
    pinned = f"revision {number}" if reasons else "the pinned state"
    return Departure(item=PINNED, obtained=told, golden=pinned)


def _runs(
    looked: Sequence[_Looked], obtained: Mapping[str, RunRecord]
) -> Iterator[Departed]:
    for experiment, run in sorted(obtained.items()):
        key = run.identity.environment.key
        own = [one for one in looked if one.station.pin.experiment == experiment]
        own.sort(key=lambda one: one.station.environment != key)
        golden = next((one for one in own if one.golden is not None), None)
        if golden is not None and golden.golden is not None:
            for departure in protocol_departures(run, golden.golden):
                yield _departed(golden.station, departure, is_run=True)


def _departed(station: Station, departure: Departure, *, is_run: bool) -> Departed:
    return Departed(
        experiment=station.pin.experiment,
        environment=station.environment,
        is_run=is_run,
        departure=departure,
        cover=Cover.UNDECLARED,
    )


def _covered(
    one: Departed, deviations: Sequence[Deviation], today: dt.date
) -> Departed:
    deviation = covering(
        one.departure, deviations, experiment=one.experiment, today=today
    )
    if deviation is None:
        return one
    cover = Cover.DECLARED if deviation.days_left(today) > 0 else Cover.EXPIRED
    return replace(one, cover=cover, deviation=deviation)
