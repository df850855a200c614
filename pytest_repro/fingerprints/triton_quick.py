"""The sum of the quick digest as one Triton kernel over all tensors of a device.

One launch serves any number of tensors, since a launch for each would cost more than
reading them. A table says where they are; each program of the kernel takes its share
of the chunks, one after another, and adds its sum to the total by one atomic addition::

    Σ_c Σ_j B(k_c) · A(j) · m(x_cj)  =  Σ_j A(j) · (Σ_c B(k_c) · m(x_cj))

so a word costs two multiplications: A comes last, and B is one number for a chunk.

The module can be loaded without Triton; `torch_quick_device` asks before it calls.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, Final

import numpy as np
import torch

from pytest_repro.fingerprints.quick import CHUNK_WORDS, chunks

try:
    import triton
    import triton.language as tl

    jit = triton.jit
except ImportError:  # builds of torch for CPUs come without it
    tl = SimpleNamespace(constexpr=int)

    def jit(kernel: Callable[..., Any]) -> Callable[..., Any]:
        """Leave a kernel as it is, where nothing can compile it."""
        return kernel


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
    _sum_chunks[(count,)](
        table, total, CHUNK=CHUNK_WORDS, WIDE=is_wide, num_warps=warps
    )
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


@jit
def _weight(number):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Compute w: uint64 of any shape."""
    state = (number + 1) * 0x9E3779B97F4A7C15
    state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9
    state = (state ^ (state >> 27)) * 0x94D049BB133111EB
    return (state ^ (state >> 31)) | 1


@jit
def _tail(address, size):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Read the bytes behind the last whole word as one word: uint64[]."""
    whole = size // 8 * 8
    place = tl.arange(0, 8)
    behind = address.to(tl.pointer_type(tl.uint8)) + whole + place
    found = tl.load(behind, mask=place < size - whole, other=0).to(tl.uint64)
    return tl.sum(found << (place * 8).to(tl.uint64), axis=0)


@jit  # type: ignore[untyped-decorator]  # Triton publishes no types
def _sum_chunks(table, total, CHUNK: tl.constexpr, WIDE: tl.constexpr):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, N803
    """Add the chunks of one program to the total."""
    program = tl.program_id(0)
    share = tl.load(table)
    begin = program * share
    end = tl.minimum(begin + share, tl.load(table + 1))
    row = table + tl.load(table + 2) + 5 * tl.load(table + 4 + program)
    address = tl.load(row)
    size = tl.load(row + 1)
    first = tl.load(row + 2)
    last = tl.load(row + 3)
    number = tl.load(row + 4)
    place = tl.arange(0, CHUNK)
    sums = tl.zeros((CHUNK,), dtype=tl.uint64)
    for chunk in range(begin, end):
        if chunk >= last:
            row += 5
            address = tl.load(row)
            size = tl.load(row + 1)
            first = tl.load(row + 2)
            last = tl.load(row + 3)
            number = tl.load(row + 4)
        offset = (chunk - first) * CHUNK
        pointer = address.to(tl.pointer_type(tl.uint64))
        if WIDE:
            pointer = tl.multiple_of(pointer, 16)
        whole = size // 8
        if offset + CHUNK <= whole:
            words = tl.load(pointer + offset + place)
        else:
            inside = offset + place
            words = tl.load(pointer + inside, mask=inside < whole, other=0)
            words = tl.where(inside == whole, _tail(address, size), words)
        over = _weight((CHUNK + number + chunk - first).to(tl.uint64))
        once = (words ^ (words >> 32)) * 0x9E3779B97F4A7C15
        sums += (once ^ (once >> 32)) * over
    found = tl.sum(sums * _weight(place.to(tl.uint64)), axis=0)
    tl.atomic_add(total, found.to(tl.int64, bitcast=True), sem="relaxed")
