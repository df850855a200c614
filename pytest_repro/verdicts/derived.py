"""Numbers derived from the traces of one seed, because the contract asks for them.

A reference keeps the traces of its anchor only, and distributions need every seed. So
each run reduces its own traces to a few numbers: the *curve* as the means of `curves`,
or the *event* "first step at which the target is reached". A name says everything that
a number depends on besides the values, so numbers that cannot be compared never meet.
Nothing here compares: see `families`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from math import inf, isnan
from typing import Final

from pytest_repro.records import (
    Contract,
    Metric,
    Scalar,
    Scale,
    SeedResult,
    Series,
    Tolerance,
)
from pytest_repro.verdicts.curves import bin_edges, bin_means
from pytest_repro.verdicts.promises import trace_margin

__all__ = ["derive", "derived_names", "derived_value", "first_reaching", "trace_of"]

RISES: Final = "rises to"
FALLS: Final = "falls to"
"""A run that starts beyond the target tells of another event."""


_SUFFIX: Final = re.compile(
    r"(?P<trace>.*)(?: (?P<bin>steps? \d+(?:-\d+)?)(?: \((?P<scale>log|logit)\))?"
    r"| (?:rises|falls) to (?P<target>\S+))",
    re.DOTALL,
)


def derive(series: Iterable[Series], contract: Contract) -> tuple[Metric, ...]:
    """Derive what a contract asks of the traces of one seed.

    Args:
        series: The traces, whole.
        contract: What was promised.

    Returns:
        For each trace that is to be equivalent its curve, or its event if it has a
        target; float64, sorted by name.
    """
    found: dict[str, float] = {}
    for one in series:
        tolerance = trace_margin(contract, one.name)
        if tolerance is not None:
            found.update(_derived(one, tolerance))
    return tuple(
        Metric(name=name, scalar=Scalar.of(found[name], "float64"))
        for name in sorted(found)
    )


def derived_names(row: SeedResult, trace: str, tolerance: Tolerance) -> tuple[str, ...]:
    """List what a seed derived from a trace under a tolerance.

    Args:
        row: The seed's row.
        trace: The trace.
        tolerance: Its equivalence; another target or scale asks for other numbers.

    Returns:
        The names, sorted; none if the contract of that run did not ask for them.
    """
    return tuple(one.name for one in row.derived if _is_of(one.name, trace, tolerance))


def derived_value(row: SeedResult, name: str) -> float | None:
    """Return a derived number of one seed.

    Args:
        row: The seed's row.
        name: As in `derived_names`.

    Returns:
        The number, or None if the seed has none of that name.
    """
    found = (one.scalar.value for one in row.derived if one.name == name)
    return next(found, None)


def trace_of(name: str) -> str:
    """Return the trace that a number was derived from.

    Args:
        name: As in `derived_names`.

    Returns:
        The trace's name; empty for a name that is none of a derived number.

    Example:
        >>> trace_of("train/loss steps 13-31 (log)")
        'train/loss'
    """
    match = _SUFFIX.fullmatch(name)
    return match["trace"] if match else ""


def first_reaching(
    steps: Sequence[int], values: Sequence[float], target: float
) -> tuple[str, float]:
    """Find the first step at which a trace reaches a target.

    From below it is reached by a value at least as large, from above by one at most as
    large; the first value that is a number says which.

    Args:
        steps: The steps of the trace, increasing.
        values: One a step.
        target: The value to be reached.

    Returns:
        Whether it rises or falls to the target, and the step. Infinity if it never
        gets there: later than any step, not a gap.

    Example:
        >>> first_reaching([10, 20, 30], [0.5, 0.94, 0.92], 0.93)
        ('rises to', 20.0)
    """
    start = next((value for value in values if not isnan(value)), target)
    is_above = start > target
    reached = (
        float(step)
        for step, value in zip(steps, values, strict=True)
        if (value <= target if is_above else value >= target)
    )
    return FALLS if is_above else RISES, next(reached, inf)


def _derived(series: Series, tolerance: Tolerance) -> Iterator[tuple[str, float]]:
    values = [float(series.scalar(at).value) for at in range(len(series.steps))]
    target, scale = tolerance.target, tolerance.scale
    if target is not None:
        verb, step = first_reaching(series.steps, values, float(target))
        yield f"{series.name} {verb} {tolerance.target_text}", step
        return
    edges = bin_edges(series.steps)
    means = bin_means(series.steps, values, edges=edges, scale=scale)
    ends = [*(edge - 1 for edge in edges[1:]), *series.steps[-1:]]
    suffix = "" if scale is Scale.LINEAR else f" ({scale})"
    for first, last, mean in zip(edges, ends, means, strict=True):
        where = f"step {first}" if first == last else f"steps {first}-{last}"
        yield f"{series.name} {where}{suffix}", mean


def _is_of(name: str, trace: str, tolerance: Tolerance) -> bool:
    match = _SUFFIX.fullmatch(name) if name.startswith(trace) else None
    if match is None or match["trace"] != trace:
        return False
    if tolerance.target is not None:
        return match["target"] == tolerance.target_text
    scale = Scale(match["scale"]) if match["scale"] else Scale.LINEAR
    return match["bin"] is not None and scale is tolerance.scale
