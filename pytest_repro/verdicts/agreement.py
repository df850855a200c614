"""Do two runs agree up to a step? What a rerun under one switch is asked.

A cause is found by trying: put one circumstance back, repeat the steps around the
divergence, and see whether the reference's bits come out. Only the beginning of both
runs is looked at, so that such a rerun may end early. Whatever both sides kept counts:
traces, fingerprints and the step ledger. Nothing is weighed here: see `tolerances`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

from pytest_repro.digests import Digest
from pytest_repro.records import SAMPLE, Lane, Metric, RunRecord, Series

__all__ = ["Parting", "parted_within"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parting:
    """The first place at which two runs part.

    Attributes:
        name: The trace, fingerprint, lane or final metric.
        step: The step at which, or by which, they part; None for what has no step.
    """

    name: str
    step: int | None

    @property
    def text(self) -> str:
        """The place, such as ``step 3 (train/loss)``."""
        return self.name if self.step is None else f"step {self.step} ({self.name})"


def parted_within(
    obtained: RunRecord, reference: RunRecord, *, until: int | None
) -> Parting | None:
    """Find where two runs of one seed part, as far as a step.

    Args:
        obtained: The rerun; it may have ended right after that step.
        reference: The run whose bits are wanted, with its traces.
        until: The last step that counts; None for whole runs, final metrics included.

    Returns:
        The first place; None if they agree.

    Raises:
        ValueError: If nothing was recorded on both sides until then: that two runs
            say nothing different must not pass for agreement.
    """
    if not _compares(obtained, reference, until):
        msg = f"nothing was recorded on both sides until step {until}"
        raise ValueError(msg)
    found = [
        *_traces(obtained, reference, until),
        *_fingerprints(obtained, reference, until),
        *_lanes(obtained, reference, until),
    ]
    if found:
        return min(found, key=lambda one: (_step(one), one.name))
    if until is None:
        return next(_finals(obtained, reference), None)
    return None


def _step(parting: Parting) -> float:
    return -1 if parting.step is None else parting.step


def _compares(obtained: RunRecord, reference: RunRecord, until: int | None) -> bool:
    sides = [_named(run, until) for run in (obtained, reference)]
    if until is None and obtained.anchor.metrics and _row(obtained, reference):
        return True
    return bool(sides[0] & sides[1])


def _named(run: RunRecord, until: int | None) -> set[tuple[str, int | None]]:
    traced = {(name, step) for name, steps, _ in _columns(run) for step in steps}
    return {pair for pair in traced if _counts(pair[1], until)} | {
        *_digests(run, until)
    }


def _columns(run: RunRecord) -> Iterator[tuple[str, tuple[int, ...], tuple[int, ...]]]:
    """List every trace and lane: its name, its steps, their positions in the run."""
    for series in run.series:
        yield series.name, series.steps, series.orders
    for lane in _steps_of(run):
        yield lane.name, lane.steps, lane.orders


def _counts(step: int | None, until: int | None) -> bool:
    return until is None or step is None or step <= until


def _traces(
    obtained: RunRecord, reference: RunRecord, until: int | None
) -> Iterator[Parting]:
    ours = {one.name: one for one in obtained.series}
    theirs = {one.name: one for one in reference.series}
    for name in sorted(ours.keys() | theirs.keys()):
        steps = _unequal_points(ours.get(name), theirs.get(name))
        found = [step for step in steps if _counts(step, until)]
        if found:
            yield Parting(name=name, step=min(found))


def _unequal_points(one: Series | None, other: Series | None) -> Iterator[int]:
    """Yield steps at which one side says something else, or what the other lacks.

    A rolling digest stands beside each point, so steps between two kept ones count.
    """
    ours, theirs = _points(one), _points(other)
    for step in ours.keys() & theirs.keys():
        if ours[step] != theirs[step]:
            yield step
    if _keeps_all(one) and _keeps_all(other):
        yield from ours.keys() ^ theirs.keys()


def _points(series: Series | None) -> dict[int, tuple[str, ...]]:
    if series is None:
        return {}
    columns = zip(series.steps, series.bits, series.chains, strict=True)
    return {step: (series.dtype, bits, chain) for step, bits, chain in columns}


def _keeps_all(series: Series | None) -> bool:
    return series is None or series.count == len(series.steps)


def _fingerprints(
    obtained: RunRecord, reference: RunRecord, until: int | None
) -> Iterator[Parting]:
    ours, theirs = _digests(obtained, until), _digests(reference, until)
    for name, step in ours.keys() | theirs.keys():
        # An early end takes no fingerprint of the end.
        is_lacking = (name, step) not in ours or (name, step) not in theirs
        if not _counts(step, until) or (is_lacking and until is not None):
            continue
        if ours.get((name, step)) != theirs.get((name, step)):
            yield Parting(name=name, step=step)


def _digests(run: RunRecord, until: int | None) -> dict[tuple[str, int | None], Digest]:
    end = _end(run, until)
    return {
        (one.name, one.step): one.digest
        for one in run.state
        if not one.is_evidence and one.order < end
    }


def _end(run: RunRecord, until: int | None) -> float:
    """Find the position in the run after which later steps begin."""
    later = [
        order
        for _, steps, orders in _columns(run)
        for step, order in zip(steps, orders, strict=True)
        if not _counts(step, until)
    ]
    later += [one.order for one in run.state if not _counts(one.step, until)]
    return min(later, default=inf)


def _lanes(
    obtained: RunRecord, reference: RunRecord, until: int | None
) -> Iterator[Parting]:
    theirs = {one.name: _rows(one) for one in _steps_of(reference)}
    for lane in _steps_of(obtained):
        other = theirs.get(lane.name, {})
        for step, digest in _rows(lane).items():
            if _counts(step, until) and other.get(step, digest) != digest:
                yield Parting(name=lane.name, step=step)


def _steps_of(run: RunRecord) -> Iterator[Lane]:
    """Give the lanes that follow steps."""
    return (lane for lane in run.ledger if lane.name != SAMPLE)


def _rows(lane: Lane) -> dict[int, str]:
    return dict(zip(lane.steps, lane.digests, strict=True))


def _finals(obtained: RunRecord, reference: RunRecord) -> Iterator[Parting]:
    ours = {one.name: one.scalar for one in obtained.anchor.metrics}
    theirs = {one.name: one.scalar for one in _row(obtained, reference)}
    for name in sorted(ours.keys() | theirs.keys()):
        if ours.get(name) != theirs.get(name):
            yield Parting(name=name, step=None)


def _row(obtained: RunRecord, reference: RunRecord) -> tuple[Metric, ...]:
    """Return the final metrics of the reference's run of the same seed."""
    rows = {row.seed: row.metrics for row in reference.seeds}
    return rows.get(obtained.anchor.seed, ())
