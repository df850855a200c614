"""Before any comparison: is there something valid to compare?

Gates elsewhere let a vanished metric, a new one, NaN on both sides and changed data
pass, because they walk what they know and skip the rest. Here every set is compared
both ways, and each reason not to compare has a type. Nothing here compares results.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from pytest_repro.records import (
    Cause,
    Finding,
    Rung,
    RunRecord,
    SeedResult,
    Series,
    recipe_fields,
)
from pytest_repro.verdicts.horizons import is_short
from pytest_repro.verdicts.identity import shorten
from pytest_repro.verdicts.pairs import Pair

__all__ = ["Obstacle", "find_obstacle", "recipe_of"]

PATTERN_CHARACTERS: Final = frozenset("*?[")
ABSENT: Final = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """Why two runs cannot be compared.

    Attributes:
        cause: The typed cause.
        reason: One line.
        findings: What is not the same, name by name.
    """

    cause: Cause
    reason: str
    findings: tuple[Finding, ...] = ()


def find_obstacle(pair: Pair) -> Obstacle | None:
    """Find the first reason why two runs cannot be compared.

    Args:
        pair: The two sides.

    Returns:
        The first obstacle, in the order of the checks; None if there is none.
    """
    for check in _CHECKS:
        obstacle = check(pair)
        if obstacle is not None:
            return obstacle
    return None


def _failure(pair: Pair) -> Obstacle | None:
    failure = pair.obtained.failure
    if failure is not None:
        reason = _one_line(failure.message) or failure.cause.value
        return Obstacle(cause=failure.cause, reason=reason)
    failure = pair.reference.failure
    if failure is not None:
        reason = f"the reference is of a run that {failure.cause}: {failure.message}"
        return Obstacle(cause=Cause.CORRUPT_REFERENCE, reason=_one_line(reason))
    return None


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _vacuous(pair: Pair) -> Obstacle | None:
    run = pair.obtained
    if run.seeds and _recorded(run):
        return None
    reason = (
        "nothing to compare: no final metric, no trace and no fingerprint; call"
        " repro.log(…) or repro.fingerprint(…)"
    )
    return Obstacle(cause=Cause.VACUOUS, reason=reason)


def _non_finite(pair: Pair) -> Obstacle | None:
    if pair.contract.allow_nonfinite:
        return None
    row = pair.row
    reference = pair.reference.series if pair.shows_traces else ()
    found = [
        *_non_finite_values("obtained", pair.obtained.anchor, pair.obtained.series),
        *(() if row is None else _non_finite_values("reference", row, reference)),
    ]
    if not found:
        return None
    reason = _with_count(found[0].detail, len(found))
    return Obstacle(cause=Cause.NON_FINITE, reason=reason, findings=tuple(found))


def _non_finite_values(
    side: str, row: SeedResult, traces: tuple[Series, ...]
) -> Iterator[Finding]:
    for series in traces:
        for index, step in enumerate(series.steps):
            scalar = series.scalar(index)
            if not scalar.is_finite:
                detail = f"{series.name} is {scalar.decimal} at step {step} ({side})"
                yield _finding(series.name, detail)
                break
    for metric in row.metrics:
        if not metric.scalar.is_finite:
            detail = f"{metric.name} is {metric.scalar.decimal} at the end ({side})"
            yield _finding(metric.name, detail)


def _changed_config(pair: Pair) -> Obstacle | None:
    return _changed(
        Cause.CHANGED_CONFIG,
        {**pair.obtained.identity.config, **recipe_of(pair.obtained, pair.reference)},
        {**pair.reference.identity.config, **recipe_of(pair.reference, pair.obtained)},
    )


def recipe_of(run: RunRecord, other: RunRecord) -> Mapping[str, str]:
    """Lay out the recipe of a run, as far as the other one has a recipe too.

    An experiment that starts to use one is the same experiment: its bits decide.

    Args:
        run: The run.
        other: What it is held against.

    Returns:
        Fields such as ``recipe.optim.lr``; none where the recipes are the same.
    """
    ours, theirs = run.recipe, other.recipe
    if ours is None or theirs is None or ours.digest == theirs.digest:
        return {}
    fields = recipe_fields(ours.dump)
    return {f"recipe.{place}": value for place, value in fields.items()}


def _changed_data(pair: Pair) -> Obstacle | None:
    return _changed(
        Cause.CHANGED_DATA,
        _digests(pair.obtained),
        _digests(pair.reference),
    )


def _digests(run: RunRecord) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for asset in sorted(run.identity.assets, key=lambda use: (use.name, use.digest)):
        before = found.get(asset.name)
        digest = shorten(asset.digest)
        found[asset.name] = digest if before is None else f"{before} and {digest}"
    return found


def _changed_metrics(pair: Pair) -> Obstacle | None:
    return _changed(
        Cause.CHANGED_METRICS,
        _recorded(pair.obtained),
        _recorded(pair.reference, pair.row),
    )


def _recorded(run: RunRecord, row: SeedResult | None = None) -> Mapping[str, str]:
    """Say of each name what was recorded under it, and as which number type."""
    kinds: dict[str, list[str]] = {}
    final = row or (run.seeds[0] if run.seeds else None)
    for metric in final.metrics if final else ():
        kinds.setdefault(metric.name, []).append(f"final {metric.scalar.dtype}")
    for series in run.series:
        kinds.setdefault(series.name, []).append(f"trace of {series.dtype}")
    for name in sorted({item.name for item in run.state if not item.is_evidence}):
        kinds.setdefault(name, []).append("fingerprint")
    return {name: " and ".join(sorted(kinds[name])) for name in sorted(kinds)}


def _unlogged(pair: Pair) -> Obstacle | None:
    """A tolerance for a metric that no run logs is a check that never runs."""
    if is_short(pair.obtained):
        return None
    logged = _recorded(pair.obtained)
    # A reference's own contract names what its frozen margins were measured for.
    derived = {one.name for one in pair.obtained.anchor.derived}
    for name, _ in pair.contract.tolerances:
        if name not in {*logged, *derived} and not PATTERN_CHARACTERS & set(name):
            near = get_close_matches(name, logged, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            reason = f"the contract names {name}, which was never logged{hint}"
            return Obstacle(cause=Cause.CHANGED_METRICS, reason=reason)
    return None


def _changed(
    cause: Cause, obtained: Mapping[str, str], reference: Mapping[str, str]
) -> Obstacle | None:
    names = [
        name
        for name in sorted(obtained.keys() | reference.keys())
        if obtained.get(name) != reference.get(name)
    ]
    if not names:
        return None
    ours = {name: _one_line(obtained.get(name, ABSENT)) for name in names}
    theirs = {name: _one_line(reference.get(name, ABSENT)) for name in names}
    width = max(map(len, ours.values()))
    findings = tuple(
        _finding(name, f"obtained {ours[name]:{width}}  reference {theirs[name]}")
        for name in names
    )
    first = names[0]
    reason = f"{first} is {ours[first]}, in the reference {theirs[first]}"
    return Obstacle(
        cause=cause, reason=_with_count(reason, len(names)), findings=findings
    )


def _with_count(reason: str, count: int) -> str:
    return reason if count == 1 else f"{reason}; {count - 1} more"


def _finding(name: str, detail: str) -> Finding:
    return Finding(name=name, rung=Rung.NOT_COMPARABLE, detail=detail)


_CHECKS: Final[tuple[Callable[[Pair], Obstacle | None], ...]] = (
    _failure,
    _vacuous,
    _non_finite,
    _changed_config,
    _changed_data,
    _changed_metrics,
    _unlogged,
)
