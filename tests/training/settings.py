"""The ways in which one epoch can be loaded, and what came of one of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from numpy.random import mtrand

from pytest_repro.fingerprints import tree_digest
from pytest_repro.training import (
    BatchPlan,
    Draw,
    Loader,
    Stream,
    Windowed,
    Workers,
)

__all__ = ["FILES", "SIZES", "Setting", "augmented", "escaped", "load"]

FILES = ((), tuple(range(5)), (5,), tuple(range(6, 19)), (19, 20, 21))
"""The samples of a data set in files of unequal sizes, one of them empty."""

SIZES = tuple(map(len, FILES))
SAMPLES = tuple(sample for file in FILES for sample in file)
BATCH = 6

Prepare = Callable[[Any, Draw], Any]
Merged = dict[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A way to load an epoch.

    Attributes:
        workers: How many processes load.
        shards: Over how many machines batches are dealt.
        is_stream: Whether samples are read from files, from front to back.
        start: How to start the processes.
        resumed: The batch with which a second loader goes on; 0 for none.
    """

    workers: int = 0
    shards: int = 1
    is_stream: bool = False
    start: str = "fork"
    resumed: int = 0


def load(setting: Setting, prepare: Prepare, *, remainder: str = "keep") -> Merged:
    """Load two epochs in a setting.

    Args:
        setting: How.
        prepare: Makes of a sample what is trained on.
        remainder: What becomes of the rest.

    Returns:
        For each place, over both epochs and all shards, the id and a digest of what was
        made of the sample.
    """
    found: Merged = {}
    for index in range(setting.shards):
        make = partial(_loader, setting, prepare, index, remainder)
        for epoch, number, ids, batch in _walk(make, setting.resumed):
            deal = make().plan.deal
            places = [epoch * 1000 + place for place in deal.places(number)]
            for place, one, sample in zip(places, ids, batch, strict=True):
                assert place not in found
                found[place] = f"{one} {tree_digest(sample)}"
    return found


def augmented(sample: int, draw: Draw) -> Sequence[Any]:
    """Draw from all three libraries, each number by its address."""
    noise = torch.randn(2, generator=draw.torch("noise"))
    return (sample + noise, draw.python("flip").random(), draw.numpy("crop").random())


def escaped(sample: int, draw: Draw) -> Sequence[Any]:
    """Draw from a global generator, whose numbers depend on the process."""
    return (*augmented(sample, draw), mtrand.random_sample())


def _walk(
    make: Callable[[], Loader], resumed: int
) -> Iterable[tuple[int, int, Sequence[int | str], Sequence[Any]]]:
    """Walk over two epochs, with a new loader at one batch of each of them."""
    loader = make()
    for epoch in range(2):
        batches = iter(loader)
        for number in range(len(loader)):
            if resumed and number == resumed:
                place = loader.state_dict()
                loader = make()
                loader.load_state_dict(place)
                batches = iter(loader)
            batch = next(batches)
            yield epoch, number, batches.take_indices() or (), batch
        assert next(batches, None) is None


def _loader(setting: Setting, prepare: Prepare, index: int, remainder: str) -> Loader:
    source = Stream(_open, SIZES) if setting.is_stream else SAMPLES
    plan = BatchPlan(
        seed=3,
        batch=BATCH,
        sampling=Windowed(SIZES, window=12),
        remainder=remainder,
        shard=(index, setting.shards),
    )
    workers = Workers(count=setting.workers, start=setting.start)
    return Loader(source, plan, prepare=prepare, collate=list, workers=workers)


def _open(number: int) -> Iterable[int]:
    return iter(FILES[number])
