"""How long rounding has had to grow: the steps since two runs were last proven equal.

An envelope widens because training carries roundings on. Where everything recorded up
to some step is equal, the watched state after it included, nothing was there yet to be
carried on. A later deviation is then held against the envelope as it was so many steps
after the start, and cannot hide in what it had become by then: a schedule that goes
wrong at step 100, or an evaluation that does, is no rounding of step 0.

A run that differs from the first step on, as harmless changes of the environment do,
is not affected.
"""

from bisect import bisect_left
from collections.abc import Iterable
from typing import Final

from pytest_repro.records import Fingerprint, RunRecord, Series
from pytest_repro.verdicts.identity import Difference

__all__ = ["bound_at", "state_bound_at", "steps_proven_equal"]

STATE: Final = "/parameters"
"""How the watched state of a model ends in the name of its fingerprint."""


def steps_proven_equal(reference: RunRecord, found: Iterable[Difference]) -> int:
    """Count the steps after which the whole watched state was still the same.

    Args:
        reference: The reference.
        found: What differs; of each thing, its first difference.

    Returns:
        The number of steps; 0 unless a watched state proves more.
    """
    places = [one.order for one in found if one.order is not None]
    first = min(places, default=None)
    watched = _watched(reference)
    names = {one.name for one in watched}
    proven = [
        step
        for step in {one.step for one in watched if one.step is not None}
        if _names_at(watched, step, before=first) == names
    ]
    return max(proven, default=-1) + 1


def bound_at(series: Series, index: int, equal: int) -> float:
    """Return the envelope of a kept point, as far as rounding has had time to grow.

    Args:
        series: A trace with an envelope.
        index: Which kept point.
        equal: How many steps are proven equal.

    Returns:
        The bound of the first kept point by which as many steps were over since the
        start as are over since then; 0 for a point within them.
    """
    elapsed = series.steps[index] - equal
    if elapsed < 0:
        return 0.0
    place = bisect_left(series.steps, elapsed)
    return series.envelope[min(place, index)]


def state_bound_at(
    state: Iterable[Fingerprint], moment: Fingerprint, equal: int
) -> float:
    """Return the envelope of a fingerprint, as far as rounding has had time to grow.

    Args:
        state: All fingerprints of that name, in their order.
        moment: One of them; one that belongs to no step keeps its own bound if it was
            taken at the end.
        equal: How many steps are proven equal.

    Returns:
        The bound.
    """
    own = moment.envelope or 0.0
    if moment.step is None or equal == 0:
        return own
    elapsed = moment.step - equal
    if elapsed < 0:
        return 0.0
    later = [
        one.envelope or 0.0
        for one in state
        if one.step is not None and one.step >= elapsed
    ]
    return min(later[0], own) if later else own


def _watched(reference: RunRecord) -> list[Fingerprint]:
    """List what `watch` took of models that it watches step by step."""
    models = {
        one.name.removesuffix(STATE)
        for one in reference.state
        if one.name.endswith(STATE) and one.step is not None
    }
    return [
        one
        for one in reference.state
        if not one.is_evidence
        and one.step is not None
        and one.name.rpartition("/")[0] in models
    ]


def _names_at(
    watched: Iterable[Fingerprint], step: int, *, before: int | None
) -> set[str]:
    return {
        one.name
        for one in watched
        if one.step == step and (before is None or one.order < before)
    }
