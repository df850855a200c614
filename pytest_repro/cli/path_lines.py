"""The golden path on one screen: each pinned reference, then what departs, and why.

What nobody agreed on comes first among the departures, then what has expired; what is
covered comes last, with the days that are left. Nothing is decided here.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

from pytest_repro.cli.portrait import drift_text
from pytest_repro.cli.tables import fields, paragraph
from pytest_repro.policy.departures import PINNED
from pytest_repro.policy.golden import Deviation
from pytest_repro.replication.golden import (
    Audit,
    Cover,
    Departed,
    Standing,
    Station,
)

__all__ = ["audit_lines"]


def audit_lines(audit: Audit, shown: str) -> tuple[str, ...]:
    """Write what an audit found.

    Args:
        audit: What was found.
        shown: The file of the path, as it should be shown.

    Returns:
        The lines.
    """
    return (
        *_stations(audit.stations),
        *(line for cover in _TITLES for line in _departed(audit, cover)),
        *_deviations(audit),
        "",
        _summary(audit, shown),
    )


_TITLES = {
    Cover.UNDECLARED: "off the path, and nobody agreed to it",
    Cover.EXPIRED: "off the path, and the deviation has expired",
    Cover.DECLARED: "off the path, as declared",
}


def _stations(stations: Sequence[Station]) -> Iterator[str]:
    for experiment, own in groupby(stations, key=lambda one: one.pin.experiment):
        yield experiment
        yield from fields([(one.environment, _station(one)) for one in own])


def _station(station: Station) -> list[str]:
    owner = f"owner {station.pin.owner}"
    note = [station.pin.note] if station.pin.note else []
    match station.standing:
        case Standing.HELD:
            back = f", back since revision {station.revision}" if station.since else ""
            number = station.revision - len(station.since)
            return [f"held   revision {number}{back}, {owner}", *note]
        case Standing.MOVED:
            return [f"MOVED  {owner}", *_since(station), *note]
        case Standing.MISSING:
            return [f"MISSING  no such reference, {owner}", *note]
        case Standing.UNREADABLE:
            return [f"UNREADABLE  {owner}", *station.problem.splitlines(), *note]


def _since(station: Station) -> list[str]:
    lines = [
        f"revision {one.number}, {one.created_utc[:10]}: {one.reason or 'recorded'}"
        for one in station.since
    ]
    if not lines:
        lines = [f"revision {station.revision}, of a history without the pinned state"]
    drift = [drift_text(one) for one in station.drift]
    return [*lines, *drift, *station.problem.splitlines()]


def _departed(audit: Audit, cover: Cover) -> Iterator[str]:
    found = audit.covered(cover)
    if found:
        yield ""
        yield _TITLES[cover]
    for experiment, own in groupby(found, key=lambda one: one.experiment):
        yield from paragraph(experiment)
        for one in own:
            yield from paragraph(_item(one), indent=4)
            yield from fields(_sides(one), indent=6)


def _item(one: Departed) -> str:
    item = one.departure.item
    if item == PINNED:
        return item
    return f"{item} of the {'last run' if one.is_run else 'reference'}"


def _sides(one: Departed) -> list[tuple[str, str]]:
    sides = [("obtained", one.departure.obtained), ("golden", one.departure.golden)]
    if one.deviation is not None:
        sides.append((one.deviation.owner, one.deviation.reason))
    return sides


def _deviations(audit: Audit) -> Iterator[str]:
    if audit.deviations:
        yield ""
        yield "deviations"
    for one in audit.deviations:
        what = f"{', '.join(one.items)} of {one.experiment}"
        who = f"{one.owner}, approved on {one.approved}: {one.reason}"
        yield from fields([(_state(one, audit), [what, who])])


def _state(deviation: Deviation, audit: Audit) -> str:
    left = deviation.days_left(audit.today)
    if not audit.is_needed(deviation):
        return "unneeded"
    if left <= 0:
        return f"expired {deviation.expires}"
    return f"{left} {'day' if left == 1 else 'days'} left"


def _summary(audit: Audit, shown: str) -> str:
    held = len(audit.standing(Standing.HELD))
    counts = [f"{held} of {len(audit.stations)} held"]
    counts += [
        f"{len(found)} {cover}" for cover in Cover if (found := audit.covered(cover))
    ]
    unneeded = [one for one in audit.deviations if not audit.is_needed(one)]
    if unneeded:
        counts.append(f"{len(unneeded)} unneeded: take them out")
    return f"{', '.join(counts)} · {shown} as of {audit.today}"
