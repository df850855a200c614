"""Cut the places of an epoch into batches, and deal each batch out over machines.

The size of a batch is that of all machines together, because it decides what is
learned; how many machines there are does not. Of the batch that begins at place p,
machine k of n takes p + k, p + k + n, …, so the machines together have the very batches
of one alone, step by step.
"""

import enum
from dataclasses import dataclass
from typing import Final

from pytest_repro.errors import ReproUsageError

__all__ = ["ALONE", "Deal", "Remainder", "Shard"]

Shard = tuple[int, int]
"""Which machine, from 0 on, of how many."""

ALONE: Final[Shard] = (0, 1)


class Remainder(enum.StrEnum):
    """What becomes of samples that do not fill the last batch."""

    KEEP = "keep"
    """A smaller batch; with fewer samples than machines, some have a batch less."""

    DROP = "drop"
    """Nothing: the epoch ends before them."""

    PAD = "pad"
    """A whole batch, filled from the beginning of the epoch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """The batches that one machine has of an epoch.

    Attributes:
        size: How many places the epoch has.
        batch: How many samples a batch has, over all machines together.
        remainder: What becomes of those that do not fill the last one.
        shard: Which machine of how many.
    """

    size: int
    batch: int
    remainder: str = Remainder.KEEP
    shard: Shard = ALONE

    def __post_init__(self) -> None:
        """Refuse what deals nothing out."""
        object.__setattr__(self, "remainder", _read_remainder(self.remainder))
        index, count = self.shard
        if not 0 <= index < count:
            msg = f"shard: which one of how many, such as (0, {max(count, 1)}), got "
            raise ReproUsageError(msg + repr(self.shard))
        if self.batch < count:
            msg = (
                f"batch: {self.batch} samples for {count} shards leave one without any"
                f"\n  remedy  batch={count} or more: it counts all shards together"
            )
            raise ReproUsageError(msg)
        if not self.size or (self._drops and self.size < self.batch):
            msg = f"an epoch of {self.size} samples has no batch of {self.batch}"
            raise ReproUsageError(msg)

    @property
    def _drops(self) -> bool:
        return self.remainder == Remainder.DROP

    def __len__(self) -> int:
        """Return how many batches this machine has."""
        whole, rest = divmod(self.size, self.batch)
        if self.remainder == Remainder.PAD:
            return whole + (rest > 0)
        return whole + (rest > self.shard[0] and not self._drops)

    def places(self, number: int) -> range:
        """Tell the places of a batch.

        Args:
            number: Which batch of the epoch, from 0 on.

        Returns:
            Those of this machine. Places past the size of the epoch stand for its
            beginning: take them modulo the size.
        """
        start, stop = number * self.batch, (number + 1) * self.batch
        if self.remainder != Remainder.PAD:
            stop = min(stop, self.size)
        index, count = self.shard
        return range(start + index, stop, count)


def _read_remainder(text: str) -> Remainder:
    try:
        return Remainder(text)
    except ValueError:
        msg = f"remainder: one of {', '.join(Remainder)}, got {text!r}"
        raise ReproUsageError(msg) from None
