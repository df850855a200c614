"""Which margin governs a final metric, and which a trace: not always the same.

One name or pattern may cover both. A margin for the event "reaches the target" is in
steps, so it must never be taken for one in a metric's own unit.
"""

from pytest_repro.records import Contract, Tolerance, ToleranceKind

__all__ = ["final_margin", "trace_margin"]


def final_margin(contract: Contract, name: str) -> Tolerance | None:
    """Find the margin of a final metric.

    Args:
        contract: What was promised.
        name: The metric.

    Returns:
        The tolerance if it is an equivalence of values, else None.
    """
    tolerance = trace_margin(contract, name)
    return None if tolerance is None or tolerance.target is not None else tolerance


def trace_margin(contract: Contract, name: str) -> Tolerance | None:
    """Find the margin of a trace: of its curve, or of its event.

    Args:
        contract: What was promised.
        name: The trace.

    Returns:
        The tolerance if it is an equivalence, else None.
    """
    tolerance = contract.tolerance_for(name)
    if tolerance is None or tolerance.kind is not ToleranceKind.EQUIVALENT:
        return None
    return tolerance
