"""The launch of the Triton kernel that computes the quick digest on a device.

What the kernel needs to know of the tensors goes to the device in one small table, by
way of pinned memory, so that nothing waits. It is kept as long as the tensors stay
where they are, as those of a model do.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
import torch

from pytest_repro.fingerprints.quick import CHUNK_WORDS, chunks
from pytest_repro.fingerprints.triton_quick import sum_chunks

__all__ = ["PROGRAMS", "WARPS", "launch", "triton_sum"]

PROGRAMS: Final = 8
"""Programs of the kernel for each multiprocessor of the device."""
WARPS: Final = 4
"""Warps of a program: 1024 words are 8 for each thread."""

_WORD_BYTES: Final = 8
_WIDE_BYTES: Final = 16


def triton_sum(located: Sequence[tuple[torch.Tensor, int]]) -> torch.Tensor:
    """Add up words on the current CUDA device, in its current stream.

    Args:
        located: Packed tensors of that device, each with the number of chunks before.

    Returns:
        int64[], the sum of `quick` without headers, as a two's complement.
    """
    device = located[0][0].device
    properties = torch.cuda.get_device_properties(device)
    programs = PROGRAMS * properties.multi_processor_count
    stream = torch.cuda.current_stream(device).cuda_stream
    return launch(located, programs=programs, warps=WARPS, stream=stream)


def launch(
    located: Sequence[tuple[torch.Tensor, int]],
    *,
    programs: int,
    warps: int,
    stream: int = 0,
) -> torch.Tensor:
    """Run the kernel.

    Args:
        located: Packed tensors of one device, each with the number of chunks before.
        programs: At most so many programs.
        warps: Warps of a program.
        stream: The stream that all this is put into; tables are kept for each.

    Returns:
        int64[], the sum, perhaps still to be computed.
    """
    # A tensor that begins inside a word is copied, and lives until the launch.
    tensors = [
        tensor.detach().clone() if tensor.data_ptr() % _WORD_BYTES else tensor
        for tensor, _ in located
    ]
    pointers = tuple(tensor.data_ptr() for tensor in tensors)
    sizes = tuple(tensor.nbytes for tensor in tensors)
    device = tensors[0].device
    shares = (tuple(first for _, first in located), programs)
    table, count = _table((device, stream), pointers, sizes, shares)
    total = torch.zeros((), dtype=torch.int64, device=device)
    is_wide = all(pointer % _WIDE_BYTES == 0 for pointer in pointers)
    sum_chunks[(count,)](table, total, CHUNK=CHUNK_WORDS, WIDE=is_wide, num_warps=warps)
    return total


@lru_cache(maxsize=32)
def _table(
    where: tuple[torch.device, int],
    pointers: tuple[int, ...],
    sizes: tuple[int, ...],
    shares: tuple[tuple[int, ...], int],
) -> tuple[torch.Tensor, int]:
    """Tell the kernel where everything is; kept, since models stay where they are.

    Returns:
        int64[4 + programs + 5 · tensors], and the number of programs: chunks of a
        program, chunks in all, where the tensors' rows begin, 0; the first tensor of
        each program; and a row for each tensor: address, size [bytes], its first chunk
        and the first behind it as counted here, and its first chunk in the digest.
    """
    firsts, most = shares
    counts = np.array([chunks(size) for size in sizes], dtype=np.int64)
    ends = counts.cumsum()
    share = -(-int(ends[-1]) // most)
    count = -(-int(ends[-1]) // share)
    owners = np.searchsorted(ends, np.arange(count) * share, side="right")
    rows = np.stack([pointers, sizes, ends - counts, ends, firsts], axis=1)
    head = np.array([share, ends[-1], 4 + count, 0])
    flat = np.concatenate([head, owners, rows.reshape(-1)]).astype(np.int64)
    host = torch.from_numpy(flat)
    if where[0].type == "cuda":
        host = host.pin_memory()
    return host.to(where[0], non_blocking=True), count
