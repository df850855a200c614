"""Decide which seeds to run next, and whether a reference may be written.

Pure: the same verdicts always lead to the same plan.
"""

import enum
from collections.abc import Sequence
from typing import Final

from pytest_repro.records import Cause, Contract, Match, Rung, Verdict

__all__ = ["Mode", "may_write", "next_seeds"]


class Mode(enum.StrEnum):
    """What a session may do with references."""

    COMPARE = "compare"
    RECORD = "record"
    UPDATE = "update"


_REWRITABLE: Final = frozenset(
    {
        Cause.CORRUPT_REFERENCE,
        Cause.CHANGED_CONFIG,
        Cause.CHANGED_DATA,
        Cause.CHANGED_METRICS,
    }
)
"""What a new reference can mend; a run that failed can never become one."""


def next_seeds(
    contract: Contract, done: Sequence[int], verdict: Verdict | None, *, writes: bool
) -> tuple[int, ...]:
    """Choose the seeds to run next.

    Args:
        contract: Says how many seeds at most.
        done: The seeds that ran.
        verdict: What was found so far; None before the first seed.
        writes: Whether a reference will be written, which needs every seed.

    Returns:
        Seeds in order; empty when nothing more can matter.
    """
    if verdict is None:
        return (0,)
    if not writes and verdict.rung is not Rung.INCONCLUSIVE:
        return ()
    return tuple(seed for seed in range(contract.seeds) if seed not in done)


def may_write(mode: Mode, verdict: Verdict) -> bool:
    """Tell whether this session writes the reference of an experiment.

    Args:
        mode: What the session may do.
        verdict: What was found.

    Returns:
        True if the reference is missing and may be recorded, or does not hold and
        may be rewritten.
    """
    is_missing = verdict.match in {Match.NONE, Match.NEAREST}
    is_mendable = verdict.cause in {
        None,
        Cause.MISSING_REFERENCE,
        Cause.OTHER_ENVIRONMENT,
    }
    match mode:
        case Mode.COMPARE:
            return False
        case Mode.RECORD:
            return is_missing and is_mendable
        case Mode.UPDATE if is_missing:
            return is_mendable
        case Mode.UPDATE:
            return not verdict.holds and (
                verdict.cause is None or verdict.cause in _REWRITABLE
            )
