"""Characters for a language model: a text made by integers, and reading any text.

The generated text comes from a Markov chain whose entropy is known, so the best loss is
known before anything trains: a model above it has something left to learn, and one well
below it has seen the test. The other text, `data/essay.txt`, is English prose; for it
nobody knows the bound.
"""

import itertools
import math
from pathlib import Path
from typing import Final

import torch
from torch import Tensor

from experiments.integers import splitmix64

__all__ = ["ENTROPY", "encode", "markov_text", "read_text"]

ALPHABET: Final = "abcde"
ODDS: Final = (8, 4, 2, 1, 1)
"""In sixteenths: how probable the first, second … successor of a pair is."""

ENTROPY: Final = -sum(odd / 16 * math.log(odd / 16) for odd in ODDS)
"""The smallest expected loss of any predictor of the chain [nats per character]."""


def markov_text(length: int) -> str:
    """Walk a second-order Markov chain over five letters.

    Each pair of letters ranks the five as its successors in an order of its own; the
    first is as probable as the other four together. Knowing one letter is not enough:
    attention has to look at two.

    Args:
        length: The number of characters.

    Returns:
        The same text on every machine and for every seed of a run.
    """
    draws = splitmix64(1906)  # A. A. Markov's first paper on chains
    successors = {}
    for pair in itertools.product(ALPHABET, repeat=2):
        keys = {letter: next(draws) for letter in ALPHABET}
        successors["".join(pair)] = sorted(ALPHABET, key=keys.__getitem__)
    urn = [rank for rank, odd in enumerate(ODDS) for _ in range(odd)]  # 16 balls
    text = ALPHABET[:2]
    while len(text) < length:
        text += successors[text[-2:]][urn[next(draws) >> 60]]
    return text


def read_text(path: Path) -> str:
    """Read an ASCII text without letting the platform touch its line ends."""
    return path.read_bytes().decode("ascii")


def encode(text: str) -> tuple[Tensor, int]:
    """Number the characters in the order of their code points.

    Args:
        text: Any text.

    Returns:
        Tokens int64[characters], and the size of the vocabulary.

    Example:
        >>> encode("abba")
        (tensor([0, 1, 1, 0]), 2)
    """
    number = {character: index for index, character in enumerate(sorted(set(text)))}
    tokens = torch.tensor([number[character] for character in text])
    return tokens, len(number)
