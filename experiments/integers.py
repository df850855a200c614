"""A random number generator made of integers only, for data that must never change.

A framework's generator may give other numbers on another instruction set, or after an
upgrade. Data made here has the same bits on every machine, for ever: nothing but 64-bit
integer arithmetic decides them. It is not for weights or the order of batches; those
follow the seed of the run (`repro.generator`).
"""

from collections.abc import Iterator
from typing import Final

__all__ = ["splitmix64"]

MASK: Final = 2**64 - 1


def splitmix64(seed: int) -> Iterator[int]:
    """Yield integers in [0, 2**64) for ever.

    Args:
        seed: Any integer; equal seeds give equal streams.

    Yields:
        The finalized values of a Weyl sequence.

    Example:
        >>> next(splitmix64(0)) == 0xE220A8397B1DCDAF
        True

    Source:
        Steele, Lea & Flood 2014, https://doi.org/10.1145/2660193.2660195; constants
        and test value from https://prng.di.unimi.it/splitmix64.c
    """
    state = seed & MASK
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        mixed = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & MASK
        yield mixed ^ (mixed >> 31)
