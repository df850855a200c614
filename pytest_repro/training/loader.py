"""Batches that are the same however they are loaded.

Sample i of an epoch is a function of (seed, epoch, i), and so is every number drawn
while it is prepared. How many workers prepare samples, how many shards share a batch,
whether samples come by index or from a stream, and where a run was resumed, changes
none of them.

A loader stands at a place: an epoch, and a batch in it. Walking over it goes on from
there to the end of the epoch, so whoever walks over it again has the next one.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, Final

from pytest_repro.data import Order
from pytest_repro.determinism import derive
from pytest_repro.errors import CheckpointError, ReproUsageError
from pytest_repro.training.draw import SampleId
from pytest_repro.training.fetching import (
    Address,
    BatchPlan,
    Collate,
    Fetched,
    Fetcher,
    Prepare,
    check_source,
)
from pytest_repro.training.sources import Source, Walked, namer_of
from pytest_repro.training.workers import Workers

__all__ = ["Epochs", "Loader", "Pass"]

ALONE: Final = Workers()


class Loader:
    """The batches of a source, epoch after epoch.

    Attributes:
        plan: What decides the samples.
        source: Gives them.
    """

    def __init__(
        self,
        source: Source,
        plan: BatchPlan,
        *,
        prepare: Prepare | None = None,
        collate: Collate | None = None,
        workers: Workers = ALONE,
    ) -> None:
        """Stand at the beginning of the first epoch; load nothing yet.

        Args:
            source: Gives samples: a list, a data set of torch, a `Stream`.
            plan: Says which samples are in which batch.
            prepare: Makes of a sample what is trained on: ``prepare(sample, draw)``,
                where `Draw` has the random numbers of that sample.
            collate: Makes a batch of samples; torch's way if left out.
            workers: Processes that do so ahead of time.

        Raises:
            ReproUsageError: If the plan was made for another source.
        """
        from pytest_repro.training import torch_workers  # noqa: PLC0415  # not before it is used

        check_source(source, plan)
        self.plan = plan
        self.source = source
        self._name = namer_of(source)
        fetcher = Fetcher(
            source, plan, prepare, collate or torch_workers.default_collate
        )
        self._processes = torch_workers.Processes(
            fetcher, workers, derive(plan.seed, "workers")
        )
        self._group = _group(source, plan)
        self._place = (0, 0)
        self._is_resumed = False
        self._passes = 0

    def __len__(self) -> int:
        """Return how many batches an epoch has, for this shard."""
        return len(self.plan.deal)

    def __iter__(self) -> "Pass":
        """Go on to the end of the epoch, or to that of the next one."""
        epoch, first = self._place
        if first == len(self) and not self._is_resumed:
            epoch, first = epoch + 1, 0
        self._is_resumed = False
        self._place = (epoch, first)
        return Pass(self, self.read(epoch, first))

    def epochs(self, count: int) -> "Epochs":
        """Walk over several epochs as over one; it is resumed as exactly.

        Args:
            count: How many, counted from the beginning of the run.

        Returns:
            What ``repro.steps`` takes.
        """
        return Epochs(self, count)

    def read(self, epoch: int, first: int = 0) -> Iterator[Fetched]:
        """Load an epoch, without leaving the place at which the loader stands.

        Args:
            epoch: Which epoch.
            first: The batch with which to begin.

        Yields:
            Each batch with the ids of its samples.

        Raises:
            ReproUsageError: If another pass over this loader has begun meanwhile.
        """
        self._passes += 1
        return self._read(epoch, first, self._passes)

    def ids(self, epoch: int, number: int) -> list[SampleId]:
        """Name the samples of a batch, without loading them.

        Args:
            epoch: Which epoch.
            number: Which batch of it.

        Returns:
            Their ids, in their order.
        """
        picks = self.plan.picks(epoch, number, number + 1)
        return [self._name(one) for one in picks.indices.tolist()]

    def order(self, epoch: int) -> Order:
        """Work out the order of this shard's samples, without loading them.

        Args:
            epoch: Which epoch.

        Returns:
            The order; merged with those of the other shards it has one digest,
            whatever their number.
        """
        deal = self.plan.deal
        found = Order(batch=deal.batch)
        for number in range(len(self)):
            start = deal.places(number).start
            found.add(self.ids(epoch, number), at=start, stride=deal.shard[1])
        return found

    def state_dict(self) -> dict[str, Any]:
        """Return the place: where the next batch comes from."""
        epoch, number = self._place
        return {"plan": self.plan.text, "epoch": epoch, "batch": number}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go to a place, exactly; the number of workers and shards may be another.

        Args:
            state: What `state_dict` gave.

        Raises:
            CheckpointError: If it was another plan that came to that place.
        """
        if state["plan"] != self.plan.text:
            msg = (
                "the loader of the checkpoint had other batches\n"
                f"  checkpoint   {state['plan']}\n"
                f"  this loader  {self.plan.text}"
            )
            raise CheckpointError(msg)
        self._place = (state["epoch"], min(state["batch"], len(self)))
        self._is_resumed = True

    def move(self, epoch: int, number: int) -> None:
        """Stand before a batch.

        Args:
            epoch: Which epoch.
            number: Which batch of it.
        """
        self._place = (epoch, number)

    def _read(self, epoch: int, first: int, mine: int) -> Iterator[Fetched]:
        addresses = self._addresses(epoch, first)
        for answer in self._processes.ask(addresses):
            for fetched in answer:
                if mine != self._passes:
                    msg = "another pass over this loader has begun: make two loaders"
                    raise ReproUsageError(msg)
                yield fetched

    def _addresses(self, epoch: int, first: int) -> list[Address]:
        step, last = self._group, len(self)
        cuts = [first, *range(first - first % step + step, last, step), last]
        return [Address(epoch, *cut) for cut in pairwise(cuts) if cut[0] < cut[1]]


class Pass:
    """A walk to the end of an epoch, batch by batch."""

    def __init__(self, loader: Loader, batches: Iterator[Fetched]) -> None:
        """Load nothing yet.

        Args:
            loader: Knows the place.
            batches: What is left of the epoch.
        """
        self._loader = loader
        self._batches = batches
        self._ids: list[SampleId] | None = None
        self._is_over = False

    def __iter__(self) -> "Pass":
        """Return itself."""
        return self

    def __next__(self) -> Any:  # noqa: ANN401  # whatever collate makes
        """Return the next batch, and stand after it."""
        fetched = next(self._batches, None)
        epoch, number = self._loader._place  # noqa: SLF001  # its own
        if fetched is None:
            if not self._is_over:
                self._is_over = True
                self._loader.move(epoch + 1, 0)
            raise StopIteration
        self._loader.move(epoch, number + 1)
        self._ids = fetched.ids
        return fetched.batch

    def take_indices(self) -> list[SampleId] | None:
        """Take the ids of the last batch; None if they were taken."""
        ids, self._ids = self._ids, None
        return ids


class Epochs:
    """Several epochs of a loader, as one walk."""

    def __init__(self, loader: Loader, count: int) -> None:
        """Walk nowhere yet.

        Args:
            loader: The loader; the place is its own.
            count: How many epochs.
        """
        self._loader = loader
        self._count = count
        self._pass: Pass | None = None

    def __len__(self) -> int:
        """Return how many batches all epochs have together."""
        return self._count * len(self._loader)

    def __iter__(self) -> "Epochs":
        """Go on where the loader stands."""
        self._pass = None
        return self

    def __next__(self) -> Any:  # noqa: ANN401  # whatever collate makes
        """Return the next batch."""
        while self._loader.state_dict()["epoch"] < self._count:
            if self._pass is None:
                self._pass = iter(self._loader)
            try:
                return next(self._pass)
            except StopIteration:
                self._pass = None
        raise StopIteration

    def take_indices(self) -> list[SampleId] | None:
        """Take the ids of the last batch; None if they were taken."""
        return None if self._pass is None else self._pass.take_indices()

    def state_dict(self) -> dict[str, Any]:
        """Return the place of the loader."""
        return self._loader.state_dict()

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go to a place.

        Args:
            state: What `state_dict` gave.
        """
        self._loader.load_state_dict(state)


def _group(source: Source, plan: BatchPlan) -> int:
    """Tell how many batches a worker makes at once: what it reads belongs to them."""
    if not isinstance(source, Walked):
        return 1
    return max(source.window(plan.sampling) // plan.batch, 1)
