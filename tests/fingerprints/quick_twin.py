"""The steps of the Triton kernel, one by one, in NumPy: for machines without Triton.

It reads the same table and the same addresses as the kernel does on a device, so what
it proves is the table and the arithmetic; that Triton compiles the same is proved by
its interpreter and on a device.
"""

import ctypes

import numpy as np
import torch

from pytest_repro.fingerprints.quick import CHUNK_WORDS, mixed, weights

ROW = 5


def total(table: torch.Tensor, programs: int) -> int:
    """Run all programs, as `sum_chunks` does."""
    numbers = [int(number) for number in table.tolist()]
    return sum(program_sum(numbers, program) for program in range(programs))


def program_sum(table: list[int], program: int) -> int:
    """Run one program: its share of the chunks, with the weights of places last."""
    share, count, row = table[0], table[1], table[2] + ROW * table[4 + program]
    sums = np.zeros(CHUNK_WORDS, dtype=np.uint64)
    for chunk in range(program * share, min(program * share + share, count)):
        row += ROW * (chunk >= table[row + 3])
        address, size, first, _, number = table[row : row + ROW]
        words = chunk_at(address, size, (chunk - first) * CHUNK_WORDS)
        sums += mixed(words) * weights(CHUNK_WORDS + number + chunk - first, 1)
    return int((sums * weights(0, CHUNK_WORDS)).sum(dtype=np.uint64))


def chunk_at(
    address: int, size: int, offset: int
) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """Load a chunk; the bytes behind the last whole word are a word of their own."""
    whole = size // 8
    words = np.zeros(CHUNK_WORDS, dtype=np.uint64)
    inside = min(CHUNK_WORDS, whole - offset)
    data = ctypes.string_at(address + 8 * offset, 8 * inside)
    words[:inside] = np.frombuffer(data, dtype=np.uint64)
    if inside < CHUNK_WORDS:
        tail = ctypes.string_at(address + 8 * whole, size - 8 * whole)
        words[inside] = int.from_bytes(tail, "little")
    return words
