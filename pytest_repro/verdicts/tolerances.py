"""The third rung: does all that differs stay inside what the contract allows?

A final metric without a tolerance must have the same bits. A trace or fingerprint
without one is evidence: it is shown where it leaves the bits, and never decides. One
seed cannot show that two distributions are equivalent, so `Equivalent` leaves a
question open here, which `seeds` answers: one for a final metric, several for a trace.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeGuard, assert_never

from pytest_repro.records import (
    Divergence,
    Finding,
    Rung,
    Scale,
    SeedResult,
    Tolerance,
    ToleranceKind,
)
from pytest_repro.verdicts.closeness import close_metric, close_trace
from pytest_repro.verdicts.derived import derived_names, derived_value
from pytest_repro.verdicts.deviations import (
    allowed_at,
    exact_mean,
    multiple,
    multiple_text,
)
from pytest_repro.verdicts.families import gap_of, traces_of
from pytest_repro.verdicts.identity import (
    FINGERPRINTS,
    TRACES,
    Difference,
    Kind,
    step_text,
)
from pytest_repro.verdicts.pairs import Pair, final_value
from pytest_repro.verdicts.promises import final_margin

__all__ = ["is_equivalence", "is_pairwise", "open_questions", "unseen_state", "weigh"]


def weigh(pair: Pair, found: Iterable[Difference]) -> tuple[Finding, ...]:
    """Weigh everything that differs and that decides.

    Args:
        pair: The two sides.
        found: What differs.

    Returns:
        One finding for each; none for what is only evidence.
    """
    findings: list[Finding] = []
    for difference in found:
        match difference.kind:
            case Kind.METRIC:
                findings.append(_weigh_metric(pair, difference.divergence))
            case Kind.TRACE:
                findings += _weigh_trace(pair, difference.divergence)
            case Kind.FINGERPRINT:
                findings += _weigh_fingerprint(pair, difference.divergence)
            case Kind.ROOT:
                findings += _unseen(pair, difference.name)
                if difference.name == TRACES:
                    findings += _every_curve(pair)
            case _:
                assert_never(difference.kind)
    return tuple(findings)


def is_equivalence(tolerance: Tolerance | None) -> TypeGuard[Tolerance]:
    """Say whether a tolerance speaks of distributions over seeds.

    Args:
        tolerance: The tolerance, or None where none is declared.

    Returns:
        True for `Equivalent`.
    """
    return tolerance is not None and tolerance.kind is ToleranceKind.EQUIVALENT


def is_pairwise(tolerance: Tolerance | None) -> bool:
    """Say whether a tolerance speaks of one seed and its counterpart.

    Args:
        tolerance: The tolerance, or None where none is declared.

    Returns:
        True for `Exact` and `Close`.
    """
    return tolerance is not None and not is_equivalence(tolerance)


def unseen_state(pair: Pair) -> tuple[Finding, ...]:
    """List what the contract names and the reference keeps of its anchor only.

    Args:
        pair: The two sides, of a seed that is not the reference's anchor.

    Returns:
        An inconclusive finding for each trace and fingerprint that decides by itself,
        not by distributions.
    """
    return (*_unseen(pair, TRACES), *_unseen(pair, FINGERPRINTS))


def open_questions(pair: Pair) -> tuple[Finding, ...]:
    """List everything that is for the seeds to answer, whether it differs or not.

    Args:
        pair: The two sides.

    Returns:
        An inconclusive finding for each final metric with a margin, and for each number
        derived from a trace with one.
    """
    margins = ((name, final_margin(pair.contract, name)) for name in pair.final_names)
    finals = sorted((name, one) for name, one in margins if one is not None)
    return (
        *(_open_question(pair, name, tolerance) for name, tolerance in finals),
        *_every_curve(pair),
    )


def _every_curve(pair: Pair) -> Iterator[Finding]:
    for trace, tolerance in traces_of((pair.obtained, pair.reference), pair.contract):
        yield from _curve(pair, trace, tolerance)


def _curve(pair: Pair, trace: str, tolerance: Tolerance) -> Iterator[Finding]:
    """Leave a question open for each number derived from a trace, or for the trace."""
    gap = gap_of(trace, tolerance, reference=pair.reference, runs=[pair.obtained])
    if gap:
        yield _finding(trace, Rung.INCONCLUSIVE, tolerance, gap)
    rows = (pair.obtained.anchor, *pair.reference.seeds)
    names = {name for row in rows for name in derived_names(row, trace, tolerance)}
    for name in sorted(names):
        yield _open_question(pair, name, tolerance, read=derived_value)


def _open_question(
    pair: Pair,
    name: str,
    tolerance: Tolerance,
    *,
    read: Callable[[SeedResult, str], float | None] = final_value,
) -> Finding:
    """Say how far apart one seed is, in margins, without deciding anything.

    The distance is to the same seed of the reference if it has that, else to its mean.
    """
    if tolerance.is_automatic or tolerance.scale is not Scale.LINEAR:
        detail = f"{name} differs; one seed cannot show equivalence"
        return _finding(name, Rung.INCONCLUSIVE, tolerance, detail)
    known = [read(row, name) for row in pair.reference.seeds]
    mean = exact_mean([value for value in known if value is not None])
    own = read(pair.obtained.anchor, name)
    same = None if pair.row is None else read(pair.row, name)
    whom = "the mean of the reference" if same is None else "the reference"
    center = mean if same is None else same
    distance = None
    if own is not None and center is not None and mean is not None:
        distance = multiple(own, center, allowed_at(tolerance, mean))
    apart = multiple_text(distance)
    detail = f"{name} is {apart} margins of {tolerance.text} from {whom};"
    detail += " one seed cannot show equivalence"
    return _finding(name, Rung.INCONCLUSIVE, tolerance, detail, apart)


def _finding(
    name: str, rung: Rung, tolerance: Tolerance, detail: str, worst: str = ""
) -> Finding:
    return Finding(
        name=name, rung=rung, tolerance=tolerance.text, detail=detail, worst=worst
    )


def _weigh_metric(pair: Pair, place: Divergence) -> Finding:
    name = place.path
    tolerance = pair.contract.tolerance_for(name)
    sides = f"{name} differs: {place.obtained} against {place.reference}"
    if tolerance is None:
        detail = f'{sides}; to allow it: metrics={{"{name}": Close(rtol=…)}}'
        return Finding(name=name, rung=Rung.DIVERGED, detail=detail)
    match tolerance.kind:
        case ToleranceKind.EXACT:
            return _finding(name, Rung.DIVERGED, tolerance, sides)
        case ToleranceKind.CLOSE:
            return close_metric(pair, place, tolerance)
        case ToleranceKind.EQUIVALENT if tolerance.target is not None:
            detail = f"{sides}; {tolerance.text} is for the steps of a trace"
            return _finding(name, Rung.DIVERGED, tolerance, detail)
        case ToleranceKind.EQUIVALENT:
            return _open_question(pair, name, tolerance)
        case _:
            assert_never(tolerance.kind)


def _weigh_trace(pair: Pair, place: Divergence) -> Iterable[Finding]:
    name = place.path
    tolerance = pair.contract.tolerance_for(name)
    if tolerance is None:
        return
    match tolerance.kind:
        case ToleranceKind.EXACT:
            sides = f"{place.obtained} against {place.reference}"
            detail = f"{name} differs{step_text(place)}: {sides}"
            yield _finding(name, Rung.DIVERGED, tolerance, detail)
        case ToleranceKind.CLOSE:
            yield close_trace(pair, place, tolerance)
        case ToleranceKind.EQUIVALENT:
            yield from _curve(pair, name, tolerance)
        case _:
            assert_never(tolerance.kind)


def _weigh_fingerprint(pair: Pair, place: Divergence) -> Iterable[Finding]:
    tolerance = pair.contract.tolerance_for(place.path)
    if tolerance is not None and _names_fingerprint(pair, place.path, tolerance):
        detail = (
            f"{place.path} differs{step_text(place)}: {place.obtained} against"
            f" {place.reference}"
        )
        yield _finding(place.path, Rung.DIVERGED, tolerance, detail)


def _names_fingerprint(pair: Pair, name: str, tolerance: Tolerance) -> bool:
    """A digest is at no distance from another, so a pattern of Close() spares it."""
    return tolerance.kind is ToleranceKind.EXACT or _is_literal(pair, name)


def _is_literal(pair: Pair, name: str) -> bool:
    """Whether the contract names this very thing, and no final metric bears it."""
    named = {metric for metric, _ in pair.contract.tolerances}
    return name in named - pair.final_names


def _unseen(pair: Pair, what: str) -> Iterable[Finding]:
    """Only the digest of all traces, or of all fingerprints, is known to differ."""
    if what == TRACES:
        names = {series.name for series in pair.obtained.series}
    else:
        names = {item.name for item in pair.obtained.state if not item.is_evidence}
    for name in sorted(names):
        tolerance = pair.contract.tolerance_for(name)
        if tolerance is not None and _decides(pair, what, name, tolerance):
            detail = (
                f"{name} cannot be followed: no {what} of seed {pair.seed} are kept"
            )
            yield _finding(name, Rung.INCONCLUSIVE, tolerance, detail)


def _decides(pair: Pair, what: str, name: str, tolerance: Tolerance) -> bool:
    if what == TRACES:
        return not is_equivalence(tolerance)
    return _names_fingerprint(pair, name, tolerance)
