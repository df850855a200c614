"""A run that was stopped early, and the beginning of the reference that it repeats.

The reference noted how many events it had recorded when the horizon came. What lies
before is compared like a whole run; what only a whole run has (final metrics, digests
over everything) is left out of both sides. Nothing here compares.
"""

from dataclasses import replace

from pytest_repro.digests import Digest
from pytest_repro.records import Match, RunRecord, SeedResult, Series
from pytest_repro.verdicts.pairs import Pair

__all__ = ["beginning_of", "is_short", "why_not_short"]


def is_short(run: RunRecord) -> bool:
    """Tell whether a run was stopped at its horizon.

    Args:
        run: The run.

    Returns:
        Whether it is only the beginning of one.
    """
    return run.horizon is not None and run.horizon.is_end


def why_not_short(pair: Pair) -> str:
    """Say why a short run cannot be held against a reference.

    Args:
        pair: The two sides; the obtained run was stopped at its horizon.

    Returns:
        The reason; empty if it can.
    """
    ours, theirs = pair.obtained.horizon, pair.reference.horizon
    if pair.match is Match.NEAREST:
        return "the reference is of another environment, and only seeds can answer"
    if ours is None or theirs is None or ours.step != theirs.step:
        noted = "none" if theirs is None else f"step {theirs.step}"
        asked = "none" if ours is None else f"step {ours.step}"
        return f"this run was stopped at {asked}, the reference notes {noted}"
    if not pair.shows_traces:
        return f"the reference keeps no traces of seed {pair.seed}"
    if not (pair.obtained.series or _deciding(pair.obtained)):
        return f"nothing was recorded before step {ours.step}"
    return ""


def beginning_of(pair: Pair) -> Pair:
    """Cut the reference where the obtained run ends.

    Args:
        pair: The two sides, where `why_not_short` has nothing to say.

    Returns:
        A pair of equal extent.
    """
    cut = pair.reference.horizon.order if pair.reference.horizon else 0
    obtained = pair.obtained
    theirs = {one.name: _before(one, cut) for one in pair.reference.series}
    reference_series = [one for one in theirs.values() if one.steps]
    series = [
        _as_far(one, theirs[one.name]) if one.name in theirs else _before(one, None)
        for one in obtained.series
    ]
    counts = {one.name: one.count for one in series}
    row = _comparable_row(pair)
    return replace(
        pair,
        obtained=replace(obtained, series=tuple(series)),
        reference=replace(
            pair.reference,
            seeds=(row, *pair.reference.seeds[1:]),
            series=tuple(_counted(one, counts) for one in reference_series),
            state=tuple(one for one in pair.reference.state if one.order < cut),
        ),
    )


def _deciding(run: RunRecord) -> bool:
    return any(not one.is_evidence for one in run.state)


def _comparable_row(pair: Pair) -> SeedResult:
    """Keep the final metrics that a short run can have, and no digest of a whole."""
    row, short = pair.reference.anchor, pair.obtained.anchor
    return replace(
        row,
        metrics=tuple(one for one in row.metrics if one.name in pair.final_names),
        trace_root=short.trace_root,
        state_root=short.state_root,
    )


def _before(series: Series, order: int | None) -> Series:
    """Keep the points before a moment; the head is the rolling digest there."""
    kept = len(series.orders)
    if order is not None:
        kept = sum(one < order for one in series.orders)
    return _first(series, kept, is_whole=series.count == len(series.steps))


def _as_far(obtained: Series, reference: Series) -> Series:
    """Cut a trace at the last step that a thinned reference keeps of it."""
    if reference.count == len(reference.steps) or not reference.steps:
        return _before(obtained, None)
    kept = sum(step <= reference.steps[-1] for step in obtained.steps)
    return _first(obtained, kept, is_whole=True)


def _first(series: Series, kept: int, *, is_whole: bool) -> Series:
    return replace(
        series,
        count=kept if is_whole else series.count,
        steps=series.steps[:kept],
        bits=series.bits[:kept],
        orders=series.orders[:kept],
        chains=series.chains[:kept],
        envelope=series.envelope[:kept],
        head=Digest(series.chains[kept - 1] if kept else ""),
    )


def _counted(series: Series, counts: dict[str, int]) -> Series:
    """Give a thinned beginning the only count that can be known: the other side's."""
    if series.count == len(series.steps):
        return series
    return replace(series, count=counts.get(series.name, series.count))
