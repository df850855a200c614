"""Loaders: torch itself seeds what they draw, and is held to that."""

from typing import Any

import pytest

from tests.determinism.process import run_python

LOADERS = """
import json, random
import numpy as np, torch
from torch.utils.data import DataLoader, Dataset
from pytest_repro.determinism import pinned
from pytest_repro.records import Determinism

class Noisy(Dataset):
    def __len__(self):
        return 8
    def __getitem__(self, index):
        return index, random.random(), np.random.rand(), torch.rand(1).item()

def epochs(workers, seed):
    with pinned(Determinism(), seed):
        loader = DataLoader(Noisy(), shuffle=True, num_workers=workers, batch_size=None)
        return [[list(map(float, row)) for row in loader] for _ in range(2)]

print(json.dumps({
    str(workers): [epochs(workers, 0), epochs(workers, 0), epochs(workers, 1)]
    for workers in (0, 2)
}))
"""


@pytest.fixture(scope="module")
def runs() -> dict[str, Any]:
    """Two epochs with seed 0, again with seed 0, and with seed 1."""
    found: dict[str, Any] = run_python(LOADERS)
    return found


@pytest.mark.parametrize("workers", ["0", "2"])
def test_shuffling_without_a_generator_repeats(
    runs: dict[str, Any], workers: str
) -> None:
    """Order and augmentation repeat with the seed, and change with it."""
    first, again, other = runs[workers]

    assert first == again
    assert first != other


@pytest.mark.parametrize("workers", ["0", "2"])
def test_epochs_differ(runs: dict[str, Any], workers: str) -> None:
    """The second epoch is not the first one over again, in order or in any draw."""
    first, second = runs[workers][0]

    assert [row[0] for row in first] != [row[0] for row in second]
    assert {value for row in first for value in row[1:]}.isdisjoint(
        value for row in second for value in row[1:]
    )


def test_loader_workers_draw_different_numbers(runs: dict[str, Any]) -> None:
    """Two loader workers share no draw of random, numpy or torch in an epoch."""
    epoch = runs["2"][0][0]

    assert all(len({row[column] for row in epoch}) == 8 for column in (1, 2, 3))


def test_order_does_not_depend_on_loader_workers(runs: dict[str, Any]) -> None:
    """The first epoch visits the samples in one order, with or without workers."""
    alone, helped = runs["0"][0][0], runs["2"][0][0]

    assert [row[0] for row in alone] == [row[0] for row in helped]
