"""A second implementation of the time that rounding has had to grow.

Where everything that was recorded up to some step is equal, the whole state included,
nothing was there yet to be carried on; so a later deviation is held against the
envelope as it was that many steps after the start, and one of the final metrics, where
even the last state is equal, against a few units in the last place.

The product has it in `verdicts.onset`, and answers at one factor. Each row of the
figures holds the factor that this gives, and a test holds the two against each other.
"""

import math
from collections.abc import Iterator

from benchmarks.contest_real.factors import (
    between,
    final_factor,
    largest,
    least_of,
    needed_factor,
    quantum,
    ratio,
    ulps,
)
from pytest_repro.records import Fingerprint, RunRecord, Series

__all__ = ["equal_until", "since_factor"]

BEFORE = -1
"""The step at which two runs are equal that differ from the first step on."""


def since_factor(obtained: RunRecord, reference: RunRecord) -> float:
    """Compute the smallest factor at which a run is inside everywhere.

    Args:
        obtained: The run.
        reference: With envelopes.

    Returns:
        The factor; 0 for the same bits, infinite if no factor suffices.
    """
    equal = equal_until(obtained, reference)
    if equal == BEFORE:
        return needed_factor(obtained, reference)
    ours = {one.name: one for one in obtained.series}
    found = [
        far
        for one in reference.series
        for far in _along(ours.get(one.name), one, equal)
    ]
    found += _states(obtained, reference, equal)
    is_at_end = equal == _last_step(reference)
    found.append((_finals if is_at_end else final_factor)(obtained, reference))
    return largest(found)


def equal_until(obtained: RunRecord, reference: RunRecord) -> int:
    """Find the last step after which the whole state was seen to be equal.

    Args:
        obtained: The run.
        reference: The other.

    Returns:
        The step, if all that was recorded before is equal too; else `BEFORE`.
    """
    ours = {(one.name, one.step): one.digest for one in obtained.state}
    theirs = [one for one in reference.state if not one.is_evidence]
    parted = [
        one.order for one in theirs if ours.get((one.name, one.step)) != one.digest
    ]
    logged = {one.name: one for one in obtained.series}
    for one in reference.series:
        parted += _parted(logged.get(one.name), one)
    first = min(parted, default=math.inf)
    names = {one.name for one in theirs if one.step is not None}
    steps = sorted({one.step for one in theirs if one.step is not None})
    proven = [
        step
        for step in steps
        if all(one.order < first for one in theirs if one.step == step)
        and {one.name for one in theirs if one.step == step} == names
    ]
    return max(proven, default=BEFORE)


def _parted(ours: Series | None, theirs: Series) -> list[int]:
    bits = ours.bits if ours is not None else ()
    pairs = zip(bits, theirs.bits, theirs.orders, strict=False)
    unequal = [order for mine, other, order in pairs if mine != other]
    return unequal[:1] + list(theirs.orders[len(bits) :][:1])


def _along(ours: Series | None, theirs: Series, equal: int) -> Iterator[float]:
    if ours is None or (ours.steps, ours.dtype) != (theirs.steps, theirs.dtype):
        yield math.inf
        return
    for index, step in enumerate(theirs.steps):
        if step > equal:
            value = theirs.scalar(index).value
            envelope = theirs.envelope[_index_at(theirs, step - equal - 1)]
            far = abs(ours.scalar(index).value - value)
            yield ratio(far, max(envelope, ulps(value, theirs.dtype)))


def _index_at(series: Series, elapsed: int) -> int:
    """Return the first kept point by which so many steps were over."""
    return sum(step < elapsed for step in series.steps)


def _states(obtained: RunRecord, reference: RunRecord, equal: int) -> Iterator[float]:
    ours = {(one.name, one.step): one for one in obtained.state}
    theirs = [one for one in reference.state if not one.is_evidence]
    least = least_of(theirs)
    last = _last_step(reference)
    for one in theirs:
        step = last if one.step is None else one.step
        own = [other for other in theirs if other.name == one.name]
        known = _envelope_at(own, step - equal - 1)
        bound = one.envelope if known is None else known
        yield between(
            ours.get((one.name, one.step)), one, bound, least.get(one.name, 0.0)
        )


def _envelope_at(state: list[Fingerprint], elapsed: int) -> float | None:
    """Return the envelope as it was so many steps after the start, if it is known."""
    later = [one for one in state if one.step is not None and one.step >= elapsed]
    return later[0].envelope if later else None


def _finals(obtained: RunRecord, reference: RunRecord) -> float:
    ours = {one.name: one.scalar.value for one in obtained.anchor.metrics}
    found = []
    for one in reference.anchor.metrics:
        value, mine = one.scalar.value, ours.get(one.name, math.nan)
        far = abs(mine - value)
        is_quantum = far <= quantum([value, mine])
        allowed = ulps(value, one.scalar.dtype)
        found.append(0.0 if is_quantum else ratio(far, allowed))
    return largest(found)


def _last_step(record: RunRecord) -> int:
    return max((one.step for one in record.state if one.step is not None), default=0)
