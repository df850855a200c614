"""How far a reference moved when it was rewritten, metric by metric.

A change of one per cent passes; ten of them in a row are ten per cent. So each revision
keeps the drift that it caused, and their sum is one call away. Whether a drift is too
large is not said here: see `pytest_repro.verdicts.creeping`.
"""

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from pytest_repro.records import Drift, RunRecord, Scalar, SeedResult, Series
from pytest_repro.verdicts.envelopes import deviation, largest_finite

__all__ = ["cumulative_drift", "drift_between", "ulps_between"]


def drift_between(new: RunRecord, old: RunRecord) -> tuple[Drift, ...]:
    """Compute how far every metric moved.

    A final metric is compared by its mean over the seeds that both have (over all seeds
    of each if they share none); a trace at the last step that both keep, so that the
    drifts of successive revisions add up. A metric that only one side has moved by NaN.
    Units of the last place are counted at the same seed, or step, the furthest of them.

    Args:
        new: The later record.
        old: The earlier one.

    Returns:
        One drift for each metric whose bits changed, final metrics first, by name.
    """
    return (*_final_drifts(new, old), *_trace_drifts(new, old))


def cumulative_drift(record: RunRecord) -> tuple[Drift, ...]:
    """Sum the drift over all revisions of a reference.

    Args:
        record: The reference.

    Returns:
        For each metric that ever moved, final metrics first, by name: the sum of its
        absolute and of its relative drifts and of its units of the last place, the
        first step that ever moved, and the largest envelope factor of one revision.
    """
    kinds: dict[tuple[bool, str], list[Drift]] = {}
    for revision in record.history:
        for drift in revision.drift:
            is_trace = drift.first_step is not None
            kinds.setdefault((is_trace, drift.metric), []).append(drift)
    return tuple(_sum(drifts) for _, drifts in sorted(kinds.items()))


def ulps_between(new: Scalar, old: Scalar) -> int | None:
    """Count the numbers of a type that lie between two of them.

    Args:
        new: One number.
        old: The other.

    Returns:
        New minus old, in units of the last place; None if they are of different types,
        or one is not finite.

    Example:
        >>> ulps_between(Scalar.of(1.0), Scalar.of(1.0 - 2**-53))
        1
    """
    if new.dtype != old.dtype or not (new.is_finite and old.is_finite):
        return None
    return _place(new) - _place(old)


def _place(scalar: Scalar) -> int:
    """Number the values of a type in their order, both zeros alike."""
    if "float" not in scalar.dtype:
        return int(scalar.value)
    bits = int(scalar.bits, 16)
    sign = 1 << (4 * len(scalar.bits) - 1)
    return sign - bits if bits & sign else bits


def _final_drifts(new: RunRecord, old: RunRecord) -> Iterator[Drift]:
    shared = {row.seed for row in new.seeds} & {row.seed for row in old.seeds}
    ours, theirs = _finals(new, shared), _finals(old, shared)
    for name in sorted(ours.keys() | theirs.keys()):
        one, other = ours.get(name, {}), theirs.get(name, {})
        if one != other:
            found = _drift(name, _mean(one.values()), _mean(other.values()))
            pairs = [(one[seed], other[seed]) for seed in sorted(one.keys() & other)]
            yield replace(
                found, ulps=_furthest(pairs), envelope=_final_factor(new, old, name)
            )


def _finals(record: RunRecord, shared: set[int]) -> dict[str, dict[int, Scalar]]:
    """Collect final metrics by name and seed: of shared seeds, if there are any."""
    found: dict[str, dict[int, Scalar]] = {}
    for row in record.seeds:
        if row.seed in shared or not shared:
            for metric in row.metrics:
                found.setdefault(metric.name, {})[row.seed] = metric.scalar
    return found


def _mean(scalars: Collection[Scalar]) -> float:
    """Average; NaN of nothing, and no overflow on the way."""
    if not scalars:
        return math.nan
    return sum(float(scalar.value) / len(scalars) for scalar in scalars)


def _furthest(pairs: Sequence[tuple[Scalar, Scalar]]) -> int | None:
    counted = [ulps_between(new, old) for new, old in pairs]
    known = [one for one in counted if one is not None]
    return max(known, key=abs) if known and len(known) == len(counted) else None


def _final_factor(new: RunRecord, old: RunRecord, name: str) -> float | None:
    """Hold a final metric of the anchor against what the replicas gave."""
    if new.anchor.seed != old.anchor.seed:
        return None
    rows = [_value(row, name) for row in (new.anchor, old.anchor)]
    obtained, reference = rows
    replicas = [_value(row, name) for row in old.anchor_replicas]
    known = [value for value in replicas if value is not None]
    if obtained is None or reference is None or not known:
        return None
    return _factor(
        deviation(obtained, reference),
        largest_finite(deviation(value, reference) for value in known),
    )


def _value(row: SeedResult, name: str) -> float | None:
    return next((one.scalar.value for one in row.metrics if one.name == name), None)


def _factor(far: float, bound: float) -> float | None:
    """Divide; None where nothing is bounded, infinite where nothing may move."""
    if math.isinf(bound):
        return None
    return far / bound if bound else (math.inf if far else 0.0)


def _trace_drifts(new: RunRecord, old: RunRecord) -> Iterator[Drift]:
    ours = {series.name: series for series in new.series}
    theirs = {series.name: series for series in old.series}
    for name in sorted(ours.keys() | theirs.keys()):
        one, other = ours.get(name), theirs.get(name)
        if one is None or other is None:
            steps = (one or theirs[name]).steps
            first = steps[0] if steps else 0
            yield replace(_drift(name, math.nan, math.nan), first_step=first)
        elif one.head != other.head:
            yield _trace_drift(one, other)


def _trace_drift(one: Series, other: Series) -> Drift:
    ours = {step: index for index, step in enumerate(one.steps)}
    theirs = {step: index for index, step in enumerate(other.steps)}
    shared = sorted(ours.keys() & theirs.keys())
    moved = (
        step
        for step in shared
        if one.chains[ours[step]] != other.chains[theirs[step]]
        or one.scalar(ours[step]) != other.scalar(theirs[step])
    )
    # Equal at every shared step: then one goes on where the other ends.
    last = shared[-1] if shared else -1
    beyond = sorted(step for step in ours.keys() ^ theirs.keys() if step > last)
    first_step = next(moved, beyond[0] if beyond else max(last, 0))
    if not shared:
        return replace(_drift(one.name, math.nan, math.nan), first_step=first_step)
    new, old = one.scalar(ours[last]), other.scalar(theirs[last])
    pairs = [(ours[step], theirs[step]) for step in shared]
    return replace(
        _drift(one.name, float(new.value), float(old.value)),
        first_step=first_step,
        ulps=ulps_between(new, old),
        envelope=_trace_factor(one, other, pairs),
    )


def _trace_factor(
    new: Series, old: Series, pairs: Sequence[tuple[int, int]]
) -> float | None:
    """Hold each kept point of a trace against its envelope; the worst counts."""
    if not old.envelope:
        return None
    factors = (
        _factor(
            deviation(new.scalar(one).value, old.scalar(other).value),
            old.envelope[other],
        )
        for one, other in pairs
    )
    return max((factor for factor in factors if factor is not None), default=None)


def _drift(name: str, new: float, old: float) -> Drift:
    absolute = new - old
    if old:
        relative = absolute / abs(old)
    else:
        relative = math.copysign(math.inf, absolute) if absolute else absolute
    return Drift(metric=name, absolute=absolute, relative=relative)


def _sum(drifts: Sequence[Drift]) -> Drift:
    steps = [drift.first_step for drift in drifts if drift.first_step is not None]
    ulps = [drift.ulps for drift in drifts if drift.ulps is not None]
    factors = [drift.envelope for drift in drifts if drift.envelope is not None]
    return Drift(
        metric=drifts[0].metric,
        absolute=sum(drift.absolute for drift in drifts),
        relative=sum(drift.relative for drift in drifts),
        first_step=min(steps, default=None),
        ulps=sum(ulps) if len(ulps) == len(drifts) else None,
        envelope=max(factors, default=None),
    )
