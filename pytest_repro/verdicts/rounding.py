"""The second rung: does all that differs stay inside what rounding explains?

The same seed, step by step: every traced metric, every sketched fingerprint and every
final metric is held against the envelope that perturbed replicas of the reference
spanned, widened by one factor. What has no envelope (a fingerprint without numbers, a
missing step, a value that is not finite) is never inside. The envelope is taken as far
as rounding has had time to grow, see `onset`.

The factor was calibrated by leave-one-out and on environments that had no part in
choosing it: see the page on the contest.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from pytest_repro.records import (
    Finding,
    Fingerprint,
    Metric,
    Rung,
    Series,
)
from pytest_repro.verdicts.envelopes import (
    deviation,
    distance,
    largest_finite,
    norm,
)
from pytest_repro.verdicts.identity import Difference, Kind
from pytest_repro.verdicts.onset import (
    bound_at,
    state_bound_at,
    steps_proven_equal,
)
from pytest_repro.verdicts.pairs import Pair
from pytest_repro.verdicts.quanta import quantum_of
from pytest_repro.verdicts.series import common_steps

__all__ = ["ENVELOPE", "FACTOR", "allowance", "has_envelope", "weigh_rounding"]

FACTOR: Final = 8.0
"""A run may deviate so many times as far as the replicas did."""

ULPS: Final = 4
"""A number may always differ by so many units in its last place."""

ONE: Final = 1.000001
"""One quantum is the difference of two rounded numbers: a little more or less."""

_EPSILON: Final = {
    "float64": 2.0**-52,
    "float32": 2.0**-23,
    "float16": 2.0**-10,
    "bfloat16": 2.0**-7,
}
ENVELOPE: Final = "rounding envelope"
"""What findings of this rung name as their tolerance."""

T = TypeVar("T", Series, Metric)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Point:
    """One place at which two runs differ, as a multiple of what is allowed there.

    `is_still` says that no replica ever moved the thing, such as a learning rate.
    """

    ratio: float
    step: int | None
    sides: str
    is_still: bool = False

    @property
    def at(self) -> str:
        return "" if self.step is None else f" at step {self.step}"


def has_envelope(pair: Pair) -> bool:
    """Tell whether there is an envelope for the seed that is judged.

    Args:
        pair: The two sides.

    Returns:
        Whether the reference has replicas, and keeps the traces of this seed.
    """
    return pair.reference.rounding is not None and pair.shows_traces


def allowance(series: Series, index: int, equal: int) -> float:
    """Say how far a run may deviate at one point of a trace.

    Args:
        series: The reference's trace, with an envelope.
        index: Which kept point.
        equal: How many steps are proven equal, see `onset`.

    Returns:
        The bound, in the metric's unit; infinite where none was measured.
    """
    least = _ulps(series.scalar(index).value, series.dtype)
    return FACTOR * max(bound_at(series, index, equal), least)


def weigh_rounding(pair: Pair, found: Iterable[Difference]) -> tuple[Finding, ...]:
    """Hold everything that differs against its envelope.

    Args:
        pair: The two sides; the reference has an envelope for this seed.
        found: What differs.

    Returns:
        One finding for each: `WITHIN_ROUNDING` or `DIVERGED`, in the same order.
    """
    differences = tuple(found)
    equal = steps_proven_equal(pair.reference, differences)
    return tuple(_finding(difference, pair, equal) for difference in differences)


def _finding(difference: Difference, pair: Pair, equal: int) -> Finding:
    name = difference.name
    points: list[_Point] | None = None
    match difference.kind:
        case Kind.TRACE:
            points = _trace(name, pair, equal)
        case Kind.FINGERPRINT:
            points = _state(name, pair, equal)
        case Kind.METRIC:
            points = _final(name, pair, is_trained_equal=equal > _last_step(pair))
        case Kind.ROOT:
            pass  # a digest of everything is at no distance from another
    if not points:
        place = difference.divergence
        sides = f"{place.obtained} against {place.reference}"
        points = [_Point(ratio=math.inf, step=place.step, sides=sides)]
    return _weigh(name, points)


def _weigh(name: str, points: Sequence[_Point]) -> Finding:
    worst = max(points, key=lambda point: point.ratio)
    # Never `not ratio > 1`, which would let NaN through.
    outside = [point for point in points if not point.ratio <= 1]
    if outside:
        detail = f"{name} {_leaving(outside[0])}: {outside[0].sides}"
    else:
        detail = f"{name} at {_digits(worst.ratio)} of the {ENVELOPE}{worst.at}"
    return Finding(
        name=name,
        rung=Rung.DIVERGED if outside else Rung.WITHIN_ROUNDING,
        tolerance=ENVELOPE,
        detail=detail,
        worst=_digits(worst.ratio),
    )


def _leaving(point: _Point) -> str:
    if point.is_still:
        return f"differs{point.at}, which rounding never moves"
    by = "" if math.isinf(point.ratio) else f" by {_digits(point.ratio)}x"
    return f"leaves the {ENVELOPE}{point.at}{by}"


def _digits(ratio: float) -> str:
    return f"{ratio:.2g}"


def _trace(name: str, pair: Pair, equal: int) -> list[_Point] | None:
    ours = _named(pair.obtained.series, name)
    theirs = _named(pair.reference.series, name)
    if ours is None or theirs is None or not theirs.envelope:
        return None
    if (ours.dtype, ours.count) != (theirs.dtype, theirs.count):
        return None
    return list(_trace_points(ours, theirs, equal))


def _trace_points(obtained: Series, reference: Series, equal: int) -> Iterator[_Point]:
    for step, one, other in common_steps(obtained, reference):
        ours, theirs = obtained.scalar(one), reference.scalar(other)
        if ours.bits != theirs.bits:
            least = _ulps(theirs.value, reference.dtype)
            yield _Point(
                ratio=_ratio(
                    deviation(ours.value, theirs.value),
                    bound_at(reference, other, equal),
                    least,
                ),
                step=step,
                sides=f"{ours.decimal} against {theirs.decimal}",
                is_still=reference.envelope[-1] == 0,
            )


def _state(name: str, pair: Pair, equal: int) -> list[_Point] | None:
    ours = [one for one in pair.obtained.state if one.name == name]
    theirs = [one for one in pair.reference.state if one.name == name]
    if [one.step for one in ours] != [one.step for one in theirs]:
        return None
    pairs = list(zip(ours, theirs, strict=True))
    moved = [(one, other) for one, other in pairs if one.digest != other.digest]
    if not all(one.sketch and other.envelope is not None for one, other in moved):
        return None
    return list(_state_points(moved, theirs, equal))


def _state_points(
    pairs: Iterable[tuple[Fingerprint, Fingerprint]],
    state: Sequence[Fingerprint],
    equal: int,
) -> Iterator[_Point]:
    least = _least_envelope(state)
    for one, other in pairs:
        far = distance(one.sketch, other.sketch)
        size = norm(other.sketch)
        floor = max(least, _ulps(size, "float64"))
        relative = far / size if size else math.inf
        yield _Point(
            ratio=_ratio(far, state_bound_at(state, other, equal), floor),
            step=other.step,
            sides=f"about {relative:.2g} of its norm away",
            is_still=least == 0,
        )


def _least_envelope(state: Iterable[Fingerprint]) -> float:
    """Return the smallest deviation that replicas ever showed.

    Initial weights are drawn before any noise can reach them, and other kernels draw
    them with other last bits.
    """
    return min((one.envelope for one in state if one.envelope), default=0.0)


def _final(name: str, pair: Pair, *, is_trained_equal: bool) -> list[_Point] | None:
    """Hold a final metric against what replicas gave.

    If the trained state is the same, only the evaluation itself can have rounded.
    """
    rounding, row = pair.reference.rounding, pair.row
    if rounding is None or row is None:
        return None
    ours = _named(pair.obtained.anchor.metrics, name)
    theirs = _named(row.metrics, name)
    if ours is None or theirs is None:
        return None
    rows = [replica.result for replica in rounding.replicas]
    others = [_named(one.metrics, name) for one in rows if one.seed == row.seed]
    reference = theirs.scalar
    far = [
        deviation(other.scalar.value, reference.value)
        for other in others
        if other is not None
    ]
    known = [other.scalar.value for other in others if other is not None]
    quantum = quantum_of([*known, ours.scalar.value, reference.value])
    ratio = _ratio(
        deviation(ours.scalar.value, reference.value),
        0.0 if is_trained_equal else largest_finite(far),
        _ulps(reference.value, reference.dtype),
        quantum=quantum or 0.0,
    )
    sides = f"{ours.scalar.decimal} against {reference.decimal}"
    return [_Point(ratio=ratio, step=None, sides=sides)]


def _ratio(far: float, envelope: float, least: float, *, quantum: float = 0.0) -> float:
    """Compute a deviation as a multiple of what is allowed.

    An infinite envelope was not measured, so nothing is inside it.
    """
    if math.isinf(far) or math.isinf(envelope):
        return math.inf
    allowed = max(FACTOR * max(envelope, least), quantum * ONE)
    return far / allowed if allowed else math.inf


def _last_step(pair: Pair) -> float:
    """Return the last step of the reference; infinite if it has none."""
    steps = [series.steps[-1] for series in pair.reference.series if series.steps]
    steps += [one.step for one in pair.reference.state if one.step is not None]
    return max(steps, default=math.inf)


def _ulps(value: float, dtype: str) -> float:
    return ULPS * _EPSILON.get(dtype, 0.0) * abs(value)


def _named(things: Iterable[T], name: str) -> T | None:
    return next((one for one in things if one.name == name), None)
