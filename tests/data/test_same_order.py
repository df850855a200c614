"""The same data in the same order under different compute: workers, and shards."""

from pathlib import Path

import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

from pytest_repro.data import Order, SeenOrder, batch_digest, order_in
from pytest_repro.experiment import Recorder, Run, StepLedger

SAMPLES = TensorDataset(torch.arange(40.0))


def order_of(tmp_path: Path, *, workers: int, seed: int = 0) -> SeenOrder:
    """Walk over a loader as an experiment does, and read the order in the ledger."""
    ledger = StepLedger(lambda: 0.0, is_whole=True)
    run = Run(seed, Recorder(ledger=ledger), folder=tmp_path, root=tmp_path)
    loader = DataLoader(
        SAMPLES,
        batch_size=8,
        shuffle=True,
        num_workers=workers,
        generator=run.generator("shuffle"),
    )
    assert [step for step, _ in run.steps(loader)] == [0, 1, 2, 3, 4]
    found = order_in(ledger.lanes())
    assert found is not None
    return found


@pytest.mark.parametrize("workers", [1, 2])
def test_the_number_of_loading_workers_does_not_change_the_order(
    tmp_path: Path, workers: int
) -> None:
    """One process or two that load: the same digest of the run and of each batch."""
    here = order_of(tmp_path, workers=0)

    there = order_of(tmp_path, workers=workers)

    assert there == here
    assert here.is_whole


def test_another_seed_is_another_order(tmp_path: Path) -> None:
    """The check above could fail."""
    assert (
        order_of(tmp_path, workers=0).digest
        != order_of(tmp_path, workers=0, seed=1).digest
    )


def test_a_batch_has_the_digest_that_anybody_computes_from_its_indices(
    tmp_path: Path,
) -> None:
    """What the ledger holds is what `batch_digest` gives for what was drawn."""
    ledger = StepLedger(lambda: 0.0, is_whole=True)
    run = Run(0, Recorder(ledger=ledger), folder=tmp_path, root=tmp_path)
    loader = DataLoader(SAMPLES, batch_sampler=[[3, 1], [2, 0]])

    for _ in run.steps(loader):
        pass

    found = order_in(ledger.lanes())
    assert found is not None
    assert found.batches == (batch_digest([3, 1]), batch_digest([2, 0]))


@pytest.mark.parametrize("ranks", [2, 4])
def test_ranks_of_a_distributed_sampler_add_up_to_one_order(ranks: int) -> None:
    """Each rank tells its own part; merged they have the digest of a single process."""
    whole, merged = Order(batch=8), Order(batch=8)
    whole.add(draws(1, 0))

    for rank in range(ranks):
        one = Order(batch=8)
        one.add(draws(ranks, rank), at=rank, stride=ranks)
        merged.merge(one)

    assert merged.digest == whole.digest
    assert merged.batches == whole.batches


def draws(ranks: int, rank: int) -> list[int]:
    """Draw as torch's sampler for several processes does."""
    sampler: torch.utils.data.DistributedSampler[int] = (
        torch.utils.data.DistributedSampler(
            SAMPLES, num_replicas=ranks, rank=rank, shuffle=True, seed=3
        )
    )
    return list(sampler)
