"""Checks of loaders: what a batch holds, and what an epoch and a split consist of."""

import itertools
from collections.abc import Mapping
from typing import Any, Final

from pytest_repro.contracts.annotations import TensorSpec, parse
from pytest_repro.contracts.loader_epochs import Batch, epoch_of, loader_of, plain_id
from pytest_repro.contracts.properties import Draw, Finding, Subject
from pytest_repro.records.module_contracts import Level, LoaderContract

__all__ = [
    "check_batch_sizes",
    "check_completeness",
    "check_fields",
    "check_ids_unique",
    "check_parts_disjoint",
]


_ROWS: Final = ("batch", "b", "B")
"""What the first dimension of a field may be called that has a row for each id."""


def check_fields(subject: Subject, draw: Draw, _level: Level) -> Finding | None:
    """Each batch has the declared fields, in shapes that fit together."""
    declared = loader_of(subject)
    for number, batch in enumerate(epoch_of(subject, draw)):
        found = _wrong_fields(declared, batch, f"batch {number}")
        if found is not None:
            return found
    return None


def check_batch_sizes(subject: Subject, draw: Draw, _level: Level) -> Finding | None:
    """Each batch has as many ids as declared; the last may have fewer."""
    declared = loader_of(subject)
    sizes = [len(batch.ids) for batch in epoch_of(subject, draw)]
    for number, size in enumerate(sizes):
        is_last = number == len(sizes) - 1 and not declared.drops_last
        if size == declared.batch_size or (is_last and 0 < size < declared.batch_size):
            continue
        return Finding(
            suspicion="a batch of another size: an incomplete one that is not last,"
            " or is kept although it should be dropped?",
            where=f"batch {number} of {len(sizes)}",
            obtained=f"{size} samples",
            reference=f"{declared.batch_size} samples",
        )
    return None


def check_completeness(subject: Subject, draw: Draw, _level: Level) -> Finding | None:
    """An epoch has all samples, but for those of a batch that is dropped."""
    declared = loader_of(subject)
    wanted = declared.size
    if declared.drops_last and declared.batch_size:
        wanted -= wanted % declared.batch_size
    found = sum(len(batch.ids) for batch in epoch_of(subject, draw))
    if found == wanted:
        return None
    return Finding(
        suspicion="the last batch is lost, or an end is off by one?"
        if found < wanted
        else "samples are given that should not be there?",
        where="epoch",
        obtained=f"{found} samples",
        reference=f"{wanted} samples",
    )


def check_ids_unique(subject: Subject, draw: Draw, _level: Level) -> Finding | None:
    """No id comes twice."""
    seen: dict[object, int] = {}
    for number, batch in enumerate(epoch_of(subject, draw)):
        for sample in batch.ids:
            if sample in seen:
                return Finding(
                    suspicion="drawn with replacement, or an order that is no"
                    " permutation?",
                    where=f"sample {sample}",
                    obtained=f"in batches {seen[sample]} and {number}",
                    reference="once",
                )
            seen[sample] = number
    return None


def check_parts_disjoint(
    subject: Subject, _draw: Draw, _level: Level
) -> Finding | None:
    """No two parts of the split share an id."""
    parts = loader_of(subject).parts
    for one, other in itertools.combinations(sorted(parts), 2):
        theirs = set(map(plain_id, parts[other]))
        shared = [id_ for id_ in map(plain_id, parts[one]) if id_ in theirs]
        if shared:
            return Finding(
                suspicion="a leak: bounds of the split that are off by one, or samples"
                " of one group in two parts?",
                where=f"parts {one} and {other}",
                obtained=f"{len(shared)} shared, such as {shared[0]!r}",
                reference="none shared",
            )
    return None


def _wrong_fields(
    declared: LoaderContract, loaded: Batch, where: str
) -> Finding | None:
    batch = loaded.content
    if not isinstance(batch, Mapping):
        return Finding(
            suspicion="batches have no named fields?",
            where=where,
            obtained=type(batch).__name__,
            reference=f"a mapping with {', '.join(declared.fields)}",
        )
    specs = [parse(name, text) for name, text in declared.fields.items()]
    symbols = {one.text for spec in specs for one in spec.dimensions[:1]}
    sizes: dict[str, int] = {n: len(loaded.ids) for n in _ROWS if n in symbols}
    for spec in specs:
        name, text = spec.name, declared.fields[spec.name]
        found = _shape(batch[name]) if name in batch else "absent"
        if isinstance(found, str) or not _fits(spec, found, sizes):
            known = ", ".join(f"{symbol} {size}" for symbol, size in sizes.items())
            return Finding(
                suspicion="a field is absent, or has another shape or dtype, or fewer"
                " rows than ids?",
                where=f"{where}, field {name}",
                obtained=found if isinstance(found, str) else f"{found[0]} {found[1]}",
                reference=text + (f"  ({known})" if known else ""),
            )
    return None


def _shape(value: Any) -> tuple[str, tuple[int, ...]] | str:  # noqa: ANN401  # array or tensor
    if not hasattr(value, "shape") or not hasattr(value, "dtype"):
        return f"{type(value).__name__}, which has no shape"
    return str(value.dtype).rpartition(".")[2], tuple(value.shape)


def _fits(
    spec: TensorSpec, found: tuple[str, tuple[int, ...]], sizes: dict[str, int]
) -> bool:
    """Tell whether a shape fits, and note the sizes of symbols that are new."""
    dtype, shape = found
    if not dtype.startswith(spec.dtype or spec.kind):
        return dtype.startswith("uint") and spec.kind == "int" and not spec.dtype
    if any(one.is_variadic for one in spec.dimensions):
        return len(shape) >= len(spec.dimensions) - 1
    if len(shape) != len(spec.dimensions):
        return False
    for dimension, size in zip(spec.dimensions, shape, strict=True):
        if dimension.is_symbol:
            sizes.setdefault(dimension.text, size)
    return all(
        dimension.size(sizes) == size or (dimension.is_broadcast and size == 1)
        for dimension, size in zip(spec.dimensions, shape, strict=True)
    )
