"""How wide an envelope must be for a run to stay inside: its factor.

The product answers only whether a run is inside at the factor that it uses. Here the
smallest factor that would do is computed, by a second implementation, so that a table
can show what any other would have done, and so that leave-one-out has a distribution.
"""

import math
from collections.abc import Iterable, Iterator, Sequence

from pytest_repro.records import Fingerprint, RunRecord, Series

__all__ = [
    "between",
    "final_factor",
    "largest",
    "least_of",
    "needed_factor",
    "quantum",
    "ratio",
    "state_factor",
    "trace_factor",
    "ulps",
]

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
    return largest(
        far for one in reference.series for far in _along(ours.get(one.name), one)
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
    least = least_of(theirs)
    return largest(
        between(
            ours.get((one.name, one.step)), one, one.envelope, least.get(one.name, 0.0)
        )
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
    rows = reference.anchor_replicas
    found = []
    for one in reference.anchor.metrics:
        value, mine = one.scalar.value, ours.get(one.name)
        if mine is None:
            return math.inf
        others = [
            m.scalar.value for row in rows for m in row.metrics if m.name == one.name
        ]
        envelope = max(abs(other - value) for other in others)
        far = abs(mine.value - value)
        is_quantum = far <= quantum([value, mine.value, *others])
        allowed = max(envelope, ulps(value, one.scalar.dtype))
        found.append(0.0 if is_quantum else ratio(far, allowed))
    return largest(found)


def least_of(state: Iterable[Fingerprint]) -> dict[str, float]:
    """Find the smallest deviation that replicas ever showed, by name.

    Args:
        state: Fingerprints with envelopes.

    Returns:
        It for each name that any replica moved.
    """
    least: dict[str, float] = {}
    for one in state:
        if one.envelope:
            least[one.name] = min(one.envelope, least.get(one.name, math.inf))
    return least


def between(
    ours: Fingerprint | None, theirs: Fingerprint, bound: float | None, least: float
) -> float:
    """Compute how often a state deviates by its envelope.

    Args:
        ours: What was obtained, if it was.
        theirs: What it is held against.
        bound: The envelope, if there is one.
        least: The smallest envelope of that name.

    Returns:
        The ratio; 0 for equal digests, infinite where nothing can be measured.
    """
    if ours is not None and ours.digest == theirs.digest:
        return 0.0
    if ours is None or not ours.sketch or bound is None:
        return math.inf
    far = math.dist(ours.sketch, theirs.sketch)
    floor = ulps(math.hypot(*theirs.sketch), "float64")
    return ratio(far, max(bound, least, floor))


def ratio(far: float, allowed: float) -> float:
    """Divide a deviation by what is allowed.

    Args:
        far: The deviation.
        allowed: What is allowed.

    Returns:
        The ratio; 0 for no deviation, infinite where nothing is allowed.
    """
    if far == 0:
        return 0.0
    if math.isnan(far) or not allowed:
        return math.inf
    return far / allowed


def ulps(value: float, dtype: str) -> float:
    """Return what a number may always differ by.

    Args:
        value: The number.
        dtype: Its type.

    Returns:
        Four units in its last place.
    """
    return ULPS * EPSILON[dtype] * abs(value)


def quantum(values: Sequence[float]) -> float:
    """Find the quantum of accuracies over up to 10,000 rows, a little widened.

    Args:
        values: What is known of the metric; the product infers it in another way.

    Returns:
        1/n for the smallest n of which all are multiples; 0 if there is none.
    """
    for n in range(1, 10_000):
        if all(abs(value * n - round(value * n)) < 1e-9 * n for value in values):
            return 1.000001 / n
    return 0.0


def largest(ratios: Iterable[float]) -> float:
    """Return the largest ratio.

    Args:
        ratios: Some.

    Returns:
        The largest; infinite if one is no number, 0 of none.
    """
    found = list(ratios)
    return math.inf if any(map(math.isnan, found)) else max(found, default=0.0)


def _along(ours: Series | None, theirs: Series) -> Iterator[float]:
    if ours is None or (ours.steps, ours.dtype) != (theirs.steps, theirs.dtype):
        yield math.inf
        return
    for index, envelope in enumerate(theirs.envelope):
        value = theirs.scalar(index).value
        far = abs(ours.scalar(index).value - value)
        yield ratio(far, max(envelope, ulps(value, theirs.dtype)))
