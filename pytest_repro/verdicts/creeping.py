"""Creeping drift: changes that each pass, and together would not.

A reference that is rewritten five times by nine tenths of its margin has moved by four
and a half margins, and nobody was ever asked about that. So the drifts since the last
rewrite that did *not* pass by itself, which somebody did look at, are added up and held
against the same margin. Pure: a record says all of it.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, assert_never

from pytest_repro.records import (
    Contract,
    RunRecord,
    Scale,
    Tolerance,
    ToleranceKind,
)
from pytest_repro.verdicts.transforms import margin_on, outside, to_scale

__all__ = ["Creep", "find_creeping"]

FEWEST: Final = 2
"""One rewrite alone does not creep."""

Name = tuple[bool, str]
"""Whether it is a trace, and the metric's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Creep:
    """A metric that crept out of its margin.

    Attributes:
        metric: Its name.
        is_trace: Whether the last value of a trace is meant, not a final metric.
        since: The number of the first revision that counts.
        revisions: How many rewrites moved it since then, each inside the margin.
        before: What it was before them.
        now: What it is.
        tolerance: The tolerance that each of them kept, as text.
    """

    metric: str
    is_trace: bool
    since: int
    revisions: int
    before: float
    now: float
    tolerance: str

    @property
    def total(self) -> float:
        """How far it moved in all, in the metric's unit."""
        return self.now - self.before


def find_creeping(record: RunRecord) -> tuple[Creep, ...]:
    """Find metrics whose rewrites each passed and whose sum would not have.

    Args:
        record: A reference with its history, or one that is about to be accepted.

    Returns:
        Final metrics first, by name; none where every sum is inside its margin.
    """
    contract = record.identity.contract
    found = (
        _creep(record, name, value, tolerance)
        for name, value in sorted(_values(record).items())
        if (tolerance := _tolerance(contract, name)) is not None
    )
    return tuple(one for one in found if one is not None)


def _values(record: RunRecord) -> dict[Name, float]:
    """Collect what drifts are differences of: means over seeds, ends of traces."""
    finals: dict[Name, list[float]] = {}
    for row in record.seeds:
        for metric in row.metrics:
            finals.setdefault((False, metric.name), []).append(metric.scalar.value)
    ends = {
        (True, series.name): float(series.scalar(-1).value)
        for series in record.series
        if series.bits
    }
    means = {name: math.fsum(all_) / len(all_) for name, all_ in finals.items()}
    return {**means, **ends}


def _tolerance(contract: Contract, name: Name) -> Tolerance | None:
    """Find the tolerance by which a value may move; None where it may not at all."""
    tolerance = contract.tolerance_for(name[1])
    if tolerance is None or tolerance.target is not None:
        return None
    return None if tolerance.kind is ToleranceKind.EXACT else tolerance


def _creep(
    record: RunRecord, name: Name, now: float, tolerance: Tolerance
) -> Creep | None:
    steps = list(_passing(record, name, now, tolerance))
    if len(steps) < FEWEST:
        return None
    since, before = steps[-1]
    if is_inside(now, before, tolerance):
        return None
    return Creep(
        metric=name[1],
        is_trace=name[0],
        since=since,
        revisions=len(steps),
        before=before,
        now=now,
        tolerance=tolerance.text,
    )


def _passing(
    record: RunRecord, name: Name, now: float, tolerance: Tolerance
) -> Iterator[tuple[int, float]]:
    """Walk back while each rewrite passes; yields its number and the value before."""
    for revision in reversed(record.history):
        moves = [
            drift.absolute
            for drift in revision.drift
            if (drift.first_step is not None, drift.metric) == name
        ]
        for move in moves:
            before = now - move
            if not is_inside(now, before, tolerance):
                return
            yield revision.number, before
            now = before


def is_inside(now: float, before: float, tolerance: Tolerance) -> bool:
    """Tell whether a value moved by no more than its margin.

    Args:
        now: The value.
        before: The value that the margin is centred on.
        tolerance: The margin, on its scale.

    Returns:
        False also where a value has no place on that scale.
    """
    if not (math.isfinite(now) and math.isfinite(before)):
        return False
    match tolerance.kind:
        case ToleranceKind.EXACT:
            return now == before
        case ToleranceKind.CLOSE:
            return abs(now - before) <= tolerance.margin(before)
        case ToleranceKind.EQUIVALENT:
            return _is_equivalent((now, before), tolerance)
        case _:
            assert_never(tolerance.kind)


def _is_equivalent(values: Sequence[float], tolerance: Tolerance) -> bool:
    if outside(values, tolerance.scale) is not None:
        return False
    now, before = (to_scale(value, tolerance.scale) for value in values)
    margin = tolerance.margin(values[1])
    if tolerance.scale is not Scale.LINEAR:
        margin = margin_on(tolerance.absolute, tolerance.scale)
    return abs(now - before) <= margin
