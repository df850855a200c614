"""Automatic margins: measured once, when a reference is recorded, and then frozen.

Three standard deviations of the reference are a margin that a noisier reference would
widen. So the number is kept in the reference's contract, where reviewers see it in the
metric's unit, and nothing recomputes it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pytest_repro.records import RunRecord, Tolerance
from pytest_repro.verdicts.derived import derived_names, derived_value, trace_of
from pytest_repro.verdicts.pairs import final_value
from pytest_repro.verdicts.promises import final_margin, trace_margin
from pytest_repro.verdicts.transforms import automatic_margin

__all__ = ["freeze_margins", "frozen"]


def freeze_margins(record: RunRecord) -> RunRecord:
    """Measure the automatic margins of what is to become a reference.

    Args:
        record: With all its seeds.

    Returns:
        The record; its contract names each metric and each number derived from a trace
        that an automatic margin governs, with the number. One with fewer than two
        finite values has none.
    """
    contract = record.identity.contract
    named = {name for name, _ in contract.tolerances}
    measured = dict(_measured(record))
    own = tuple((name, measured.get(name, one)) for name, one in contract.tolerances)
    further = tuple(pair for pair in measured.items() if pair[0] not in named)
    identity = replace(
        record.identity, contract=replace(contract, tolerances=(*own, *further))
    )
    return replace(record, identity=identity)


def frozen(tolerance: Tolerance, name: str, reference: RunRecord) -> Tolerance:
    """Put the margin that was measured with the reference in place of ``"auto"``.

    Args:
        tolerance: What the contract declares now.
        name: The metric, or the number derived from a trace.
        reference: The reference.

    Returns:
        The tolerance with a margin; with none, which nothing can confirm, if the
        reference froze none on that scale.
    """
    kept = reference.identity.contract.tolerance_for(name)
    if not tolerance.is_automatic or kept is None or not kept.is_automatic:
        return tolerance
    return kept if kept.scale is tolerance.scale else tolerance


def _measured(record: RunRecord) -> Iterator[tuple[str, Tolerance]]:
    for name, tolerance, values in (*_finals(record), *_derived(record)):
        known = [float(value) for value in values if value is not None]
        try:
            margin = automatic_margin(known, tolerance.scale)
        except ValueError:
            continue
        yield name, replace(tolerance, absolute=margin)


def _finals(
    record: RunRecord,
) -> Iterator[tuple[str, Tolerance, Sequence[float | None]]]:
    names = sorted({metric.name for row in record.seeds for metric in row.metrics})
    for name in names:
        tolerance = final_margin(record.identity.contract, name)
        if tolerance is not None and tolerance.is_automatic:
            yield name, tolerance, [final_value(row, name) for row in record.seeds]


def _derived(
    record: RunRecord,
) -> Iterator[tuple[str, Tolerance, Sequence[float | None]]]:
    contract = record.identity.contract
    traces = sorted({trace_of(one.name) for row in record.seeds for one in row.derived})
    for trace in traces:
        tolerance = trace_margin(contract, trace)
        if tolerance is None or not tolerance.is_automatic:
            continue
        rows = record.seeds
        each = [derived_names(row, trace, tolerance) for row in rows]
        for name in sorted({name for names in each for name in names}):
            yield name, tolerance, [derived_value(row, name) for row in rows]
