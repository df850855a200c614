"""Split a batch for accumulated gradients, if a variation asks for it.

A batch comes back as it is with the weight 1, and multiplying by 1 changes no bit.
Under the variation it comes in parts along the first dimension, each with its share of
the rows, so that the weighted sum of means over parts is the mean over the batch.
"""

import sys
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, Final, TypeVar

from pytest_repro.determinism import SPLITTING
from pytest_repro.experiment.contents import leaves_of

__all__ = ["look_at", "micro_batches"]

T = TypeVar("T")

WHOLE: Final = ("BatchNorm", "Dropout", "GRU", "LSTM", "RReLU")
"""Layers whose names hold this take statistics over a batch, or may draw for it."""


def look_at(model: object) -> None:
    """Note what in a model does not see the same if a batch is split.

    Args:
        model: A module.
    """
    if SPLITTING.parts > 1:
        kinds = {type(one).__name__: one for one in model.modules()}  # type: ignore[attr-defined]  # watched
        SPLITTING.whole.update(name for name, one in kinds.items() if _minds(name, one))


def micro_batches(batch: T) -> Iterator[tuple[float, T]]:
    """Give a batch, or its parts under the variation.

    Args:
        batch: Tensors and arrays with equally many rows, in any containers.

    Yields:
        Weights, which sum to 1, and parts.
    """
    rows = _rows(batch)
    if SPLITTING.parts == 1 or rows < SPLITTING.parts:
        yield 1.0, batch
        return
    SPLITTING.batches += 1
    cuts = [rows * part // SPLITTING.parts for part in range(SPLITTING.parts + 1)]
    for first, last in pairwise(cuts):
        yield (last - first) / rows, _cut(batch, slice(first, last))


def _minds(name: str, module: Any) -> bool:  # noqa: ANN401  # of any kind
    if not any(word in name for word in WHOLE):
        return False
    # A dropout that drops nothing draws nothing; a recurrent layer may have one.
    return bool(getattr(module, "p", getattr(module, "dropout", 1.0)))


def _rows(batch: object) -> int:
    """Count rows; 0 where not everything has equally many."""
    tensors, arrays, _ = leaves_of(batch)
    shapes = [*(one.shape for one in tensors), *(one.shape for one in arrays)]
    counts = {shape[0] if shape else 0 for shape in shapes}
    return counts.pop() if len(counts) == 1 else 0


def _cut(value: Any, rows: slice) -> Any:  # noqa: ANN401  # whatever a batch holds
    if isinstance(value, Mapping):
        return {name: _cut(one, rows) for name, one in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(_cut(one, rows) for one in value))
    if isinstance(value, list | tuple):
        return type(value)(_cut(one, rows) for one in value)
    return value[rows] if _is_array(value) else value


def _is_array(value: object) -> bool:
    modules = ("torch", "Tensor"), ("numpy", "ndarray")
    kinds = [getattr(sys.modules.get(name), kind, None) for name, kind in modules]
    return isinstance(value, tuple(kind for kind in kinds if kind is not None))
