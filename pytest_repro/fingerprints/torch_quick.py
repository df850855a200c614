"""The quick digest of torch tensors, computed where they live, read back later.

The sum of `quick` does not depend on the order of its terms, so each device adds up
its own tensors. On a CPU that is done at once. On a CUDA device the work is put into
the current stream and eight bytes travel to pinned memory behind it, so a training
step does not wait; `Pending.result` waits for these eight bytes and nothing else.

The path on a device has been run on no GPU yet, neither for speed nor for equality.

A sparse tensor is coalesced on the host first, as in `torch_tensors`, which waits.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import torch

from pytest_repro.errors import FingerprintError
from pytest_repro.fingerprints.quick import (
    CHUNK_WORDS,
    MULTIPLIER,
    Header,
    chunks,
    header_sum,
    text,
    weights,
    word_sum,
)
from pytest_repro.fingerprints.tensors import WORDS
from pytest_repro.fingerprints.torch_tensors import components, refusal

__all__ = ["Pending", "device_sum", "quick_torch_digest"]

Located: TypeAlias = tuple[torch.Tensor, int]
"""A dense tensor and the number of chunks before it."""

_WORD_BYTES: Final = 8
_LOW: Final = (1 << 32) - 1
_SIGNED_MULTIPLIER: Final = MULTIPLIER - (1 << 64)


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
    headers, located = _laid_out(tensors)
    total = header_sum(headers)
    elsewhere: dict[torch.device, list[Located]] = {}
    for tensor, first in located:
        if tensor.device.type == "cpu":
            total += word_sum(_host_bytes(tensor), first)
        else:
            elsewhere.setdefault(tensor.device, []).append((tensor, first))
    arriving = tuple(_sent(device, its) for device, its in elsewhere.items())
    return Pending(total, arriving)


def device_sum(located: Sequence[Located]) -> torch.Tensor:
    """Add up words where they are, by plain torch operations.

    Args:
        located: Tensors of one device, each with the number of chunks before it.

    Returns:
        int64[], the sum of `quick` without headers, as a two's complement.
    """
    device = located[0][0].device
    within = _weights(0, CHUNK_WORDS, device)
    total = torch.zeros((), dtype=torch.int64, device=device)
    for tensor, first in located:
        words = _words(tensor)
        count = -(-words.numel() // CHUNK_WORDS)
        padded = torch.nn.functional.pad(words, (0, count * CHUNK_WORDS - len(words)))
        rows = _mixed(padded).view(count, CHUNK_WORDS) * within
        over = _weights(CHUNK_WORDS + first, count, device)
        total += (rows.sum(1) * over).sum()
    return total


def _laid_out(
    tensors: Sequence[torch.Tensor],
) -> tuple[tuple[Header, ...], list[Located]]:
    """Return all headers, and where the words of each dense tensor begin."""
    headers: list[Header] = []
    located: list[Located] = []
    first = 0
    for tensor in _dense(tensors, headers):
        size_bytes = tensor.numel() * tensor.element_size()
        if size_bytes:
            located.append((tensor, first))
        first += chunks(size_bytes)
    return tuple(headers), located


def _dense(
    tensors: Sequence[torch.Tensor], headers: list[Header]
) -> list[torch.Tensor]:
    """Take sparse tensors apart, each behind a header of its own; note all headers."""
    found = []
    for tensor in tensors:
        reason = refusal(tensor)
        if reason:
            raise FingerprintError(reason)
        parts = [tensor.detach()]
        if tensor.layout is not torch.strided:
            headers.append((_name(tensor.layout), tuple(tensor.shape)))
            parts = list(components(tensor.detach().cpu()))
        for part in parts:
            headers.append((_checked(part.dtype), tuple(part.shape)))
            found.append(part)
    return found


def _checked(dtype: torch.dtype) -> str:
    name = _name(dtype)
    if name not in WORDS:
        msg = f"no fingerprint for dtype {name}: pass one of {', '.join(WORDS)}"
        raise FingerprintError(msg)
    return name


def _name(kind: torch.dtype | torch.layout) -> str:
    return str(kind).removeprefix("torch.")


def _row(tensor: torch.Tensor) -> torch.Tensor:
    """Return the logical bytes in C order, without a copy where that is possible."""
    packed = tensor.resolve_conj().resolve_neg().contiguous()
    # as_strided, since a row of one element may keep a stride that view() refuses
    return packed.as_strided((packed.numel(),), (1,)).view(torch.uint8)


def _host_bytes(tensor: torch.Tensor) -> npt.NDArray[np.uint8]:
    return _row(tensor).numpy()


def _words(tensor: torch.Tensor) -> torch.Tensor:
    row = _row(tensor)
    missing = -row.numel() % _WORD_BYTES
    if missing or not _is_aligned(row):
        row = torch.nn.functional.pad(row, (0, missing)).clone()
    return row.view(torch.int64)


def _is_aligned(row: torch.Tensor) -> bool:
    """Tell whether words can be read where the bytes are."""
    return not (row.data_ptr() % _WORD_BYTES or row.storage_offset() % _WORD_BYTES)


def _mixed(words: torch.Tensor) -> torch.Tensor:
    """Compute m; the mask makes a logical shift of the arithmetic one."""
    once = (words ^ ((words >> 32) & _LOW)) * _SIGNED_MULTIPLIER
    return once ^ ((once >> 32) & _LOW)


def _weights(first: int, count: int, device: torch.device) -> torch.Tensor:
    host = torch.from_numpy(weights(first, count).view(np.int64))
    if device.type != "cuda":
        return host.to(device)
    return host.pin_memory().to(device, non_blocking=True)


def _sent(
    device: torch.device, located: Sequence[Located]
) -> tuple[torch.Tensor, torch.cuda.Event]:
    """Compute on a device and send the sum to the host, waiting for neither."""
    with torch.cuda.device(device):
        arrived = torch.empty((), dtype=torch.int64, pin_memory=True)
        arrived.copy_(device_sum(located), non_blocking=True)
        event = torch.cuda.Event()
        event.record()
    return arrived, event
