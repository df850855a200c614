"""The ways in which one epoch can be loaded, and what came of one of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
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

__all__ = [
    "FILES",
    "SIZES",
    "Setting",
    "augmented",
    "escaped",
    "load",
    "load_again",
    "rests",
]

FILES = ((), tuple(range(5)), (5,), tuple(range(6, 19)), (19, 20, 21))
"""The samples of a data set in files of unequal sizes, one of them empty."""

SIZES = tuple(map(len, FILES))
SAMPLES = tuple(sample for file in FILES for sample in file)
BATCH = 6
EPOCH = 1000
"""Places of the second epoch are counted from here on."""

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
    """

    workers: int = 0
    shards: int = 1
    is_stream: bool = False
    start: str = "fork"


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
    return _merged(_loaders(setting, prepare, remainder))


def load_again(setting: Setting, prepare: Prepare) -> list[Merged]:
    """Load two epochs, and then what is left of them from every step on.

    Args:
        setting: How; the places were saved by one process alone.
        prepare: Makes of a sample what is trained on.

    Returns:
        What `load` returns, and for each step the same without what was before.
    """
    loaders = _loaders(setting, prepare, "keep")
    found = [_merged(loaders)]
    for place in _saved_places():
        for loader in loaders:
            loader.load_state_dict(place)
        found.append(_merged(loaders))
    return found


def rests(whole: Merged) -> list[Merged]:
    """Cut two epochs that were loaded as a whole at every step.

    Args:
        whole: What `load` returned.

    Returns:
        What `load_again` should return.
    """
    starts = [epoch * EPOCH + at for epoch in (0, 1) for at in range(0, 22, BATCH)]
    rest = [{at: one for at, one in whole.items() if at >= start} for start in starts]
    return [whole, *rest]


def augmented(sample: int, draw: Draw) -> Sequence[Any]:
    """Draw from all three libraries, each number by its address."""
    noise = torch.randn(2, generator=draw.torch("noise"))
    return (sample + noise, draw.python("flip").random(), draw.numpy("crop").random())


def escaped(sample: int, draw: Draw) -> Sequence[Any]:
    """Draw from a global generator, whose numbers depend on the process."""
    return (*augmented(sample, draw), mtrand.random_sample())


def _saved_places() -> list[dict[str, Any]]:
    """Save where one process alone stands, before each batch of two epochs."""
    (loader,) = _loaders(Setting(), lambda sample, _: sample, "keep")
    first = loader.state_dict()
    return [first, *[loader.state_dict() for _ in loader.epochs(2)][:-1]]


def _merged(loaders: Sequence[Loader]) -> Merged:
    """Walk to the end of the second epoch with each loader, from where it stands."""
    found: Merged = {}
    for loader in loaders:
        batches = loader.epochs(2)
        for batch in batches:
            ids = batches.take_indices() or ()
            for place, one, sample in zip(_places(loader), ids, batch, strict=True):
                assert place not in found
                found[place] = f"{one} {tree_digest(sample)}"
    return found


def _places(loader: Loader) -> list[int]:
    """Tell the places of the batch that a loader gave last."""
    state = loader.state_dict()
    places = loader.plan.deal.places(state["batch"] - 1)
    return [state["epoch"] * EPOCH + place for place in places]


def _loaders(setting: Setting, prepare: Prepare, remainder: str) -> list[Loader]:
    return [
        _loader(setting, prepare, index, remainder) for index in range(setting.shards)
    ]


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
