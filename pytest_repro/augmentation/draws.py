"""Random numbers by address: seed, epoch, operation, field, sample; and no state.

A generator that goes forward gives a sample other numbers when another sample, worker
or operation is added before it. Here nothing goes forward: each number is a function of
its address alone. The arithmetic is whole numbers below 2⁶⁴, written with operators
that NumPy and torch share, so that host and device agree in every bit.

Source:
    Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3",
    Philox4x32-10.
"""

import hashlib
from collections.abc import Iterable
from functools import cache
from statistics import NormalDist
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

from pytest_repro.determinism import derive
from pytest_repro.errors import ReproUsageError

__all__ = [
    "ALGORITHM",
    "KEY_BITS",
    "NORMAL_BITS",
    "SampleId",
    "normal_table",
    "philox",
    "sample_words",
    "units",
]

ALGORITHM: Final = "address-philox4x32-10-v1"
"""The name of everything here; another way to draw gets another name."""

KEY_BITS: Final = 52
"""Of the number from which a whole field of noise is drawn; a float64 holds it."""

NORMAL_BITS: Final = 16

SampleId = int | str
"""A sample's index, or its id; 1 and "1" are two samples."""

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Words = TypeVar("Words", Whole, Any)

_MASK: Final = 0xFFFFFFFF
_ROUNDS: Final = 10
_FACTORS: Final = (0xD2511F53, 0xCD9E8D57)
_STEPS: Final = (0x9E3779B9, 0xBB67AE85)
_LARGEST_ID: Final = 2**62


def philox(counter: tuple[Words, ...], key: tuple[Words, ...]) -> tuple[Words, ...]:
    """Turn four counting words and two words of key into four random words.

    Law: equal words in, equal words out, in NumPy and torch, on any device.

    Args:
        counter: Four arrays or tensors of int64 in [0, 2³²) that broadcast.
        key: Two of the same.

    Returns:
        Four, as they broadcast.
    """
    a, b, c, d = counter
    left, right = key
    for _ in range(_ROUNDS):
        # A product past 2⁶³ wraps; its upper word is read with the sign cut off.
        first, second = a * _FACTORS[0], c * _FACTORS[1]
        a, b, c, d = (
            ((second >> 32) & _MASK) ^ b ^ left,
            second & _MASK,
            ((first >> 32) & _MASK) ^ d ^ right,
            first & _MASK,
        )
        left, right = (left + _STEPS[0]) & _MASK, (right + _STEPS[1]) & _MASK
    return a, b, c, d


def units(seed: int, address: str, words: tuple[Whole, Whole]) -> Floats:
    """Draw one number in [0, 1) for each sample.

    ::

        u(sample) = (2²¹ · word₀ + ⌊word₁ / 2¹¹⌋) / 2⁵³

    Args:
        seed: The root seed.
        address: Epoch, operation and field.
        words: Of the samples, from `sample_words`.

    Returns:
        float64[samples], multiples of 2⁻⁵³.

    Example:
        >>> units(0, "rotate/degrees", sample_words([7])).tolist()
        [0.5023076832796234]
    """
    key = derive(seed, f"augment/{address}")
    low, high = words
    nothing = np.zeros_like(low)
    first, second, _, _ = philox(
        (low, high, nothing, nothing), (nothing + (key & _MASK), nothing + (key >> 32))
    )
    whole: Whole = (first << 21) | (second >> 11)
    return whole.astype(np.float64) / 2.0**53


def sample_words(ids: Iterable[SampleId]) -> tuple[Whole, Whole]:
    """Give each sample the two words that stand for it.

    An index stands for itself; a text for 63 bits of its SHA-256, above all indices.

    Args:
        ids: Indices from 0 on, or texts.

    Returns:
        int64[samples], twice, in [0, 2³²): the lower words and the upper.

    Raises:
        ReproUsageError: If an id is neither.
    """
    numbers = np.array([_number(one) for one in ids], dtype=np.uint64)
    low = (numbers & np.uint64(_MASK)).astype(np.int64)
    return low, (numbers >> np.uint64(32)).astype(np.int64)


@cache
def normal_table() -> Floats:
    """Compute the middle quantiles of the normal distribution, in units of 2⁻¹⁶.

    ::

        z(k) = round(2¹⁶ · Φ⁻¹((k + ½) / 2¹⁶)) / 2¹⁶,   0 ≤ k < 2¹⁶

    A look-up has the same bits everywhere, which a logarithm and a cosine have not. No
    value lies beyond ±4.33.

    Returns:
        float64[65536], antisymmetric.
    """
    size = 2**NORMAL_BITS
    inverse = NormalDist().inv_cdf
    lower = [round(size * inverse((k + 0.5) / size)) / size for k in range(size // 2)]
    half = np.array(lower)
    table = np.concatenate([half, -half[::-1]])
    table.flags.writeable = False
    return table


def _number(one: SampleId) -> int:
    if isinstance(one, str):
        found = hashlib.sha256(one.encode()).digest()
        return int.from_bytes(found[:8], "big") | 2**63
    if isinstance(one, bool) or not 0 <= int(one) < _LARGEST_ID:
        msg = f"a sample is named by a text or an index from 0 on, got {one!r}"
        raise ReproUsageError(msg)
    return int(one)
