"""The sum of the quick digest on a device, in the current stream, without waiting.

Plain torch operations do it on any device and without a compiler; where Triton is
installed and works, its kernel does the same in one launch (`triton_quick`). Both give
the same bits as the specification.

Both paths have been run on no GPU yet, neither for speed nor for equality.
"""

import warnings
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Final, TypeAlias

import torch

from pytest_repro.errors import ReproWarning
from pytest_repro.fingerprints.quick import CHUNK_WORDS, MULTIPLIER

__all__ = ["Located", "aligned", "device_sum", "in_order", "row_of", "sent"]

Located: TypeAlias = tuple[torch.Tensor, int]
"""A packed tensor that is not empty, and the number of chunks before it."""

_WORD_BYTES: Final = 8
# bytes of an element -> the integer to look through
_INTEGERS: Final = {1: torch.int8, 2: torch.int16, 4: torch.int32, 8: torch.int64}
# Words that are mixed at once: bounds what the temporaries take, 128 MiB each.
_BLOCK_WORDS: Final = 1 << 24
# Why Triton failed in this process, if it did.
_broken: list[str] = []


def sent(
    device: torch.device, located: Sequence[Located]
) -> tuple[torch.Tensor, torch.cuda.Event]:
    """Compute on a CUDA device and send the sum to the host, waiting for neither.

    Args:
        device: The device of all tensors.
        located: The tensors.

    Returns:
        int64[] in pinned memory, and the event after which it holds the sum.
    """
    with torch.cuda.device(device):
        total = _sum(located)
        arrived = torch.empty((), dtype=torch.int64, pin_memory=True)
        arrived.copy_(total, non_blocking=True)
        event = torch.cuda.Event()
        event.record()
    return arrived, event


def device_sum(located: Sequence[Located]) -> torch.Tensor:
    """Add up words where they are, by plain torch operations.

    Args:
        located: Tensors of one device.

    Returns:
        int64[], the sum of `quick` without headers, as a two's complement.
    """
    device = located[0][0].device
    within = _weights(0, CHUNK_WORDS, device)
    total = torch.zeros((), dtype=torch.int64, device=device)
    for tensor, first in located:
        words = _words(tensor)
        for start in range(0, words.numel(), _BLOCK_WORDS):
            block = words[start : start + _BLOCK_WORDS]
            total += _block_sum(block, first + start // CHUNK_WORDS, within)
    return total


def in_order(tensor: torch.Tensor) -> torch.Tensor:
    """Put elements in C order, as integers: not every device can copy every dtype.

    Args:
        tensor: Strided, neither conjugated nor negated.

    Returns:
        Itself if it is contiguous, else a copy that is.
    """
    through = _INTEGERS.get(tensor.element_size())
    if tensor.is_contiguous() or through is None:
        return tensor.contiguous()
    return tensor.view(through).contiguous().view(tensor.dtype)


def row_of(packed: torch.Tensor) -> torch.Tensor:
    """Look at the bytes of a packed tensor.

    Args:
        packed: Contiguous, neither conjugated nor negated.

    Returns:
        uint8[bytes], without a copy.
    """
    # as_strided, since a row of one element may keep a stride that view() refuses
    return packed.detach().as_strided((packed.numel(),), (1,)).view(torch.uint8)


def aligned(row: torch.Tensor) -> torch.Tensor:
    """Make bytes begin where words can be read.

    Args:
        row: uint8[bytes], contiguous.

    Returns:
        Itself, or a copy if it begins in the middle of a word.
    """
    begins = row.data_ptr() % _WORD_BYTES or row.storage_offset() % _WORD_BYTES
    return row.clone() if begins else row


def _sum(located: Sequence[Located]) -> torch.Tensor:
    """Add up by Triton if it works here, else by plain operations."""
    kernel = _kernel()
    if kernel is None:
        return device_sum(located)
    try:
        return kernel(located)
    except Exception as error:  # noqa: BLE001  # no compiler, no support, …
        message = f"quick digests are computed without Triton: {error}"
        warnings.warn(message, ReproWarning, stacklevel=2)
        _broken.append(str(error))
        return device_sum(located)


def _kernel() -> Callable[[Sequence[Located]], torch.Tensor] | None:
    """Return the kernel, unless Triton is missing or has failed in this process."""
    if _broken or find_spec("triton") is None:
        return None
    from pytest_repro.fingerprints.torch_quick_launch import (  # noqa: PLC0415
        triton_sum,
    )

    return triton_sum


def _words(tensor: torch.Tensor) -> torch.Tensor:
    row = row_of(tensor)
    missing = -row.numel() % _WORD_BYTES
    padded = torch.nn.functional.pad(row, (0, missing)) if missing else aligned(row)
    return padded.view(torch.int64)


def _block_sum(
    words: torch.Tensor, first_chunk: int, within: torch.Tensor
) -> torch.Tensor:
    values = _mixed(words)
    full = words.numel() // CHUNK_WORDS
    over = _weights(CHUNK_WORDS + first_chunk, full + 1, words.device)
    rows = values[: full * CHUNK_WORDS].view(full, CHUNK_WORDS)
    rest = values[full * CHUNK_WORDS :]
    last = (rest * within[: rest.numel()]).sum() * over[full]
    return ((rows * over[:full, None]).sum(0) * within).sum() + last


def _mixed(words: torch.Tensor) -> torch.Tensor:
    """Compute m of each word."""
    once = _folded(words, 32) * _signed(MULTIPLIER)
    return _folded(once, 32)


def _weights(first: int, count: int, device: torch.device) -> torch.Tensor:
    """Compute w(first) … on the device, since copying them there could wait."""
    state = torch.arange(first + 1, first + count + 1, device=device)
    state = _folded(state * _signed(MULTIPLIER), 30) * _signed(0xBF58476D1CE4E5B9)
    state = _folded(state, 27) * _signed(0x94D049BB133111EB)
    return _folded(state, 31) | 1


def _folded(words: torch.Tensor, shift: int) -> torch.Tensor:
    """Compute x ⊕ (x ≫ shift); the mask makes the arithmetic shift a logical one."""
    return words ^ ((words >> shift) & ((1 << (64 - shift)) - 1))


def _signed(number: int) -> int:
    """Read 64 bits as a two's complement."""
    return number - (1 << 64) if number >> 63 else number
