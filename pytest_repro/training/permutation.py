"""Shuffle any number of things without a list of them: a keyed permutation.

A shuffled list needs the list, and whoever wants its last element shuffles all of it.
Here the index at a place is computed from the place, the number of things and a key,
and the place of an index likewise, so every worker of every machine works out its own
share of an epoch of a billion samples by itself.

Which permutations there are: all of three things, a tiny part of those of a thousand,
as with any generator. It is a shuffle and no cipher.
"""

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from pytest_repro.data.mixing import Words, mixed, numbers
from pytest_repro.errors import ReproUsageError

__all__ = ["ALGORITHM", "Indices", "Permutation"]

ALGORITHM: Final = "feistel8-splitmix64-v1"
"""The name of the permutation; it changes with every bit of what it gives."""

ROUNDS: Final = 8
MOST: Final = 2**62
KEY_BITS: Final = 64

Indices: TypeAlias = npt.NDArray[np.int64]


class Permutation:
    """One order of the numbers below a size.

    ::

        place = left · 2^b + right,   a + b bits as size − 1 has, a − b ∈ {0, 1}
        left  ^= mixed(right ^ key₀),   right ^= mixed(left ^ key₁),   … 8 times
        again, while the result is no number below size

    Laws: a bijection of [0, size); `places_of` is the inverse of `at`.

    Attributes:
        size: How many numbers there are.
        key: Which order of them.

    Source:
        Luby & Rackoff 1988, "How to construct pseudorandom permutations from
        pseudorandom functions"; Black & Rogaway 2002, "Ciphers with arbitrary finite
        domains", cycle walking; the round function is the finaliser of SplitMix64.
    """

    def __init__(self, size: int, key: int) -> None:
        """Prepare the keys of the rounds.

        Args:
            size: How many numbers, in [0, 2^62].
            key: In [0, 2^64), such as a derived seed.

        Raises:
            ReproUsageError: If one of them is outside.
        """
        if not 0 <= size <= MOST or not 0 <= key < 2**KEY_BITS:
            msg = f"a permutation has 0 to 2^62 places and a 64-bit key: {size}, {key}"
            raise ReproUsageError(msg)
        self.size = size
        self.key = key
        bits = max(size - 1, 0).bit_length()
        self._low = np.uint64(bits // 2)
        self._masks = (_mask(bits - bits // 2), _mask(bits // 2))
        self._keys = mixed(numbers(ROUNDS) ^ np.uint64(key))

    def __len__(self) -> int:
        """Return how many numbers there are."""
        return self.size

    def __getitem__(self, place: int) -> int:
        """Return the number at a place."""
        if not 0 <= place < self.size:
            msg = f"places go from 0 to {self.size - 1}, got {place}"
            raise IndexError(msg)
        return int(self.at(np.array([place]))[0])

    def at(self, places: Indices) -> Indices:
        """Compute the numbers at places.

        Args:
            places: int64[n], each in [0, size).

        Returns:
            int64[n], each in [0, size).
        """
        return self._walk(places, range(ROUNDS))

    def places_of(self, indices: Indices) -> Indices:
        """Compute where numbers are: when an epoch comes to a sample.

        Args:
            indices: int64[n], each in [0, size).

        Returns:
            int64[n], each in [0, size).
        """
        return self._walk(indices, range(ROUNDS - 1, -1, -1))

    def _walk(self, start: Indices, rounds: range) -> Indices:
        """Go on from whatever lies outside until it lies inside."""
        found = self._turn(start.astype(np.uint64), rounds)
        outside = np.flatnonzero(found >= self.size)
        while len(outside):
            again = self._turn(found[outside], rounds)
            found[outside] = again
            outside = outside[again >= self.size]
        return found.astype(np.int64)

    def _turn(self, words: Words, rounds: range) -> Words:
        halves = [words >> self._low, words & self._masks[1]]
        for number in rounds:
            side = number % 2
            spread = mixed(halves[1 - side] ^ self._keys[number])
            halves[side] = halves[side] ^ (spread & self._masks[side])
        return (halves[0] << self._low) | halves[1]


def _mask(bits: int) -> np.uint64:
    return np.uint64((1 << bits) - 1)
