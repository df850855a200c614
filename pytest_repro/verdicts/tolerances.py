"""The third rung: does all that differs stay inside what the contract allows?

A final metric without a tolerance must have the same bits. A trace or fingerprint
without one is evidence: it is shown where it leaves the bits, and never decides. One
seed cannot show that two distributions are equivalent, so `Equivalent` leaves a
question open here, which `seeds` answers.
"""

from collections.abc import Iterable
from typing import TypeGuard, assert_never

from pytest_repro.records import (
    Divergence,
    Finding,
    Rung,
    Scale,
    Tolerance,
    ToleranceKind,
)
from pytest_repro.verdicts.closeness import close_metric, close_trace
from pytest_repro.verdicts.deviations import (
    allowed_at,
    exact_mean,
    multiple,
    multiple_text,
)
from pytest_repro.verdicts.identity import (
    FINGERPRINTS,
    TRACES,
    Difference,
    Kind,
    step_text,
)
from pytest_repro.verdicts.pairs import Pair, final_value

__all__ = ["is_equivalence", "is_pairwise", "open_question", "unseen_state", "weigh"]


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
        An inconclusive finding for each trace and fingerprint that decides.
    """
    return (*_unseen(pair, TRACES), *_unseen(pair, FINGERPRINTS))


def open_question(pair: Pair, name: str, tolerance: Tolerance) -> Finding:
    """Say how far apart one seed is, in margins, without deciding anything.

    Args:
        pair: The two sides.
        name: A final metric.
        tolerance: How far two distributions may be apart.

    Returns:
        An inconclusive finding; the distance is to the same seed of the reference if
        it has that, else to its mean.
    """
    if tolerance.is_automatic or tolerance.scale is not Scale.LINEAR:
        detail = f"{name} differs; one seed cannot show equivalence"
        return _finding(name, Rung.INCONCLUSIVE, tolerance, detail)
    mean = exact_mean(pair.reference_values(name))
    own = final_value(pair.obtained.anchor, name)
    same = None if pair.row is None else final_value(pair.row, name)
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
        case ToleranceKind.EQUIVALENT:
            return open_question(pair, name, tolerance)
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
            if _is_literal(pair, name):
                detail = (
                    f"{name} is a trace, and Equivalent() compares final metrics:"
                    " log its last value without a step, or declare Close()"
                )
                yield _finding(name, Rung.INCONCLUSIVE, tolerance, detail)
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
    if what == TRACES and not is_equivalence(tolerance):
        return True
    return _names_fingerprint(pair, name, tolerance)
