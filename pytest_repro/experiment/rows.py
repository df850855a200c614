"""One number for all rows seen so far, in whatever order they came.

Where no sampler tells its indices, an order of batches can only be told from other
batches by their rows. Every row has a number, and numbers are added, modulo 2⁶⁴: two
runs that have seen the same rows, each as often, have the same sum. So sums that part
and meet again say that only the order was another.
"""

import sys
from typing import Final

import numpy as np
import numpy.typing as npt

from pytest_repro.experiment.contents import Parts, leaves_of
from pytest_repro.fingerprints.quick import mixed, text, weights

__all__ = ["RowSum"]

WORD_BYTES: Final = 8
SAMPLE: Final = 2048
"""So many rows stand for all; fewer are known one by one. A run that is followed only
now and then sees a small part of them, and of that part the sample of the reference
must hold enough."""


class RowSum:
    """The sum over the rows of all batches."""

    def __init__(self) -> None:
        """Start with none."""
        self._total = 0
        self._is_broken = False
        self._least = np.zeros(0, dtype=np.uint64)
        self._waiting: list[npt.NDArray[np.uint64]] = []

    def add(self, batch: object) -> Parts:
        """Add the rows of a batch.

        A row is whatever has the same index in every tensor and array of the batch.

        Args:
            batch: Tensors and arrays with equally many rows, on the CPU.

        Returns:
            The sum so far as 16 hexadecimal characters; none from the first batch on
            that has no rows.
        """
        if self._is_broken:
            return ()
        arrays = _arrays(batch)
        counts = {array.shape[:1] for array in arrays}
        if len(counts) != 1 or () in counts:
            self._is_broken = True
            return ()
        numbers = np.zeros(next(iter(counts)), dtype=np.uint64)
        for place, array in enumerate(arrays):
            numbers = mixed(numbers + _numbers(array, weights(place, 1)[0]))
        self._total += int(numbers.sum(dtype=np.uint64))
        self._keep(numbers)
        return (text(self._total),)

    def _keep(self, numbers: npt.NDArray[np.uint64]) -> None:
        """Keep what may be among the least numbers; most batches soon bring none."""
        if self._least.size == SAMPLE:
            numbers = numbers[numbers < self._least[-1]]
        if numbers.size:
            self._waiting.append(numbers)
        if sum(map(len, self._waiting)) >= SAMPLE:
            self._settle()

    def _settle(self) -> None:
        ordered = np.sort(np.concatenate((self._least, *self._waiting)))
        is_new = np.ones(ordered.shape, dtype=np.bool_)
        is_new[1:] = ordered[1:] != ordered[:-1]
        self._least, self._waiting = ordered[is_new][:SAMPLE], []

    @property
    def sample(self) -> tuple[str, ...]:
        """The least numbers of all rows seen, in order: a sample of different rows.

        Two runs that saw the same rows have the same sample; of two that saw some of
        the same rows, samples share as many as the rows do, on average.

        Source:
            Broder 1997, "On the resemblance and containment of documents", bottom-k.
        """
        self._settle()
        return () if self._is_broken else tuple(text(int(one)) for one in self._least)


def _arrays(batch: object) -> list[npt.NDArray[np.generic]]:
    tensors, arrays, _ = leaves_of(batch)
    torch = sys.modules.get("torch")
    for tensor in tensors:
        if torch is None or not tensor.is_cpu or tensor.layout is not torch.strided:
            return []
        from pytest_repro.fingerprints import torch_quick  # noqa: PLC0415  # there is torch

        elements = torch_quick.elements_of(tensor)
        arrays.append(elements.reshape(*tensor.shape[:1], -1))
    return arrays


def _numbers(
    array: npt.NDArray[np.generic], weight: np.uint64
) -> npt.NDArray[np.uint64]:
    """Give each row a number: its words, mixed, times the odd weights of their places.

    Args:
        array: Any rows.
        weight: Keeps the arrays of one batch apart.
    """
    rows = np.ascontiguousarray(array).reshape(array.shape[0], -1).view(np.uint8)
    padded = -(-rows.shape[1] // WORD_BYTES) * WORD_BYTES
    if padded != rows.shape[1]:
        room = np.zeros((rows.shape[0], padded), dtype=np.uint8)
        room[:, : rows.shape[1]] = rows
        rows = room
    words = rows.view("<u8")
    return (mixed(words) @ weights(0, words.shape[1])) * weight
