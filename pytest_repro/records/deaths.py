"""A death: where a worker is to kill itself, so that going on after it can be tested.

A kill from outside comes at a moment that nobody can repeat. This one is exact: the
same job dies at the same place again.
"""

import enum
from dataclasses import dataclass

__all__ = ["Death", "Moment"]


class Moment(enum.StrEnum):
    """At which moment of a step a worker dies."""

    BEGINNING = "as it begins"
    """Before its batch is drawn, and after a checkpoint that is due there."""

    INSIDE = "in its midst"
    """When it records something for the first time, or at its end."""

    WRITING = "while its checkpoint is written"
    """With half of the checkpoint on disk; where none is due, as it begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Death:
    """Where a worker kills itself, as `SIGKILL` would from outside.

    Attributes:
        step: In which step of the first loop that gets so far.
        moment: At which moment of it.
    """

    step: int
    moment: Moment = Moment.BEGINNING
