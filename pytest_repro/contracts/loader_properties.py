"""The properties of loaders: which samples, in which order, whoever loads them.

A loader is asked for epochs through `LoaderContract.build`. What is compared are the
ids of samples, and digests of whole batches: a batch may be anything that has one.
"""

from collections.abc import Callable, Mapping
from typing import Final

from pytest_repro.contracts.deferred import check_in
from pytest_repro.contracts.properties import (
    Property,
    Subject,
    register,
    register_extra,
)
from pytest_repro.records.module_contracts import LoaderContract

__all__ = ["LOADER_PROPERTIES"]

_EXTRA: Final[Mapping[str, tuple[int, ...]]] = {
    "epoch": (0, 1, 2, 3),
    "start": (1, 0, 2, 3, 5),
}

register_extra("loader", _EXTRA)


def _has(field: str) -> Callable[[Subject], bool]:
    return lambda subject: bool(getattr(subject.contract, field, None))


def _has_shards(subject: Subject) -> bool:
    declared = subject.contract
    return isinstance(declared, LoaderContract) and max(declared.shards, default=1) > 1


def _has_workers(subject: Subject) -> bool:
    declared = subject.contract
    return isinstance(declared, LoaderContract) and len(declared.workers) > 1


def _always(_subject: Subject) -> bool:
    return True


def _row(
    name: str,
    claim: str,
    *,
    home: str = "loader_orders",
    examples: int = 6,
    applies: Callable[[Subject], bool] = _always,
) -> Property:
    return register(
        Property(
            name=name,
            kind="loader",
            claim=claim,
            check=check_in(home, f"check_{name}"),
            values=("normal",),
            examples=examples,
            applies=applies,
        )
    )


LOADER_PROPERTIES: Final = (
    _row(
        "fields",
        "each batch has the declared fields, in the declared shapes",
        home="loader_batches",
        applies=_has("fields"),
    ),
    _row(
        "batch_sizes",
        "each batch has as many samples as declared, the last one aside",
        home="loader_batches",
        applies=_has("batch_size"),
    ),
    _row(
        "completeness",
        "an epoch has as many samples as declared",
        home="loader_batches",
    ),
    _row("ids_unique", "no sample is twice in an epoch", home="loader_batches"),
    _row(
        "parts_disjoint",
        "the parts of a split share nothing",
        home="loader_batches",
        examples=1,
        applies=_has("parts"),
    ),
    _row("order_repeats", "the same seed and epoch give the same batches again"),
    _row("order_by_epoch", "another epoch has another order"),
    _row("order_by_seed", "another seed gives another order"),
    _row(
        "worker_invariance",
        "any number of workers gives the same batches",
        examples=2,
        applies=_has_workers,
    ),
    _row(
        "shards_cover",
        "shards together have each sample of the epoch, as it is, and none twice",
        applies=_has_shards,
    ),
    _row("resume", "a loader resumed at a batch gives that batch and the rest"),
)
