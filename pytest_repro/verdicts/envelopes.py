"""How far rounding carries a run: deviations between runs, and their envelope.

A reference run is repeated under rounding-sized perturbations. The largest deviation
of these replicas from it so far, for every traced metric and every sketched state, is
the envelope: what a harmless change of kernels, threads or instruction sets may do.
Nothing here weighs a run against an envelope: see `rounding`.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import ROUND_CEILING, Context
from itertools import accumulate
from typing import Final

from pytest_repro.records import (
    Fingerprint,
    Replica,
    Rounding,
    RunRecord,
    Series,
)

__all__ = [
    "deviation",
    "distance",
    "exact_until",
    "largest_finite",
    "norm",
    "with_envelopes",
]

_UP: Final = Context(prec=3, rounding=ROUND_CEILING)
"""Three digits are enough for a bound, and it must not become tighter by rounding."""

Moment = tuple[str, int | None]


def with_envelopes(
    anchor: RunRecord, replicas: Sequence[RunRecord], *, noise: str
) -> RunRecord:
    """Add the envelopes that replicas span to the run that they repeat.

    Args:
        anchor: The unperturbed run, with every point of its traces.
        replicas: The same seed under noise, in the order of their numbers.
        noise: The name of the noise.

    Returns:
        The run with envelopes and replicas; as it was if no replica differs from it,
        since then nothing was there that the noise could reach.
    """
    touched = any(_roots(run) != _roots(anchor) for run in replicas)
    if not touched:
        return anchor
    rows = [
        Replica(number=number, result=run.anchor)
        for number, run in enumerate(replicas, 1)
    ]
    return replace(
        anchor,
        series=tuple(_with_bounds(one, replicas) for one in anchor.series),
        state=_bounded_state(anchor.state, [run.state for run in replicas]),
        rounding=Rounding(noise=noise, replicas=tuple(rows)),
    )


def _roots(run: RunRecord) -> tuple[object, ...]:
    row = run.anchor
    return row.trace_root, row.state_root, row.metrics


def deviation(obtained: float, reference: float) -> float:
    """Compute how far one number is from another.

    Args:
        obtained: One number.
        reference: The other.

    Returns:
        ``|obtained − reference|``; infinite where that is no number.
    """
    if obtained == reference:
        return 0.0
    far = abs(obtained - reference)
    return math.inf if math.isnan(far) else far


def distance(obtained: Sequence[float], reference: Sequence[float]) -> float:
    """Estimate the distance of two states from their sketches.

    Args:
        obtained: One sketch.
        reference: Another, of the same length.

    Returns:
        The Euclidean distance of the sketches; infinite where that is no number.
    """
    if len(obtained) != len(reference):
        return math.inf
    return _length(deviation(*pair) for pair in zip(obtained, reference, strict=True))


def norm(sketch: Sequence[float]) -> float:
    """Estimate the norm of a state from its sketch.

    Args:
        sketch: The sketch.

    Returns:
        Its Euclidean norm; infinite where that is no number.
    """
    return _length(sketch)


def exact_until(series: Series, *, fraction: float = 0.01) -> int | None:
    """Say up to which step exact comparison means something.

    Args:
        series: A trace with an envelope.
        fraction: Of the metric's magnitude.

    Returns:
        The first step by which rounding alone reaches that fraction; None if it never
        does.
    """
    for index, bound in enumerate(series.envelope):
        if bound >= fraction * abs(series.scalar(index).value) and bound > 0:
            return series.steps[index]
    return None


def _length(numbers: Iterable[float]) -> float:
    length = math.hypot(*numbers)
    return math.inf if math.isnan(length) else length


def _with_bounds(series: Series, replicas: Iterable[RunRecord]) -> Series:
    others = [
        next((one for one in run.series if one.name == series.name), None)
        for run in replicas
    ]
    columns = [_deviations(series, other) for other in others]
    largest = map(largest_finite, zip(*columns, strict=True))
    return replace(series, envelope=_running(largest))


def largest_finite(deviations: Iterable[float]) -> float:
    """Choose the largest deviation of replicas that did not break.

    Args:
        deviations: One a replica.

    Returns:
        The largest finite one; infinite, which bounds nothing, if there is none.
    """
    return max(filter(math.isfinite, deviations), default=math.inf)


def _deviations(series: Series, other: Series | None) -> list[float]:
    """Compute one at each kept point; infinite where the replica has no such step."""
    places = {step: index for index, step in enumerate(other.steps)} if other else {}
    return [
        math.inf
        if other is None or step not in places
        else deviation(other.scalar(places[step]).value, series.scalar(index).value)
        for index, step in enumerate(series.steps)
    ]


def _bounded_state(
    state: Sequence[Fingerprint], replicas: Sequence[Sequence[Fingerprint]]
) -> tuple[Fingerprint, ...]:
    others: list[dict[Moment, tuple[float, ...]]] = [
        {(one.name, one.step): one.sketch for one in replica} for replica in replicas
    ]
    so_far: dict[str, float] = {}
    bounded = []
    for one in state:
        if not one.sketch:
            bounded.append(one)
            continue
        moment = (one.name, one.step)
        far = largest_finite(
            distance(other.get(moment, ()), one.sketch) for other in others
        )
        so_far[one.name] = max(far, so_far.get(one.name, 0.0))
        bounded.append(replace(one, envelope=_round_up(so_far[one.name])))
    return tuple(bounded)


def _running(deviations: Iterable[float]) -> tuple[float, ...]:
    return tuple(map(_round_up, accumulate(deviations, max)))


def _round_up(bound: float) -> float:
    return float(_UP.create_decimal_from_float(bound)) if bound < math.inf else bound
