"""Numbers that look random and are the same everywhere, for sketches.

NumPy does not promise that its generators give the same numbers in another version, and
a finding must not depend on a version.
"""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["Words", "mixed", "numbers"]

Words: TypeAlias = npt.NDArray[np.uint64]


def numbers(count: int) -> Words:
    """Give numbers of 64 bits.

    Args:
        count: How many; fewer are the beginning of more.

    Returns:
        uint64[count].
    """
    return mixed(np.arange(1, count + 1, dtype=np.uint64))


def mixed(words: Words) -> Words:
    """Spread each bit of a word over all of it.

    Args:
        words: Any words; different ones stay different.

    Returns:
        As many words.

    Source:
        Steele, Lea & Flood 2014, "Fast splittable pseudorandom number generators",
        the finaliser of SplitMix64.
    """
    words = words + np.uint64(0x9E3779B97F4A7C15)
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))
