"""One digest of the order in which a run saw its samples, however it was computed.

Two runs trained on the same data only if they saw the same samples at the same places.
So every pair of place and sample has a number, and the numbers are added: whoever saw
some of the places adds what it saw, and the sums of all workers and all shards together
are the same, whatever their count. It is evidence, and no proof against a forger.

::

    digest = Σ over places p of SHA-256("order-sum256-v1", p, id at p)   mod 2²⁵⁶

A run that walks over its batches with ``repro.steps`` has its order in its step ledger
already; `order_in` reads it there.

Source:
    Bellare & Micciancio 1997, "A new paradigm for collision-free hashing:
    incrementality at reduced cost", AdHash.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from pytest_repro.digests import Digest, digest_of_parts
from pytest_repro.errors import ReproUsageError
from pytest_repro.records import Lane

__all__ = ["Order", "SeenOrder", "batch_digest", "order_in"]

ALGORITHM: Final = "order-sum256-v1"
WHOLE: Final = 2**256

LANES: Final = ("data/indices", "data/batch")
"""Where a step ledger has the order: what the sampler drew, else what came of it."""


class Order:
    """Samples by their places, as far as somebody saw them.

    Attributes:
        batch: How many places are one batch of the whole run; 0 to have no batches.
    """

    def __init__(self, *, batch: int = 0) -> None:
        """Start with nothing seen.

        Args:
            batch: How many samples one batch has, over all shards together.

        Raises:
            ReproUsageError: If it is negative.
        """
        if batch < 0:
            msg = f"batch: how many samples, from 0 on, got {batch}"
            raise ReproUsageError(msg)
        self.batch = batch
        self._seen = bytearray()
        self._sums: dict[int, int] = {}
        self._next = 0

    def add(
        self, ids: Iterable[str | int], *, at: int | None = None, stride: int = 1
    ) -> None:
        """Note samples that were seen.

        Args:
            ids: Their ids, or their indices.
            at: The place of the first in the whole run; after the last one if left out.
            stride: How far their places are apart: the number of shards that take
                turns.

        Raises:
            ReproUsageError: If something was seen at one of these places before.
        """
        place = self._next if at is None else at
        for one in ids:
            self._mark(place)
            number = _number(place, one)
            which = place // self.batch if self.batch else 0
            self._sums[which] = (self._sums.get(which, 0) + number) % WHOLE
            place += stride
        self._next = place

    def merge(self, other: "Order") -> None:
        """Add what somebody else saw: another worker, another shard.

        Args:
            other: With batches of the same size.

        Raises:
            ReproUsageError: If both saw one place, or their batches differ in size.
        """
        ours, theirs = self._places(), other._places()  # noqa: SLF001  # of its kind
        if other.batch != self.batch or ours & theirs:
            msg = "only orders with equal batches and without a common place are merged"
            raise ReproUsageError(msg)
        both = ours | theirs
        self._seen = bytearray(both.to_bytes(-(-both.bit_length() // 8), "little"))
        self._next = len(self._seen)
        for which, number in other._sums.items():  # noqa: SLF001  # of its kind
            self._sums[which] = (self._sums.get(which, 0) + number) % WHOLE

    @property
    def digest(self) -> Digest:
        """The digest of all that was seen; refused while there are gaps.

        Raises:
            ReproUsageError: If some places before the last are missing.
        """
        gap = self._seen.find(0)
        if gap >= 0:
            msg = f"nothing was seen at place {gap}: merge what the others saw first"
            raise ReproUsageError(msg)
        return Digest(f"{ALGORITHM}:{sum(self._sums.values()) % WHOLE:064x}")

    @property
    def batches(self) -> tuple[Digest, ...]:
        """The digest of each batch, in their order; none without batches."""
        if not self.batch:
            return ()
        return tuple(
            Digest(f"{ALGORITHM}:{number:064x}")
            for _, number in sorted(self._sums.items())
        )

    def _places(self) -> int:
        """Give the places that were seen as one number, a byte each."""
        return int.from_bytes(self._seen, "little")

    def _mark(self, place: int) -> None:
        """Remember that something was seen at a place: one byte each."""
        if place >= len(self._seen):
            self._seen.extend(bytes(place + 1 - len(self._seen)))
        if self._seen[place]:
            msg = f"two samples at place {place}: tell places apart with at=, stride="
            raise ReproUsageError(msg)
        self._seen[place] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenOrder:
    """The order of a run, from its step ledger.

    Attributes:
        lane: The lane that it was read from.
        steps: The steps that were followed.
        batches: The digest of the batch of each of these steps.
        digest: One digest of all of them.
        is_whole: Whether every step was followed, so that equal digests mean equal
            orders; a ledger that costs too much looks less often.
    """

    lane: str
    steps: tuple[int, ...]
    batches: tuple[str, ...]
    digest: Digest
    is_whole: bool


def order_in(ledger: Sequence[Lane]) -> SeenOrder | None:
    """Read the order of a run in its record.

    Indices are what a `DataLoader` asked for, and are the same for any number of
    loading workers. Without them, the batches themselves are compared.

    Args:
        ledger: The lanes of a run record.

    Returns:
        The order; None if the run drew no batches through ``repro.steps``.
    """
    lanes = {one.name: one for one in ledger}
    found = next((lanes[name] for name in LANES if name in lanes), None)
    if found is None:
        return None
    rows = [
        f"{step}\t{digest}"
        for step, digest in zip(found.steps, found.digests, strict=True)
    ]
    parts = tuple(text.encode() for text in (found.name, *rows))
    return SeenOrder(
        lane=found.name,
        steps=found.steps,
        batches=found.digests,
        digest=digest_of_parts("batches-sha256-v1", parts),
        is_whole=found.steps == tuple(range(len(found.steps))),
    )


def batch_digest(indices: Sequence[int]) -> str:
    """Digest the indices of a batch as a step ledger does.

    Args:
        indices: What a batch sampler draws.

    Returns:
        16 hexadecimal characters, those of the lane ``data/indices``.
    """
    return hashlib.sha256(repr(list(indices)).encode()).hexdigest()[:16]


def _number(place: int, one: str | int) -> int:
    text = f"{ALGORITHM}\0{place}\0{type(one).__name__}\0{one}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
