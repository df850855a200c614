"""What structured changes of a state add to its quick digest, many at a time.

A change goes unseen exactly if what it adds is 0, and two changes are mistaken for each
other if they add the same. The mixing and the weights of places are passed in, so that
weak ones can be put in their stead.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from pytest_repro.fingerprints import quick

Words: TypeAlias = npt.NDArray[np.uint64]
Mix: TypeAlias = Callable[[Words], Words]

CHUNKS: Final = 3
COUNT: Final = CHUNKS * quick.CHUNK_WORDS
GENERATOR_SEED: Final = 20


def two_level() -> Words:
    """Weigh places as the specification does: uint64[COUNT]."""
    within = quick.weights(0, quick.CHUNK_WORDS)
    over = quick.weights(quick.CHUNK_WORDS, CHUNKS)
    return (over[:, np.newaxis] * within).reshape(-1)


def one_level() -> Words:
    """Weigh the places of every chunk alike: a planted weakness."""
    return np.tile(quick.weights(0, quick.CHUNK_WORDS), CHUNKS)


def unmixed(words: Words) -> Words:
    """Leave words as they are: a planted weakness."""
    return words


def states() -> dict[str, Words]:
    """Make contents of several kinds, each uint64[COUNT]."""
    generator = np.random.default_rng(GENERATOR_SEED)
    halves = generator.standard_normal(4 * COUNT).astype(np.float16)
    return {
        "zeros": np.zeros(COUNT, dtype=np.uint64),
        "ones": np.ones(COUNT).view(np.uint64),
        "float64": generator.standard_normal(COUNT).view(np.uint64),
        "float32": generator.standard_normal(2 * COUNT).astype("f4").view(np.uint64),
        "float16": halves.view(np.uint64),
        "counting": np.arange(COUNT, dtype=np.uint64),
        "bool": (generator.random(8 * COUNT) < 0.5).view(np.uint64),
    }


def flips(mix: Mix, words: Words, weights: Words, bits: tuple[int, ...]) -> Words:
    """Flip each of some bits in each word: uint64[words, bits]."""
    masks = np.uint64(1) << np.array(bits, dtype=np.uint64)
    before, after = mix(words)[:, np.newaxis], mix(words[:, np.newaxis] ^ masks)
    return (after - before) * weights[:, np.newaxis]


def pairs(changes: Words) -> Words:
    """Make every two of some changes at once: uint64[pairs]."""
    first, second = np.triu_indices(changes.size, k=1)
    return changes[first] + changes[second]


def handfuls(changes: Words, size: int, count: int) -> Words:
    """Make some changes at once, drawn without repetition: uint64[count]."""
    generator = np.random.default_rng(GENERATOR_SEED)
    drawn = generator.integers(0, changes.size, (count, size))
    drawn.sort(axis=1)
    different = (np.diff(drawn, axis=1) != 0).all(axis=1)
    drawn = np.unique(drawn[different], axis=0)
    return np.asarray(changes[drawn].sum(axis=1), dtype=np.uint64)


def swaps(mix: Mix, words: Words, weights: Words) -> Words:
    """Swap every two words of a stride that differ: uint64[swaps]."""
    first, second = np.triu_indices(640, k=1)
    stride = np.arange(640) * (words.size // 640)
    first, second = stride[first], stride[second]
    kept = words[first] != words[second]
    first, second = first[kept], second[kept]
    values = mix(words)
    moved = (weights[first] - weights[second]) * (values[second] - values[first])
    return np.asarray(moved, dtype=np.uint64)


def block_swaps(mix: Mix, words: Words, weights: Words, size: int) -> Words:
    """Swap every two aligned blocks of a size: uint64[swaps]."""
    values = mix(words).reshape(-1, size)
    places = weights.reshape(-1, size)
    first, second = np.triu_indices(len(values), k=1)
    moved = (values[second] - values[first]) * (places[first] - places[second])
    return np.asarray(moved.sum(axis=1), dtype=np.uint64)


def constants(mix: Mix, weights: Words) -> Words:
    """Fill the whole state with each 16-bit pattern: uint64[65536]."""
    patterns = np.arange(1 << 16, dtype=np.uint64) * np.uint64(0x0001000100010001)
    filled = mix(patterns) * np.add.reduce(weights)
    return np.asarray(filled, dtype=np.uint64)


def unseen(changes: Words) -> int:
    """Count the changes that add nothing, and those that add what another adds."""
    flat = changes.reshape(-1)
    return int((flat == 0).sum()) + flat.size - np.unique(flat).size
