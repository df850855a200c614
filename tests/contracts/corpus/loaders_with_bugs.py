"""Loaders: ours, which keep every promise, and some with one fault each."""

import random
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

import numpy as np
import torch

from pytest_repro.contracts import LoaderContract
from pytest_repro.training import (
    BatchPlan,
    Draw,
    InOrder,
    Loader,
    Shuffled,
    Stream,
    Windowed,
    Workers,
)

Shard = tuple[int, int]
Batches = Iterator[tuple[list[int], Any]]

_SIZE: Final = 22
_BATCH: Final = 6
_FILES: Final = (tuple(range(9)), tuple(range(9, 14)), tuple(range(14, 22)))
_FIELDS: Final = {"x": "Float batch 2", "y": "Int batch"}


def _prepared(sample: int, draw: Draw) -> dict[str, Any]:
    noise = draw.numpy("noise").standard_normal(2).astype("float32")
    return {"x": sample + noise, "y": sample % 3}


def _read(number: int) -> Iterator[int]:
    return iter(_FILES[number])


def _ours(  # noqa: PLR0913  # as the contract calls it
    sampling: Any,
    seed: int,
    epoch: int,
    *,
    workers: int,
    shard: Shard,
    start: int,
    remainder: str = "keep",
) -> Batches:
    is_stream = isinstance(sampling, Windowed)
    plan = BatchPlan(
        seed=seed, batch=_BATCH, sampling=sampling, remainder=remainder, shard=shard
    )
    loader = Loader(
        Stream(_read, tuple(map(len, _FILES))) if is_stream else range(_SIZE),
        plan,
        prepare=_prepared,
        workers=Workers(count=workers, start="fork"),
    )
    return loader.read(epoch, start)  # type: ignore[return-value]  # ids are whole numbers


def _contract(name: str, build: Callable[..., Any], **more: Any) -> LoaderContract:
    promised = {"size": _SIZE, "batch_size": _BATCH, **more}
    return LoaderContract(name=name, build=build, **promised)


_SPLIT: Final = {"train": range(14), "test": range(14, 22)}

CORRECT: Final = (
    _contract(
        "Shuffled loader",
        partial(_ours, Shuffled(_SIZE)),
        fields=_FIELDS,
        parts=_SPLIT,
        workers=(0,),
    ),
    _contract(
        "Loader that drops the rest",
        partial(_ours, Shuffled(_SIZE), remainder="drop"),
        fields=_FIELDS,
        drops_last=True,
        workers=(0,),
    ),
    _contract(
        "Streaming loader",
        partial(_ours, Windowed(tuple(map(len, _FILES)), window=12)),
        fields=_FIELDS,
        workers=(0,),
    ),
    _contract(
        "Loader in order",
        partial(_ours, InOrder(_SIZE)),
        fields=_FIELDS,
        workers=(0,),
        expected_failures={
            "order_by_epoch": "evaluation goes through the samples in order",
            "order_by_seed": "evaluation goes through the samples in order",
        },
    ),
)
"""Contracts of loaders that keep every promise."""


def _order(seed: int, epoch: int) -> list[int]:
    order = list(range(_SIZE))
    random.Random(1000 * seed + epoch).shuffle(order)  # noqa: S311  # no secret
    return order


def _dealt(order: list[int], shard: Shard, start: int) -> Batches:
    which, count = shard
    for first in range(start * _BATCH, len(order), _BATCH):
        ids = order[first : first + _BATCH][which::count]
        yield ids, {"x": np.array(ids, dtype="float32")}


def worker_draw(
    seed: int, epoch: int, *, workers: int, shard: Shard, start: int
) -> Batches:
    """Each worker adds noise of its own number."""
    for number, (ids, batch) in enumerate(_dealt(_order(seed, epoch), shard, start)):
        worker = number % workers if workers else 0
        yield ids, {"x": batch["x"] + worker}


def global_draw(
    seed: int, epoch: int, *, workers: int, shard: Shard, start: int
) -> Batches:
    """Adds noise of the global generator."""
    del workers
    for ids, batch in _dealt(_order(seed, epoch), shard, start):
        yield ids, {"x": batch["x"] + np.random.random_sample()}  # noqa: NPY002  # the fault


def same_epochs(
    seed: int, epoch: int, *, workers: int, shard: Shard, start: int
) -> Batches:
    """Forgets the epoch."""
    del epoch, workers
    return _dealt(_order(seed, 0), shard, start)


def same_seeds(
    seed: int, epoch: int, *, workers: int, shard: Shard, start: int
) -> Batches:
    """Forgets the seed."""
    del seed, workers
    return _dealt(_order(0, epoch), shard, start)


def overlapping(
    seed: int, epoch: int, *, workers: int, shard: Shard, start: int
) -> Batches:
    """Gives each shard a window that is one sample too long."""
    del workers
    order, (which, count) = _order(seed, epoch), shard
    length = -(-_SIZE // count)
    return _dealt(order[which * length : (which + 1) * length + 1], (0, 1), start)


def rounded_shards(
    seed: int, epoch: int, *, workers: int, shard: Shard, start: int
) -> Batches:
    """Leaves out what does not divide by the number of shards."""
    del workers
    order, (which, count) = _order(seed, epoch), shard
    length = _SIZE // count
    return _dealt(order[which * length : (which + 1) * length], (0, 1), start)


def resumed_late(
    seed: int, epoch: int, *, workers: int, shard: Shard, start: int
) -> Batches:
    """Skips one batch more when it is resumed."""
    del workers
    return _dealt(_order(seed, epoch), shard, start + (start > 0))


def lost_batch(
    seed: int, epoch: int, *, workers: int, shard: Shard, start: int
) -> Batches:
    """Drops the last batch, although nobody asked for it."""
    del workers
    return _dealt(_order(seed, epoch)[: _SIZE - _SIZE % _BATCH], shard, start)


def kept_batch(
    seed: int, epoch: int, *, workers: int, shard: Shard, start: int
) -> Batches:
    """Keeps the last batch, although it says that it is dropped."""
    del workers
    return _dealt(_order(seed, epoch), shard, start)


def replaced(
    seed: int, epoch: int, *, workers: int, shard: Shard, start: int
) -> Batches:
    """Draws with replacement."""
    del workers
    draw = random.Random(1000 * seed + epoch)  # noqa: S311  # no secret
    return _dealt(draw.choices(range(_SIZE), k=_SIZE), shard, start)


def lost_row(
    seed: int, epoch: int, *, workers: int, shard: Shard, start: int
) -> Batches:
    """Loses the last row of a batch, and keeps its id."""
    del workers
    for ids, batch in _dealt(_order(seed, epoch), shard, start):
        yield ids, {"x": batch["x"][:-1]}


def shard_draw(
    seed: int, epoch: int, *, workers: int, shard: Shard, start: int
) -> Batches:
    """Adds noise by the number of the shard."""
    del workers
    for ids, batch in _dealt(_order(seed, epoch), shard, start):
        yield ids, {"x": batch["x"] + np.float32(shard[0])}


def other_labels(
    seed: int, epoch: int, *, workers: int, shard: Shard, start: int
) -> Batches:
    """Takes labels by place, and samples by the order that was drawn."""
    del workers
    for number, (ids, batch) in enumerate(_dealt(_order(seed, epoch), shard, start)):
        first = (start + number) * _BATCH
        yield ids, {**batch, "y": np.arange(first, first + len(ids))}


_X: Final = {"x": "Float batch"}

SEEDED: Final = (
    (_contract("worker_draw", worker_draw), "worker_invariance"),
    (_contract("global_draw", global_draw), "order_repeats"),
    (_contract("same_epochs", same_epochs), "order_by_epoch"),
    (_contract("same_seeds", same_seeds), "order_by_seed"),
    (_contract("overlapping", overlapping), "shards_cover"),
    (_contract("rounded_shards", rounded_shards), "shards_cover"),
    (_contract("resumed_late", resumed_late), "resume"),
    (_contract("lost_batch", lost_batch), "completeness"),
    (_contract("kept_batch", kept_batch, drops_last=True), "batch_sizes"),
    (_contract("replaced", replaced), "ids_unique"),
    (_contract("wrong_dtype", kept_batch, fields={"x": "Int batch"}), "fields"),
    (_contract("lost_row", lost_row, fields=_X), "fields"),
    (_contract("shard_draw", shard_draw, fields=_X), "shards_cover"),
    (
        _contract("other_labels", other_labels, fields={**_X, "y": "Int batch"}),
        "shards_cover",
    ),
    (
        _contract(
            "off_by_one_in_tensors",
            kept_batch,
            parts={"train": torch.arange(15), "test": torch.arange(14, _SIZE)},
        ),
        "parts_disjoint",
    ),
    (
        _contract(
            "off_by_one",
            kept_batch,
            parts={"train": range(15), "test": range(14, _SIZE)},
        ),
        "parts_disjoint",
    ),
    (
        _contract(
            "leaking_patients",
            kept_batch,
            parts={"train": ["ada", "bob"], "validation": ["cyd"], "test": ["bob"]},
        ),
        "parts_disjoint",
    ),
)
"""A contract with a planted fault, and the property that must find it."""
