"""How wide an envelope must be for a run to stay inside: its factor.

The product answers only whether a run is inside at the factor that it uses. Here the
smallest factor that would do is computed, by a second implementation, so that a table
can show what any other would have done, and so that leave-one-out has a distribution.
"""

import math
from collections.abc import Iterable, Iterator

from pytest_repro.records import Fingerprint, RunRecord, Series

__all__ = ["final_factor", "needed_factor", "state_factor", "trace_factor"]

EPSILON = {"float64": 2.0**-52, "float32": 2.0**-23}
ULPS = 4


def needed_factor(obtained: RunRecord, reference: RunRecord) -> float:
    """Compute the smallest factor at which a run is inside everywhere.

    Args:
        obtained: The run.
        reference: With envelopes.

    Returns:
        The factor; 0 for the same bits, infinite if no factor suffices.
    """
    return max(
        trace_factor(obtained, reference),
        state_factor(obtained, reference),
        final_factor(obtained, reference),
    )


def trace_factor(obtained: RunRecord, reference: RunRecord) -> float:
    """Compute the factor of the traces.

    Args:
        obtained: The run.
        reference: With envelopes.

    Returns:
        As `needed_factor`.
    """
    ours = {one.name: one for one in obtained.series}
    return _largest(
        ratio for one in reference.series for ratio in _along(ours.get(one.name), one)
    )


def state_factor(obtained: RunRecord, reference: RunRecord) -> float:
    """Compute the factor of the sketches.

    Args:
        obtained: The run.
        reference: With envelopes.

    Returns:
        As `needed_factor`.
    """
    ours = {(one.name, one.step): one for one in obtained.state}
    theirs = [one for one in reference.state if not one.is_evidence]
    least: dict[str, float] = {}
    for one in theirs:
        if one.envelope:
            least[one.name] = min(one.envelope, least.get(one.name, math.inf))
    return _largest(
        _between(ours.get((one.name, one.step)), one, least.get(one.name, 0.0))
        for one in theirs
    )


def final_factor(obtained: RunRecord, reference: RunRecord) -> float:
    """Compute the factor of the final metrics; one quantum is always allowed.

    Args:
        obtained: The run.
        reference: With replicas.

    Returns:
        As `needed_factor`.
    """
    if reference.rounding is None:
        return math.inf
    ours = {one.name: one.scalar for one in obtained.anchor.metrics}
    rows = [replica.result for replica in reference.rounding.replicas]
    found = []
    for one in reference.anchor.metrics:
        value, mine = one.scalar.value, ours.get(one.name)
        if mine is None:
            return math.inf
        others = [
            m.scalar.value for row in rows for m in row.metrics if m.name == one.name
        ]
        envelope = max(abs(other - value) for other in others)
        floor = ULPS * EPSILON[one.scalar.dtype] * abs(value)
        far = abs(mine.value - value)
        quantum = _quantum([value, mine.value, *others]) * 1.000001
        found.append(0.0 if far <= quantum else _ratio(far, max(envelope, floor)))
    return _largest(found)


def _along(ours: Series | None, theirs: Series) -> Iterator[float]:
    if ours is None or (ours.steps, ours.dtype) != (theirs.steps, theirs.dtype):
        yield math.inf
        return
    for index, envelope in enumerate(theirs.envelope):
        value = theirs.scalar(index).value
        floor = ULPS * EPSILON[theirs.dtype] * abs(value)
        yield _ratio(abs(ours.scalar(index).value - value), max(envelope, floor))


def _between(ours: Fingerprint | None, theirs: Fingerprint, least: float) -> float:
    if ours is not None and ours.digest == theirs.digest:
        return 0.0
    if ours is None or not ours.sketch or theirs.envelope is None:
        return math.inf
    far = math.dist(ours.sketch, theirs.sketch)
    floor = ULPS * EPSILON["float64"] * math.hypot(*theirs.sketch)
    return _ratio(far, max(theirs.envelope, least, floor))


def _ratio(far: float, allowed: float) -> float:
    if far == 0:
        return 0.0
    if math.isnan(far) or not allowed:
        return math.inf
    return far / allowed


def _quantum(values: list[float]) -> float:
    """Find 1/n for accuracies over n ≤ 2,000 rows; the product infers it otherwise."""
    for n in range(1, 10_000):
        if all(abs(value * n - round(value * n)) < 1e-9 * n for value in values):
            return 1 / n
    return 0.0


def _largest(ratios: Iterable[float]) -> float:
    """Return the largest, infinite if one is no number."""
    found = list(ratios)
    return math.inf if any(map(math.isnan, found)) else max(found, default=0.0)
