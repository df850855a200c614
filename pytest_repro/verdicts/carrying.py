"""The envelope of a reference, carried over to a run that stays inside it.

Only an approved reference has been repeated under noise. Two other runs are compared by
its envelope only where one of them stays inside it, and is made the centre. This is
sound for the same reason as the envelope: it says how fast a rounding-sized difference
grows along a trajectory, to first order, and along two trajectories that are a rounding
apart it grows at the same rate. What is centred anew is the trajectory.

Around a run that has left the reference by more than rounding, nobody knows how a
rounding would be carried on. No envelope is made for it.

That both are inside would not suffice to call them equal to each other: they may lie on
opposite sides, twice as far apart as either is from the reference. So their own
distance is held against the envelope, with the same factor.
"""

import math
from dataclasses import replace

from pytest_repro.records import (
    Fingerprint,
    Metric,
    Replica,
    Rounding,
    RunRecord,
    Scalar,
    SeedResult,
    Series,
)

__all__ = ["carry"]


def carry(reference: RunRecord, *, to: RunRecord) -> RunRecord:
    """Centre the envelope of a reference on another run of the same seed.

    Whoever calls has found that the run stays inside.

    Args:
        reference: A reference with an envelope.
        to: The run, whose anchor has the reference's seed.

    Returns:
        The run, thinned to the points of the reference, with its envelopes; what the
        reference knows no bound of has none.
    """
    if reference.rounding is None:
        return to
    bounds = {one.name: one for one in reference.series}
    moments = {(one.name, one.step): one for one in reference.state}
    return replace(
        to,
        series=tuple(_series(one, bounds.get(one.name)) for one in to.series),
        state=tuple(_state(one, moments.get((one.name, one.step))) for one in to.state),
        rounding=_rounding(reference, reference.rounding, to),
    )


def _series(series: Series, other: Series | None) -> Series:
    """Keep the points of which the envelope tells; they are among all of a run's."""
    if other is None or not other.envelope:
        return replace(series, envelope=())
    places = {step: index for index, step in enumerate(series.steps)}
    if series.count != other.count or not set(other.steps) <= places.keys():
        return replace(series, envelope=())
    kept = [places[step] for step in other.steps]
    return replace(
        series,
        stride=other.stride,
        steps=other.steps,
        bits=tuple(series.bits[index] for index in kept),
        orders=tuple(series.orders[index] for index in kept),
        chains=tuple(series.chains[index] for index in kept),
        envelope=other.envelope,
    )


def _state(moment: Fingerprint, other: Fingerprint | None) -> Fingerprint:
    return replace(moment, envelope=other.envelope if other else None)


def _rounding(reference: RunRecord, rounding: Rounding, to: RunRecord) -> Rounding:
    """Move what replicas of the anchor gave by as much as the run lies beside it."""
    centre = {one.name: one.scalar.value for one in to.anchor.metrics}
    before = {one.name: one.scalar.value for one in reference.anchor.metrics}

    def moved(row: SeedResult) -> SeedResult:
        return replace(
            row,
            derived=(),
            origin=None,
            metrics=tuple(
                _moved(one, centre.get(one.name), before.get(one.name))
                for one in row.metrics
            ),
        )

    own = [one for one in rounding.replicas if one.result.seed == to.anchor.seed]
    return Rounding(
        noise=rounding.noise,
        replicas=tuple(
            Replica(number=one.number, result=moved(one.result)) for one in own
        ),
    )


def _moved(metric: Metric, centre: float | None, before: float | None) -> Metric:
    value = metric.scalar.value
    if centre is None or before is None:
        return metric
    moved = centre + (value - before)
    if not math.isfinite(moved):
        return metric
    # As float64: rounded to the metric's own type, a small deviation might vanish.
    return replace(metric, scalar=Scalar.of(float(moved)))
