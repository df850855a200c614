"""Digest once what a model is called with again: many optimizers try a batch often.

A tensor that is the same object and counts the same changes in place has the same bits,
as long as only torch can write into its memory. What shares its memory with numpy, and
what counts no changes, is digested each time. A write through ``tensor.data`` is not
counted by torch, and is not seen here; so this is for the tries of one step alone, and
the next step digests again.
"""

import weakref
from typing import TypeAlias

import torch

from pytest_repro.experiment.contents import Parts, leaves_of, parts_of

__all__ = ["Repeats"]

Mark: TypeAlias = tuple["weakref.ref[torch.Tensor]", int]


class Repeats:
    """Remembers the last value that was digested, without keeping it alive."""

    def __init__(self) -> None:
        """Remember none."""
        self._marks: list[Mark] = []
        self._texts: list[str] = []
        self._parts: Parts = ()

    def forget(self) -> None:
        """Digest whatever comes next."""
        self._marks = []

    def parts_of(self, value: object) -> Parts:
        """Digest a value, unless it is the last one and untouched.

        Args:
            value: Tensors, arrays, plain values, and containers of them.

        Returns:
            As `contents.parts_of`.
        """
        tensors, arrays, texts = leaves_of(value)
        if arrays or not tensors or not all(map(_is_counted, tensors)):
            self._marks = []
            return parts_of(value)
        if texts != self._texts or not self._are_last(tensors):
            self._parts = parts_of(value)
            self._marks = [(weakref.ref(one), one._version) for one in tensors]  # noqa: SLF001  # torch has no other name for it
            self._texts = texts
        return self._parts

    def _are_last(self, tensors: list[torch.Tensor]) -> bool:
        return len(tensors) == len(self._marks) and all(
            last() is one and version == one._version  # noqa: SLF001  # as above
            for one, (last, version) in zip(tensors, self._marks, strict=True)
        )


def _is_counted(tensor: torch.Tensor) -> bool:
    """Tell whether every change of a tensor's bits is counted."""
    return (
        type(tensor) is torch.Tensor
        and tensor.layout is torch.strided
        and not tensor.is_inference()
        and tensor.untyped_storage().resizable()  # else memory is somebody else's, too
    )
