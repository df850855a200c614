"""Checks of loaders: the order, and that it hangs on nothing but seed and epoch."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pytest_repro.contracts.annotations import parse
from pytest_repro.contracts.generators import seed_generators
from pytest_repro.contracts.loader_epochs import (
    Epoch,
    batches_apart,
    epoch_of,
    loader_of,
)
from pytest_repro.contracts.properties import Draw, Finding, Inapplicable, Subject
from pytest_repro.fingerprints import tree_digest
from pytest_repro.records.module_contracts import Level, LoaderContract

__all__ = [
    "check_order_by_epoch",
    "check_order_by_seed",
    "check_order_repeats",
    "check_resume",
    "check_shards_cover",
    "check_worker_invariance",
]

_OTHER_SEED = 12_345
_OTHERS = 3
_ENOUGH = 6
"""Fewer samples have the same order by chance more often than once in a million."""


def check_order_repeats(subject: Subject, draw: Draw, _level: Level) -> Finding | None:
    """The same seed and epoch give the same, whatever global generators did."""
    before = epoch_of(subject, draw)
    epoch_of(subject, draw, epoch=_epoch(draw) + 1)
    seed_generators(draw.seed + _OTHER_SEED)
    return batches_apart(
        epoch_of(subject, draw),
        before,
        suspicion="draws from a global generator, or remembers an epoch before?",
    )


def check_order_by_epoch(subject: Subject, draw: Draw, _level: Level) -> Finding | None:
    """Some other epoch has another order."""
    epochs = [
        epoch_of(subject, draw, epoch=_epoch(draw) + more) for more in range(_OTHERS)
    ]
    return _all_equal(
        epochs, "the epoch does not enter the order: is set_epoch never called?"
    )


def check_order_by_seed(subject: Subject, draw: Draw, _level: Level) -> Finding | None:
    """Some other seed gives another order."""
    epochs = [
        epoch_of(subject, replace(draw, seed=draw.seed + more))
        for more in range(_OTHERS)
    ]
    return _all_equal(epochs, "the seed does not enter the order?")


def check_worker_invariance(
    subject: Subject, draw: Draw, _level: Level
) -> Finding | None:
    """All numbers of workers give the same batches."""
    numbers = loader_of(subject).workers
    alone = epoch_of(subject, draw, workers=numbers[0])
    for number in numbers[1:]:
        seed_generators(draw.seed + number)
        found = batches_apart(
            epoch_of(subject, draw, workers=number),
            alone,
            suspicion=f"{number} workers give other batches than {numbers[0]}:"
            " drawn from a generator of the process, or by worker id?",
        )
        if found is not None:
            return found
    return None


def check_shards_cover(subject: Subject, draw: Draw, _level: Level) -> Finding | None:
    """Shards together have what one alone has, with the same content."""
    alone = epoch_of(subject, draw)
    for count in loader_of(subject).shards:
        dealt = [
            batch
            for which in range(count)
            for batch in epoch_of(subject, draw, shard=(which, count))
        ]
        found = _wrongly_dealt(_ids(dealt), _ids(alone), count)
        if found is None:
            found = _other_content(loader_of(subject), dealt, alone)
        if found is not None:
            return found
    return None


def check_resume(subject: Subject, draw: Draw, _level: Level) -> Finding | None:
    """Resumed at a batch, the rest is the rest."""
    whole = epoch_of(subject, draw)
    start = min(int(draw.extra.get("start", 1)), len(whole))
    return batches_apart(
        epoch_of(subject, draw, start=start),
        whole[start:],
        suspicion=f"resumed at batch {start} it goes on elsewhere:"
        " off by one, or an order that is drawn anew?",
        first=start,
    )


def _epoch(draw: Draw) -> int:
    return int(draw.extra.get("epoch", 0))


def _ids(epoch: Epoch) -> list[object]:
    return [sample for batch in epoch for sample in batch.ids]


def _all_equal(epochs: list[Epoch], suspicion: str) -> Finding | None:
    orders = [_ids(one) for one in epochs]
    if len(orders[0]) < _ENOUGH:
        msg = f"{len(orders[0])} samples may have the same order by chance"
        raise Inapplicable(msg)
    if any(one != orders[0] for one in orders):
        return None
    shown = f"{', '.join(map(str, orders[0][:_ENOUGH]))}, …"
    return Finding(
        suspicion=suspicion,
        where="ids",
        obtained=f"{shown}  ({len(orders)} times)",
        reference="another order at least once",
    )


def _other_content(
    declared: LoaderContract, dealt: Epoch, alone: Epoch
) -> Finding | None:
    """Compare rows by their ids, in fields that have a row of one shape for each.

    A loader that repeats samples may draw each time anew: any of these will do.
    """
    specs = [parse(name, text) for name, text in declared.fields.items()]
    names = [
        spec.name
        for spec in specs
        if spec.dimensions and not any(one.symbols for one in spec.dimensions[1:])
    ]
    known: dict[object, list[Mapping[str, str]]] = {}
    for sample, row in _rows(alone, names):
        known.setdefault(sample, []).append(row)
    for sample, row in _rows(dealt, names):
        first = known[sample][0]
        wrong = [name for name in row if row[name] != first.get(name)]
        if wrong and not any(row.items() <= one.items() for one in known[sample]):
            return Finding(
                suspicion="a sample is another one in a shard: drawn by shard, or by"
                " place in the batch?",
                where=f"sample {sample}, field {wrong[0]}",
                obtained=f"content {row[wrong[0]]}",
                reference=f"content {first.get(wrong[0])}, as without shards",
            )
    return None


def _rows(
    epoch: Epoch, names: Sequence[str]
) -> Iterator[tuple[object, Mapping[str, str]]]:
    for batch in epoch:
        for place, sample in enumerate(batch.ids):
            yield (
                sample,
                {
                    name: tree_digest(batch.content[name][place]).rpartition(":")[2][:8]
                    for name in names
                    if len(batch.content[name]) == len(batch.ids)
                },
            )


def _wrongly_dealt(
    dealt: list[object], whole: list[object], count: int
) -> Finding | None:
    twice = [one for place, one in enumerate(dealt) if one in dealt[:place]]
    if twice and len(set(whole)) == len(whole):
        return Finding(
            suspicion=f"{count} shards overlap: a stride or an offset that is wrong?",
            where=f"sample {twice[0]}",
            obtained=f"{dealt.count(twice[0])} times in {count} shards",
            reference="once",
        )
    missing = [one for one in whole if one not in dealt]
    if missing or sorted(map(str, dealt)) != sorted(map(str, whole)):
        return Finding(
            suspicion=f"{count} shards leave samples out: a division that rounds down?",
            where=f"sample {missing[0]}" if missing else "ids",
            obtained=f"{len(dealt)} samples in {count} shards",
            reference=f"{len(whole)} samples",
        )
    return None
