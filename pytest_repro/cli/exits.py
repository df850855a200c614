"""What `pytest-repro` tells a shell: one number for each kind of answer.

Scripts gate on these numbers, so they are part of the interface and never change their
meaning. A fault of the tool itself is "cannot judge": it must not look like a verdict.
"""

import enum
from collections.abc import Mapping
from typing import Final, assert_never

from pytest_repro.records import Cause, Rung, Verdict

__all__ = ["Exit", "exit_for"]


class Exit(enum.IntEnum):
    """The exit statuses of every verb."""

    HOLDS = 0
    """The result holds, or what was asked for was shown."""

    DIFFERS = 1
    """The evidence says that the result differs."""

    CANNOT_JUDGE = 2
    """There is nothing valid to compare, or too little of it."""

    INTEGRITY = 3
    """A reference cannot be read as it was written."""

    POLICY = 4
    """What was agreed on does not allow it, or does so no longer."""

    NO_REFERENCE = 5
    """There is no such reference, or no such candidate."""

    USAGE = 64
    """The command line has no meaning (EX_USAGE of BSD's sysexits)."""

    @property
    def label(self) -> str:
        """The status as people read it."""
        return self.name.lower().replace("_", " ")


_BY_CAUSE: Final[Mapping[Cause | None, Exit]] = {
    Cause.CORRUPT_REFERENCE: Exit.INTEGRITY,
    Cause.MISSING_REFERENCE: Exit.NO_REFERENCE,
}


def exit_for(verdict: Verdict) -> Exit:
    """Choose the exit status for a verdict.

    Args:
        verdict: What was found.

    Returns:
        `HOLDS` exactly if the verdict holds.
    """
    if verdict.holds:
        return Exit.HOLDS
    match verdict.rung:
        case Rung.NOT_COMPARABLE:
            return _BY_CAUSE.get(verdict.cause, Exit.CANNOT_JUDGE)
        case Rung.INCONCLUSIVE:
            return Exit.CANNOT_JUDGE
        case Rung.DIVERGED | Rung.EQUIVALENT | Rung.WITHIN_ROUNDING | Rung.IDENTICAL:
            return Exit.DIFFERS
        case _:
            assert_never(verdict.rung)
