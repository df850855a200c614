"""Automatic margins: measured once, when a reference is recorded, and then frozen.

Three standard deviations of the reference are a margin that a noisier reference would
widen. So the number is kept in the reference's contract, where reviewers see it in the
metric's unit, and nothing recomputes it.
"""

from collections.abc import Iterator
from dataclasses import replace

from pytest_repro.records import RunRecord, Tolerance
from pytest_repro.verdicts.pairs import final_value
from pytest_repro.verdicts.transforms import automatic_margin

__all__ = ["freeze_margins", "frozen"]


def freeze_margins(record: RunRecord) -> RunRecord:
    """Measure the automatic margins of what is to become a reference.

    Args:
        record: With all its seeds.

    Returns:
        The record; its contract names each metric that an automatic margin governs,
        with the number. A metric with fewer than two finite values has none.
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
        name: The metric.
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
    names = sorted({metric.name for row in record.seeds for metric in row.metrics})
    for name in names:
        tolerance = record.identity.contract.tolerance_for(name)
        if tolerance is None or not tolerance.is_automatic:
            continue
        values = [final_value(row, name) for row in record.seeds]
        try:
            margin = automatic_margin(
                [float(value) for value in values if value is not None],
                tolerance.scale,
            )
        except ValueError:
            continue
        yield name, replace(tolerance, absolute=margin)
