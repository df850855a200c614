"""How a reference moved from one approval to the next, and how far in all.

Each rewrite may be small enough to pass, and their sum still be a change that nobody
would have accepted at once. So the sum over all approvals stands beside the largest
single one, and beside what the contract allows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import fmean

from pytest_repro.records import Contract, Drift, Revision, RunRecord, ToleranceKind

__all__ = ["Passage", "passages"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One final metric of a reference over its revisions.

    Attributes:
        metric: Its name.
        values: The mean over the seeds at each revision, oldest first; the last is what
            the reference holds, the others follow from the drift that was kept.
        numbers: The number of each of these revisions.
        total: The sum of all drift, in the metric's unit.
        relative: The sum of all relative drift.
        largest: The largest single drift, likewise, with its sign.
        allowed: What the contract allows one comparison, in the metric's unit; None
            where it says nothing that can be compared with a distance.
    """

    metric: str
    values: tuple[float, ...]
    numbers: tuple[int, ...]
    total: float
    relative: float
    largest: float
    allowed: float | None

    @property
    def is_creeping(self) -> bool:
        """Whether small moves came to more than one comparison would allow."""
        return self.allowed is not None and abs(self.largest) <= self.allowed < abs(
            self.total
        )


def passages(record: RunRecord, sums: Sequence[Drift]) -> tuple[Passage, ...]:
    """Follow each final metric of a reference over its revisions.

    Args:
        record: The reference.
        sums: The drift of each metric, added up over all revisions.

    Returns:
        One passage for each metric that the reference has, by name.
    """
    totals = {one.metric: one for one in sums if one.first_step is None}
    return tuple(
        _passage(metric.name, record, totals.get(metric.name))
        for metric in record.anchor.metrics
    )


def _passage(name: str, record: RunRecord, total: Drift | None) -> Passage:
    now = fmean(
        metric.scalar.value
        for row in record.seeds
        for metric in row.metrics
        if metric.name == name
    )
    moves = [_move(name, revision) for revision in record.history]
    # Backwards from what the reference holds: each drift is new minus old.
    values = [*accumulate([now, *reversed(moves[1:])], lambda new, move: new - move)]
    return Passage(
        metric=name,
        values=tuple(reversed(values)),
        numbers=tuple(revision.number for revision in record.history) or (0,),
        total=total.absolute if total else 0.0,
        relative=total.relative if total else 0.0,
        largest=max(moves, key=abs, default=0.0),
        allowed=_allowed(name, record.identity.contract, now),
    )


def _move(name: str, revision: Revision) -> float:
    found = (
        drift.absolute
        for drift in revision.drift
        if drift.metric == name and drift.first_step is None
    )
    return next(found, 0.0)


def _allowed(name: str, contract: Contract, value: float) -> float | None:
    """Return the distance that one comparison may find."""
    tolerance = dict(contract.tolerances).get(name)
    if tolerance is None or tolerance.target is not None:
        return None
    if tolerance.kind is ToleranceKind.EXACT or tolerance.scale != "linear":
        return None
    return tolerance.absolute + tolerance.relative * abs(value)
