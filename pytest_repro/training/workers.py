"""How batches are made ready ahead of time: what decides speed, and never a sample."""

from dataclasses import dataclass

from pytest_repro.errors import ReproUsageError

__all__ = ["Workers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workers:
    """Processes that make batches.

    Attributes:
        count: How many; 0 for none beside this one.
        ahead: How many answers each makes before they are asked for.
        start: ``fork``, ``spawn`` or ``forkserver``; empty for the default of Python.
            What is not forked is pickled: source, prepare and collate must be.
        is_persistent: Whether they live on from epoch to epoch.
        pin_memory: Whether batches are copied to memory that a GPU reads directly.
    """

    count: int = 0
    ahead: int = 2
    start: str = ""
    is_persistent: bool = True
    pin_memory: bool = False

    def __post_init__(self) -> None:
        """Refuse what starts nothing."""
        if self.count < 0 or self.ahead < 1:
            msg = (
                f"workers: from 0 on, at least 1 ahead, got {self.count}, {self.ahead}"
            )
            raise ReproUsageError(msg)
