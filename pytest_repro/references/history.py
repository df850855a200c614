"""The history of a reference: who approved what, why, and how far it moved.

A change of one per cent passes; ten of them in a row are ten per cent. So each
revision keeps the drift that it caused, and their sum is one call away. Pure: time and
author are passed in.
"""

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from pytest_repro.digests import Digest
from pytest_repro.errors import ReproUsageError
from pytest_repro.records import Drift, Revision, RunRecord, Scalar, Series

__all__ = ["cumulative_drift", "drift_between", "revise"]


def revise(  # noqa: PLR0913  # the facts of one revision, all of them by keyword
    new: RunRecord,
    old: RunRecord | None,
    *,
    reason: str,
    created_utc: str,
    created_by: str,
    supersedes: Digest | None,
) -> RunRecord:
    """Turn a run into a reference, as the next revision of an older one.

    Args:
        new: The run.
        old: The reference that it replaces, or None for the first.
        reason: Why. A candidate for review has none yet.
        created_utc: When, as whoever recorded it says.
        created_by: Tool and version.
        supersedes: The digest of the older one's `SHA256SUMS`, or None.

    Returns:
        The run with the older history and one more revision.

    Raises:
        ReproUsageError: If the two are of other experiments or environment keys, or an
            older reference comes without the digest that is superseded.
    """
    if old is not None:
        _check_succession(new, old, supersedes)
    past = old.history if old is not None else ()
    revision = Revision(
        number=len(past) + 1,
        created_utc=created_utc,
        created_by=created_by,
        reason=reason,
        supersedes=supersedes,
        drift=drift_between(new, old) if old is not None else (),
    )
    return replace(new, history=(*past, revision))


def drift_between(new: RunRecord, old: RunRecord) -> tuple[Drift, ...]:
    """Compute how far every metric moved.

    A final metric is compared by its mean over the seeds that both have (over all seeds
    of each if they share none); a trace at the last step that both keep, so that the
    drifts of successive revisions add up. A metric that only one side has moved by NaN.

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
        absolute and of its relative drifts, and the first step that ever moved.
    """
    kinds: dict[tuple[bool, str], list[Drift]] = {}
    for revision in record.history:
        for drift in revision.drift:
            is_trace = drift.first_step is not None
            kinds.setdefault((is_trace, drift.metric), []).append(drift)
    return tuple(_sum(drifts) for _, drifts in sorted(kinds.items()))


def _check_succession(
    new: RunRecord, old: RunRecord, supersedes: Digest | None
) -> None:
    for what, one, other in (
        ("experiment", new.identity.experiment, old.identity.experiment),
        (
            "environment key",
            new.identity.environment.key,
            old.identity.environment.key,
        ),
    ):
        if one != other:
            msg = (
                f"a reference is revised by a run of the same {what}\n"
                f"  obtained   {one}\n"
                f"  reference  {other}"
            )
            raise ReproUsageError(msg)
    if supersedes is None:
        msg = "a revision names the digest of the reference that it supersedes"
        raise ReproUsageError(msg)


def _final_drifts(new: RunRecord, old: RunRecord) -> Iterator[Drift]:
    shared = {row.seed for row in new.seeds} & {row.seed for row in old.seeds}
    ours, theirs = _finals(new, shared), _finals(old, shared)
    for name in sorted(ours.keys() | theirs.keys()):
        one, other = ours.get(name, {}), theirs.get(name, {})
        if one != other:
            yield _drift(name, _mean(one.values()), _mean(other.values()))


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


def _trace_drifts(new: RunRecord, old: RunRecord) -> Iterator[Drift]:
    ours = {series.name: series for series in new.series}
    theirs = {series.name: series for series in old.series}
    for name in sorted(ours.keys() | theirs.keys()):
        one, other = ours.get(name), theirs.get(name)
        if one is None or other is None:
            steps = (one or theirs[name]).steps
            first = steps[0] if steps else 0
            yield _drift(name, math.nan, math.nan, first_step=first)
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
        return _drift(one.name, math.nan, math.nan, first_step=first_step)
    new, old = one.scalar(ours[last]), other.scalar(theirs[last])
    return _drift(one.name, float(new.value), float(old.value), first_step=first_step)


def _drift(
    name: str, new: float, old: float, *, first_step: int | None = None
) -> Drift:
    absolute = new - old
    if old:
        relative = absolute / abs(old)
    else:
        relative = math.copysign(math.inf, absolute) if absolute else absolute
    return Drift(
        metric=name, absolute=absolute, relative=relative, first_step=first_step
    )


def _sum(drifts: Sequence[Drift]) -> Drift:
    steps = [drift.first_step for drift in drifts if drift.first_step is not None]
    return Drift(
        metric=drifts[0].metric,
        absolute=sum(drift.absolute for drift in drifts),
        relative=sum(drift.relative for drift in drifts),
        first_step=min(steps, default=None),
    )
