"""What a run went through besides its steps: attempts that failed, other programs.

Informational, and never compared. A retry must not hide what it repaired, so each
attempt that came to nothing stays with the run that followed it.
"""

from dataclasses import dataclass

from pytest_repro.records.verdicts import Cause

__all__ = ["Attempt", "Contention"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt at a run that came to nothing, and was followed by another.

    Attributes:
        cause: Why it came to nothing.
        message: The same on one line.
        wall_s: How long it took [s].
        next_from: The checkpoint with which the next one began; empty for none.
    """

    cause: Cause
    message: str
    wall_s: float = 0.0
    next_from: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contention:
    """How much a run had to share its machine, as far as the system tells.

    Attributes:
        load: Programs that wanted a processor on average over the last minute.
        cpus: Processors that the run could use.
        cpu_stalled: Share of the run in which some program waited for a processor,
            in [0, 1]; None where the system does not tell.
        memory_stalled: The same, for memory.
        io_stalled: The same, for disks.
    """

    load: float | None = None
    cpus: int = 0
    cpu_stalled: float | None = None
    memory_stalled: float | None = None
    io_stalled: float | None = None
