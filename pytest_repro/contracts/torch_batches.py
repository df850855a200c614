"""Properties across samples: order, number and threads must not matter."""

from collections.abc import Sequence

import torch
from torch import Tensor

from pytest_repro.contracts.properties import Draw, Finding, Subject
from pytest_repro.contracts.torch_calls import Trial
from pytest_repro.contracts.torch_results import compare_tensors
from pytest_repro.records.module_contracts import Level

__all__ = ["check_batch_size", "check_permutation", "check_threads"]


def check_permutation(subject: Subject, draw: Draw, level: Level) -> Finding | None:
    """Other samples first give the same results in that order."""
    trial = Trial.of(subject, draw)
    axes = trial.batched()
    module = trial.judge()
    name, axis = next(iter(axes.items()))
    number = trial.inputs[name].shape[axis]
    order = torch.arange(number - 1, -1, -1)
    whole = trial.call(module)
    turned = trial.call(
        module, trial.mapped(axes, lambda t, a: t.index_select(a, order))
    )
    pairs = zip(
        trial.results(trial.interface.batch, turned),
        trial.results(trial.interface.batch, whole),
        strict=True,
    )
    for (path, mine, its_axis), (_, its, _) in pairs:
        if its_axis is None:
            continue
        expected = its.index_select(its_axis, order)
        found = compare_tensors(mine, expected, level=level, where=path)
        if found is not None:
            text = "the place of a sample in its batch reaches its result?"
            return Finding(suspicion=text, **found)
    return None


def check_batch_size(subject: Subject, draw: Draw, level: Level) -> Finding | None:
    """A sample by itself, and among fewer others, gives what it gives in its batch."""
    trial = Trial.of(subject, draw)
    axes = trial.batched()
    module = trial.judge()
    name, axis = next(iter(axes.items()))
    number = trial.inputs[name].shape[axis]
    whole = trial.call(module)
    for start, length in _cuts(number, trial.sizes_of(trial.interface.batch)):
        cut = _Cut(start, length)
        part = trial.call(module, trial.mapped(axes, cut.take))
        found = _part_differs(trial, whole, part=part, cut=cut, level=level)
        if found is not None:
            return found
    return None


class _Cut:
    """Some of the samples, one after the other."""

    def __init__(self, start: int, length: int) -> None:
        self.start, self.length = start, length

    def take(self, tensor: Tensor, axis: int) -> Tensor:
        return tensor.narrow(axis, self.start, self.length)


def _cuts(number: int, allowed: Sequence[int]) -> list[tuple[int, int]]:
    """Choose parts of a batch, of sizes that a batch may have."""
    lengths = [size for size in allowed if size < number]
    if not lengths:
        return []
    half = min(lengths, key=lambda size: abs(size - (number + 1) // 2))
    cuts = [(0, lengths[0]), (number - lengths[0], lengths[0]), (0, half)]
    return sorted(set(cuts), key=cuts.index)


def _part_differs(
    trial: Trial, whole: object, *, part: object, cut: _Cut, level: Level
) -> Finding | None:
    symbol = trial.interface.batch
    pairs = zip(trial.results(symbol, part), trial.results(symbol, whole), strict=True)
    for (path, mine, _), (_, its, axis) in pairs:
        if axis is None:
            continue
        if its.dim() <= axis or its.shape[axis] < cut.start + cut.length:
            return Finding(
                suspicion="mixes samples: a mean or sum over the batch?",
                where=path,
                obtained=f"shape {tuple(its.shape)}",
                reference="one result for each sample",
            )
        expected = cut.take(its, axis)
        found = compare_tensors(mine, expected, level=level, where=path)
        if found is not None:
            row = cut.start + (found["index"][axis] if found.get("index") else 0)
            text = (
                f"row {row} changes when the other rows are removed: batch statistics "
                "in eval, or a reduction over the batch?"
            )
            return Finding(suspicion=text, **found)
    return None


def check_threads(subject: Subject, draw: Draw, level: Level) -> Finding | None:
    """One thread and two threads give the same results."""
    trial = Trial.of(subject, draw)
    module = trial.judge()
    before = torch.get_num_threads()
    results = []
    try:
        for threads in (1, 2):
            torch.set_num_threads(threads)
            results.append(trial.call(module))
    finally:
        torch.set_num_threads(before)
    pairs = zip(
        trial.results("", results[1]), trial.results("", results[0]), strict=True
    )
    for (path, two, _), (_, one, _) in pairs:
        found = compare_tensors(two, one, level=level, where=path)
        if found is not None:
            text = "the number of threads decides the order of a sum?"
            return Finding(suspicion=text, **found)
    return None
