"""What a reference says about itself: noise floor, seed spread, margins it supports.

Who states a margin should know what rounding does to the metric, how far seeds spread
it, and which shift a given number of seeds can exclude. All of it is computed from the
stored reference; nothing is chosen here on anybody's behalf.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pytest_repro.records import RunRecord, SeedResult, Series
from pytest_repro.verdicts.confirmation import clean
from pytest_repro.verdicts.derived import derived_value
from pytest_repro.verdicts.designs import Design
from pytest_repro.verdicts.envelopes import deviation, exact_until
from pytest_repro.verdicts.pairs import final_value
from pytest_repro.verdicts.planning import supported_margin
from pytest_repro.verdicts.preparation import MIN_REFERENCE
from pytest_repro.verdicts.quanta import least_spread, quantum_of
from pytest_repro.verdicts.transforms import AUTOMATIC

__all__ = ["MetricCalibration", "TraceCalibration", "calibrate", "calibrate_traces"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricCalibration:
    """What a reference says about one final metric; all in the metric's own unit.

    Attributes:
        name: The metric.
        values: One a seed, finite.
        replicas: What the anchor seed gave under noise.
        mean: Of the values, without outliers.
        spread: Their standard deviation, without outliers; None for one seed.
        quantum: The smallest step in which it moves; 0 if it moves freely.
        rounding: How far noise carried the anchor's value; None without replicas.
        automatic_margin: What ``Equivalent("auto")`` takes; None for one seed.
        supported_margin: The smallest that an unchanged run set is confirmed at with
            90 %, by this reference and the seeds allowed; None for too few seeds.
    """

    name: str
    values: tuple[float, ...]
    replicas: tuple[float, ...]
    mean: float
    spread: float | None
    quantum: float
    rounding: float | None
    automatic_margin: float | None
    supported_margin: float | None

    def margin_with(self, reference_seeds: int, design: Design) -> float | None:
        """Compute the supported margin of a reference with other numbers of seeds.

        Args:
            reference_seeds: How many the reference would have, at least 5.
            design: How many new seeds are allowed.

        Returns:
            The margin; None if the spread is not known.
        """
        if self.spread is None:
            return None
        return self.spread * supported_margin(reference_seeds, design)


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceCalibration:
    """What rounding does to one trace of the anchor seed.

    Attributes:
        name: The metric.
        first: The envelope where it first is positive.
        last: At the end.
        doubling: Steps in which rounding doubles; None if it does not grow.
        exact_until: The step by which it reaches one per cent of the metric; None if
            it never does: exact comparison means something to the end.
    """

    name: str
    first: float
    last: float
    doubling: float | None
    exact_until: int | None


def calibrate(record: RunRecord, design: Design) -> tuple[MetricCalibration, ...]:
    """Describe every final metric of a reference, and what was derived from traces.

    Args:
        record: The reference.
        design: How many new seeds are allowed.

    Returns:
        One a metric that has finite values, by name.
    """
    names = sorted(
        {one.name for row in record.seeds for one in (*row.metrics, *row.derived)}
    )
    found = (_calibrated(record, name, design) for name in names)
    return tuple(one for one in found if one is not None)


def calibrate_traces(record: RunRecord) -> tuple[TraceCalibration, ...]:
    """Describe what rounding does to every trace that has an envelope.

    Args:
        record: The reference.

    Returns:
        One a trace, by name.
    """
    return tuple(_grown(series) for series in record.series if series.envelope)


def _calibrated(
    record: RunRecord, name: str, design: Design
) -> MetricCalibration | None:
    values = _finite(_value(row, name) for row in record.seeds)
    if not values:
        return None
    replicas = _finite(_value(row, name) for row in record.anchor_replicas)
    quantum = quantum_of([*values, *replicas]) or 0.0
    mean, spread = _moments(values, quantum)
    anchor = _value(record.anchor, name)
    far = [deviation(value, anchor) for value in replicas] if anchor is not None else []
    return MetricCalibration(
        name=name,
        values=values,
        replicas=replicas,
        mean=mean,
        spread=spread,
        quantum=quantum,
        rounding=max(far, default=None),
        automatic_margin=None if spread is None else AUTOMATIC * spread,
        supported_margin=spread * supported_margin(len(values), design)
        if spread is not None and len(values) >= MIN_REFERENCE
        else None,
    )


def _moments(values: Sequence[float], quantum: float) -> tuple[float, float | None]:
    if len(values) == 1:
        return values[0], None
    centre = clean(values, least_spread=least_spread(quantum))
    return centre.mean, centre.spread


def _value(row: SeedResult, name: str) -> float | None:
    value = final_value(row, name)
    return derived_value(row, name) if value is None else value


def _finite(values: Iterable[float | None]) -> tuple[float, ...]:
    known = (float(value) for value in values if value is not None)
    return tuple(value for value in known if math.isfinite(value))


def _grown(series: Series) -> TraceCalibration:
    positive = [
        (step, bound)
        for step, bound in zip(series.steps, series.envelope, strict=True)
        if 0 < bound < math.inf
    ]
    first = positive[0] if positive else (0, 0.0)
    last = positive[-1] if positive else (0, 0.0)
    grows = any(one[1] < other[1] for one, other in pairwise(positive))
    doublings = math.log2(last[1] / first[1]) if grows else 0.0
    return TraceCalibration(
        name=series.name,
        first=first[1],
        last=series.envelope[-1],
        doubling=(last[0] - first[0]) / doublings if doublings else None,
        exact_until=exact_until(series),
    )
