"""Deal a data set out over machines so that nothing is lost and nothing comes twice.

Which samples a shard holds follows from the manifest and two numbers, so every machine
works it out by itself, and the shards together are the data set again: same digest.
"""

import operator
from collections.abc import Iterable

from pytest_repro.data.samples import Manifest
from pytest_repro.errors import ReproUsageError

__all__ = ["shard", "union"]


def shard(manifest: Manifest, index: int, count: int) -> Manifest:
    """Take one shard of a data set.

    Sample number ``p`` lies in shard ``p % count``, so sizes differ by one at most.

    Args:
        manifest: The whole, or one part of it.
        index: Which shard, from 0 on.
        count: How many there are.

    Returns:
        Its samples.

    Raises:
        ReproUsageError: If there is no such shard.
    """
    index, count = operator.index(index), operator.index(count)
    if not 0 <= index < count:
        msg = f"shards are numbered from 0 to {count - 1}, got {index}"
        raise ReproUsageError(msg)
    return Manifest(samples=manifest.samples[index::count], extra=manifest.extra)


def union(shards: Iterable[Manifest]) -> Manifest:
    """Put shards together again.

    Args:
        shards: In any order.

    Returns:
        All their samples.

    Raises:
        ReproUsageError: If a sample stands in two of them, their columns differ, or
            there is none.
    """
    parts = list(shards)
    kinds = {one.extra for one in parts}
    if len(kinds) != 1:
        msg = f"shards of one data set have the same columns, got {sorted(kinds)}"
        raise ReproUsageError(msg)
    samples = (sample for one in parts for sample in one.samples)
    return Manifest.of(samples, extra=kinds.pop())
