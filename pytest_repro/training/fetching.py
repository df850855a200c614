"""Make batches out of addresses: the work of a loading worker.

A worker is told which batches of which epoch, and works out by itself which samples
those are. All that it returns follows from the plan and the address, so it does not
matter which worker is asked, how many there are, or what they were asked before.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np

from pytest_repro.digests import Digest, digest_of_parts
from pytest_repro.errors import ReproUsageError
from pytest_repro.training.dealing import ALONE, Deal, Remainder, Shard
from pytest_repro.training.draw import Draw, SampleId
from pytest_repro.training.sampling import Counted, Picks, Sampling
from pytest_repro.training.sources import Source, namer_of, reader_of

__all__ = [
    "Address",
    "BatchPlan",
    "Collate",
    "Fetched",
    "Fetcher",
    "Prepare",
    "check_source",
]

AHEAD: Final = 4096
"""So many places are worked out at once, as one costs nearly as much as all of them."""

Prepare = Callable[[Any, Draw], Any]
"""Makes of a sample what is trained on; what it draws, it draws from the address."""

Collate = Callable[[list[Any]], Any]
"""Makes a batch of samples."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPlan:
    """Everything that decides which samples are in which batch.

    Attributes:
        seed: The root seed, such as ``repro.seed``.
        batch: How many samples a batch has, over all shards together.
        sampling: Which samples an epoch has, in which order.
        remainder: What becomes of samples that do not fill the last batch: ``keep`` a
            smaller one, ``drop`` them, ``pad`` it from the beginning of the epoch.
        shard: Which machine of how many this is, from 0 on.
    """

    seed: int
    batch: int
    sampling: Sampling
    remainder: str = Remainder.KEEP
    shard: Shard = ALONE
    deal: Deal = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Work out how places are dealt."""
        deal = Deal(
            size=len(self.sampling),
            batch=self.batch,
            remainder=self.remainder,
            shard=self.shard,
        )
        object.__setattr__(self, "deal", deal)

    @property
    def text(self) -> str:
        """What decides the samples, as one line; shards do not."""
        rest = f"batches of {self.batch}, {self.remainder} the rest, seed {self.seed}"
        return f"{self.sampling.text}; {rest}"

    @property
    def digest(self) -> Digest:
        """One digest of what decides the samples."""
        return digest_of_parts("batches-sha256-v1", (self.text.encode(),))

    @property
    def given(self) -> int:
        """How many samples an epoch gives, over all shards together."""
        size, batch = len(self.sampling), self.batch
        match Remainder(self.deal.remainder):
            case Remainder.KEEP:
                return size
            case Remainder.DROP:
                return size // batch * batch
            case Remainder.PAD:
                return -(-size // batch) * batch

    def realised(self, epoch: int = 0) -> dict[str, int]:
        """Count of which sources or labels the samples are that an epoch gives.

        Args:
            epoch: Which epoch; it matters only where a remainder is dropped or padded.

        Returns:
            The counts over all shards; empty if the sampling has none.
        """
        rule, size = self.sampling, len(self.sampling)
        if not isinstance(rule, Counted):
            return {}
        counts = dict(rule.realised)
        names, change = tuple(counts), 1 if self.given > size else -1
        rest = np.arange(min(size, self.given), max(size, self.given), dtype=np.int64)
        for one in rule.groups(self.seed, epoch, rest % size).tolist():
            counts[names[one]] += change
        return counts

    def picks(self, epoch: int, first: int, last: int) -> Picks:
        """Pick the samples of some batches of this shard, one after the other.

        Args:
            epoch: Which epoch.
            first: The first batch.
            last: The one after the last.

        Returns:
            All their picks.
        """
        ranges = [self.deal.places(number) for number in range(first, last)]
        places = np.concatenate([np.asarray(one, dtype=np.int64) for one in ranges])
        return self.sampling.picks(self.seed, epoch, places % self.deal.size)


class Address(NamedTuple):
    """Some batches of an epoch.

    Attributes:
        epoch: Which epoch.
        first: The first batch.
        last: The one after the last.
    """

    epoch: int
    first: int
    last: int


class Fetched(NamedTuple):
    """A batch, and which samples it is.

    Attributes:
        ids: The ids of the samples, or their indices.
        batch: What was made of them.
    """

    ids: list[SampleId]
    batch: Any


class Fetcher:
    """Makes batches; a copy of it is in every loading worker."""

    def __init__(
        self, source: Source, plan: BatchPlan, prepare: Prepare | None, collate: Collate
    ) -> None:
        """Take what batches are made of.

        Args:
            source: Gives samples.
            plan: Says which.
            prepare: Makes of a sample what is trained on; None to take it as it is.
            collate: Makes a batch of samples.
        """
        self._name = namer_of(source)
        self._read = reader_of(source)
        self._plan = plan
        self._prepare = prepare
        self._collate = collate
        self._picked: tuple[int, int, Picks] | None = None

    def __call__(self, address: Address) -> list[Fetched]:
        """Make the batches of an address.

        Args:
            address: Which ones.

        Returns:
            The batches, in their order.
        """
        picks = [
            self._picks(address.epoch, number)
            for number in range(address.first, address.last)
        ]
        indices = [one for part in picks for one in part.indices.tolist()]
        samples = iter(self._read(indices))
        return [self._make(address.epoch, part, samples) for part in picks]

    def _make(self, epoch: int, picks: Picks, samples: Any) -> Fetched:  # noqa: ANN401  # an iterator of theirs
        ids = [self._name(one) for one in picks.indices.tolist()]
        items = [next(samples) for _ in ids]
        if self._prepare is not None:
            seed, prepare = self._plan.seed, self._prepare
            items = [
                prepare(item, Draw(seed, epoch, one, copy))
                for item, one, copy in zip(
                    items, ids, picks.copies.tolist(), strict=True
                )
            ]
        return Fetched(ids, self._collate(items))

    def _picks(self, epoch: int, number: int) -> Picks:
        """Pick for one batch, from what was worked out for many."""
        plan = self._plan
        width = max(AHEAD * plan.shard[1] // plan.batch, 1)
        block = number // width
        if self._picked is None or self._picked[:2] != (epoch, block):
            last = min((block + 1) * width, len(plan.deal))
            whole = plan.picks(epoch, block * width, last)
            self._picked = (epoch, block, whole)
        # Only the last batch of an epoch is a smaller one.
        before = len(plan.deal.places(block * width)) * (number - block * width)
        stop = before + len(plan.deal.places(number))
        whole = self._picked[2]
        return Picks(
            indices=whole.indices[before:stop], copies=whole.copies[before:stop]
        )


def check_source(source: Source, plan: BatchPlan) -> None:
    """Check that a source has what a plan picks.

    Args:
        source: The source.
        plan: The plan.

    Raises:
        ReproUsageError: If the rule was made for another number of samples.
    """
    meant = plan.sampling.source_size
    if meant != len(source):
        msg = (
            "the sampling was made for another source\n"
            f"  sampling  {meant} samples: {plan.sampling.text}\n"
            f"  source    {len(source)} samples"
        )
        raise ReproUsageError(msg)
