"""The quick digest of torch tensors, computed where they live, read back later.

The sum of `quick` does not depend on the order of its terms, so each device adds up
its own tensors. On a CPU that is done at once. On a CUDA device the work is put into
the current stream and eight bytes travel to pinned memory behind it, so a training
step does not wait; `Pending.result` waits for these eight bytes and nothing else.

A sparse tensor is coalesced on the host first, as in `torch_tensors`, which waits. A
host is taken to be little-endian.
"""

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, cast

import numpy as np
import numpy.typing as npt
import torch

from pytest_repro.errors import FingerprintError
from pytest_repro.fingerprints.quick import Header, text, word_sum
from pytest_repro.fingerprints.quick_layout import (
    Layout,
    buffer_for,
    gathered_sum,
    layout_of,
)
from pytest_repro.fingerprints.tensors import WORDS
from pytest_repro.fingerprints.torch_quick_device import Located, in_order, sent
from pytest_repro.fingerprints.torch_tensors import components, refusal

__all__ = ["Pending", "elements_of", "quick_torch_digest"]

# Of these classes every tensor that is strided has its bits where it says.
_PLAIN: Final = frozenset({torch.Tensor, torch.nn.Parameter})


@dataclass(frozen=True, slots=True)
class Pending:
    """A digest that may still be under way on a device.

    Attributes:
        known: What is known on the host: the headers and all tensors on a CPU.
        arriving: For each device, the eight bytes and the event behind their copy.
    """

    known: int
    arriving: tuple[tuple[torch.Tensor, torch.cuda.Event], ...] = field(default=())

    @property
    def is_ready(self) -> bool:
        """Whether `result` would return at once."""
        return all(event.query() for _, event in self.arriving)

    def result(self) -> str:
        """Wait for the devices, if any, and return the digest.

        Returns:
            16 hexadecimal digits, equal to `quick.quick_digest` of the same values.
        """
        total = self.known
        for value, event in self.arriving:
            event.synchronize()
            total += int(value)
        return text(total)


def quick_torch_digest(tensors: Sequence[torch.Tensor]) -> Pending:
    """Begin to compute the quick digest of a sequence of tensors.

    Whether they require gradients, where they live and how they are strided do not
    count. On a device, tensors may be changed afterwards by work in the same stream.

    Args:
        tensors: Of any dtypes in `tensors.WORDS`, on any devices; dense or sparse.

    Returns:
        The digest, computed already if every tensor is on a CPU.

    Raises:
        FingerprintError: If a tensor has no bits, or bits alone are not its value.

    Example:
        >>> from pytest_repro.fingerprints import quick_digest
        >>> state = [torch.eye(3), torch.zeros(2, dtype=torch.bool)]
        >>> quick_torch_digest(state).result() == quick_digest(
        ...     [tensor.numpy() for tensor in state]
        ... )
        True
    """
    packed = [one if _is_packed(one) else _packed(one) for one in tensors]
    dense = [one for one in packed if one is not None]
    if len(dense) < len(packed):
        return _with_sparse(tensors)
    layout = _layout(tuple((one.dtype, one.shape, one.is_cpu) for one in dense), ())
    return _pending(dense, layout)


def _is_packed(tensor: torch.Tensor) -> bool:
    """Tell whether the elements lie in memory as they are digested.

    Args:
        tensor: Any tensor.

    Returns:
        Whether they do, on a CPU or a CUDA device.
    """
    return (
        type(tensor) in _PLAIN
        and tensor.layout is torch.strided
        and tensor.is_contiguous()
        and not tensor.is_conj()
        and not tensor.is_neg()
        and not tensor.is_quantized
        and (tensor.is_cpu or tensor.is_cuda)
    )


def _memory_of(packed: torch.Tensor) -> npt.NDArray[np.uint8]:
    """Look at the memory of a tensor, as long as somebody keeps the tensor.

    Not by ``tensor.numpy()``: whatever was lent to numpy cannot be resized any more,
    and a digest is to leave no trace.

    Args:
        packed: On a CPU; `_is_packed`.

    Returns:
        uint8[bytes], without a copy.
    """
    size = packed.numel() * packed.element_size()
    if not size:
        return np.empty(0, dtype=np.uint8)
    held = (ctypes.c_uint8 * size).from_address(packed.data_ptr())
    return np.frombuffer(memoryview(held), dtype=np.uint8)


def elements_of(tensor: torch.Tensor) -> npt.NDArray[np.uint8]:
    """Look at the elements of a dense tensor on a CPU, in order.

    Args:
        tensor: The tensor; somebody keeps it as long as the result is used.

    Returns:
        uint8[bytes], without a copy if they lie in order.
    """
    if _is_packed(tensor):
        return _memory_of(tensor)
    copied = tensor.detach().contiguous().view(-1).view(torch.uint8)
    return cast("npt.NDArray[np.uint8]", copied.numpy())


def _packed(tensor: torch.Tensor) -> torch.Tensor | None:
    """Return the elements in order and in a row, or nothing for a sparse tensor."""
    reason = refusal(tensor)
    if reason:
        raise FingerprintError(reason)
    if tensor.layout is not torch.strided:
        return None
    plain = in_order(tensor.detach().resolve_conj().resolve_neg())
    return plain if plain.is_cpu or plain.is_cuda else plain.cpu()


def _with_sparse(tensors: Sequence[torch.Tensor]) -> Pending:
    """Take sparse tensors apart, each behind a header of its own."""
    dense: list[torch.Tensor] = []
    notes: list[tuple[int, Header]] = []
    for tensor in tensors:
        if tensor.layout is not torch.strided:
            notes.append((len(dense), (_name(tensor.layout), tuple(tensor.shape))))
            tensor = tensor.detach().cpu()  # noqa: PLW2901
        parts = map(_packed, components(tensor))
        dense += [part for part in parts if part is not None]
    key = tuple((one.dtype, one.shape, one.is_cpu) for one in dense)
    return _pending(dense, _layout(key, tuple(notes)))


@lru_cache(maxsize=16)
def _layout(
    key: tuple[tuple[torch.dtype, torch.Size, bool], ...],
    notes: tuple[tuple[int, Header], ...],
) -> Layout:
    headers = tuple((_checked(dtype), tuple(shape)) for dtype, shape, _ in key)
    return layout_of(headers, tuple(is_cpu for *_, is_cpu in key), notes)


def _pending(tensors: Sequence[torch.Tensor], layout: Layout) -> Pending:
    total = layout.header + _gathered(tensors, layout)
    for index in layout.visited:
        total += word_sum(_memory_of(tensors[index]), layout.firsts[index])
    elsewhere: dict[torch.device, list[Located]] = {}
    for index in layout.remote:
        its = elsewhere.setdefault(tensors[index].device, [])
        its.append((tensors[index], layout.firsts[index]))
    return Pending(total, tuple(sent(*one) for one in elsewhere.items()))


def _gathered(tensors: Sequence[torch.Tensor], layout: Layout) -> int:
    """Copy small tensors side by side, by address: a view of each costs far more."""
    buffer = buffer_for(layout)
    start = buffer.ctypes.data
    for index, offset, size in layout.gathered:
        ctypes.memmove(start + offset, tensors[index].data_ptr(), size)
    return gathered_sum(buffer, layout)


def _checked(dtype: torch.dtype) -> str:
    name = _name(dtype)
    if name not in WORDS:
        msg = f"no fingerprint for dtype {name}: pass one of {', '.join(WORDS)}"
        raise FingerprintError(msg)
    return name


def _name(kind: torch.dtype | torch.layout) -> str:
    return str(kind).removeprefix("torch.")
