"""What a session says about the golden path: a problem each, with what to do next.

A covered departure is no problem, and neither is an expired deviation that nothing
needs any more. Whatever else is not on the path fails the session.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Final

from pytest_repro.errors import RecordError
from pytest_repro.policy.departures import PINNED
from pytest_repro.records import Outcome, Problem, RunRecord
from pytest_repro.references import ReferenceStore, experiment_folder, read_record
from pytest_repro.replication.golden import (
    Audit,
    Cover,
    Departed,
    Standing,
    Station,
    audit_path,
)
from pytest_repro.replication.golden_file import read_file

__all__ = ["GOLDEN", "find_golden_problems", "first_runs"]

GOLDEN: Final = "GOLDEN"
"""The name of these problems."""


def find_golden_problems(
    store: ReferenceStore,
    outcomes: Mapping[str, Outcome],
    *,
    runs: Path,
    today: dt.date,
    ignored: Collection[str] = (),
) -> tuple[Problem, ...]:
    """Hold a session against the golden path.

    Args:
        store: The references.
        outcomes: What became of the experiments, by node id.
        runs: Where the session left its runs.
        today: The day.
        ignored: Items that the session has set for its runs.

    Returns:
        Problems, in a fixed order; none where there is no golden path.
    """
    try:
        file = read_file(store)
        if file is None:
            return ()
        pinned = {pin.experiment for pin in file.path.pins}
        ran = {name: one for name, one in outcomes.items() if name in pinned}
        obtained = first_runs(runs, ran)
        audit = audit_path(
            file.path, store, obtained=obtained, today=today, ignored=ignored
        )
    except RecordError as error:
        return (Problem(name=GOLDEN, message=str(error)),)
    return tuple(_problems(audit, file.shown))


def first_runs(runs: Path, outcomes: Mapping[str, Outcome]) -> dict[str, RunRecord]:
    """Read the first run that a session made of each experiment.

    Args:
        runs: Where sessions leave their runs.
        outcomes: What became of the experiments, by node id.

    Returns:
        The records by node id, of those that left one.

    Raises:
        RecordError: If one cannot be read.
    """
    found: dict[str, RunRecord] = {}
    for experiment, outcome in outcomes.items():
        folder = runs / experiment_folder(experiment)
        for seed in outcome.seeds[:1]:
            # The whole run of a seed, or its beginning; only one of the two is there.
            for name in (f"seed-{seed.seed}", f"seed-{seed.seed}-horizon"):
                if (folder / name / "record").is_dir():
                    found[experiment] = read_record(folder / name / "record")
    return found


def _problems(audit: Audit, shown: str) -> Iterator[Problem]:
    for station in audit.standing(Standing.MISSING):
        yield _problem(_missing(station, shown))
    for station in audit.standing(Standing.UNREADABLE):
        yield _problem(f"a pinned reference cannot be read: {station.problem}")
    for station in audit.standing(Standing.MOVED):
        if station.problem:
            yield _problem(_unknown(station))
    for cover in (Cover.UNDECLARED, Cover.EXPIRED):
        for one in audit.covered(cover):
            yield _problem(_left(one, shown))


def _problem(message: str) -> Problem:
    return Problem(name=GOLDEN, message=message)


def _missing(station: Station, shown: str) -> str:
    pin = station.pin
    return (
        f"{pin.experiment} has no reference for {pin.environment}, and {shown} pins"
        f" one (owner: {pin.owner})\n"
        "  restore it with 'git restore', or take the entry out"
    )


def _unknown(station: Station) -> str:
    return (
        f"{station.pin.experiment} cannot be held against its pinned state:"
        f" {station.problem}"
    )


def _left(one: Departed, shown: str) -> str:
    departure, deviation = one.departure, one.deviation
    who = "this run" if one.is_run else "the reference"
    lines = [
        f"{who} of {one.experiment} is not on the golden path: {departure.item}",
        f"  obtained  {departure.obtained}",
        f"  golden    {departure.golden}",
    ]
    if deviation is not None:
        lines.append(
            f"  the deviation of {deviation.owner} expired on {deviation.expires}:"
            f" {deviation.reason}"
        )
    return "\n".join([*lines, f"  {_remedy(one, shown)}"])


def _remedy(one: Departed, shown: str) -> str:
    if one.departure.item == PINNED:
        return (
            "go back with 'pytest-repro rollback', pin it with 'pytest-repro golden"
            f" pin', or declare a deviation in {shown}"
        )
    return f"undo the change, or declare a deviation in {shown}"
