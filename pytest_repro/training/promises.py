"""The contract of a loader: what a suite can hold to it, whatever its rule and source.

It follows from what was declared, never from what the loader does: a broken rule does
not excuse itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from pytest_repro.records.module_contracts import LoaderContract
from pytest_repro.training.batches import Batches
from pytest_repro.training.dealing import Remainder, Shard
from pytest_repro.training.fetching import BatchPlan, Prepare
from pytest_repro.training.loader import Loader
from pytest_repro.training.sources import Source
from pytest_repro.training.workers import Workers

__all__ = ["promise"]


def promise(
    config: Batches.Config,
    source: Source,
    *,
    prepare: Prepare | None = None,
    fields: Mapping[str, str] | None = None,
    method: str = "",
) -> LoaderContract:
    """Say what the loader of a recipe promises for a source.

    What a rule does on purpose is declared as such: an evaluation has the same order in
    each epoch, and a mixture that needs more samples than there are has some again.

    Args:
        config: How data is loaded.
        source: Gives samples.
        prepare: Makes of a sample what is trained on.
        fields: Names that each batch has, with shapes such as ``Float batch 3 h w``.
        method: How workers are started: `Workers.start`.

    Returns:
        The contract, called after the config's name.

    Example:
        >>> promise(Batches.Config(batch=4, remainder="drop"), range(10)).size
        10
    """
    component = config.build()

    def build(
        seed: int, epoch: int, *, workers: int, shard: Shard, start: int
    ) -> Iterator[tuple[Sequence[Any], Any]]:
        loader = Loader(
            source,
            component.plan(source, seed=seed, shard=shard),
            prepare=prepare,
            workers=Workers(count=workers, start=method, is_persistent=False),
        )
        return loader.read(epoch, start)

    plan = component.plan(source, seed=0)
    return LoaderContract(
        name=config.name,
        build=build,
        size=_size(plan),
        fields=fields or {},
        batch_size=config.batch,
        drops_last=plan.remainder == Remainder.DROP,
        expected_failures={**_orders(config), **_copies(plan)},
    )


def _size(plan: BatchPlan) -> int:
    """How many samples there are before any remainder is dropped."""
    return max(plan.given, len(plan.sampling))


def _orders(config: Batches.Config) -> dict[str, str]:
    rule = config.rule.build()
    reason = f"{type(rule).__name__} has the same order"
    found = {}
    if not rule.differs_by_epoch:
        found["order_by_epoch"] = f"{reason} in each epoch"
    if not rule.differs_by_seed:
        found["order_by_seed"] = f"{reason} for each seed"
    return found


def _copies(plan: BatchPlan) -> dict[str, str]:
    """Tell whether samples come again: as copies, or to fill the last batch."""
    size = len(plan.sampling)
    if plan.given > size:
        return {"ids_unique": "the last batch is padded from the beginning"}
    picks = plan.sampling.picks(plan.seed, 0, np.arange(size, dtype=np.int64))
    again = int((picks.copies > 0).sum())
    return {"ids_unique": f"{again} samples come again"} if again else {}
