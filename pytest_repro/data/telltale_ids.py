"""Tell whether ids give labels away: by a word in them, or by their order.

A file name such as ``cat/001.png``, or a list sorted by class, lets a loader that
samples by name, or a model that sees it, know the answer. What is asked is whether ids
predict labels better than chance, so no list of words is needed.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from pytest_repro.data.samples import Sample

__all__ = ["Telltale", "telltale"]

LEAST: Final = 20
"""With fewer labelled samples nothing is said."""

DEVIATIONS: Final = 6.0
"""So many standard deviations above chance is no chance."""

GAIN: Final = 0.2
"""And so much must be gained, of what is left to be gained, to matter."""

_WORD: Final = re.compile(r"[^\W\d_]+|\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Telltale:
    """That ids tell labels, with two samples that show it.

    Attributes:
        first: A sample.
        second: Another with the same label, told by the same.
        detail: How labels are told, and how well.
    """

    first: Sample
    second: Sample
    detail: str


def telltale(samples: Sequence[Sample]) -> Telltale | None:
    """Look whether ids tell labels.

    Args:
        samples: The samples; those without a label are left out, and of a group only
            the first counts, since its ids and labels belong together.

    Returns:
        How, or None.
    """
    seen: set[str] = set()
    labelled = []
    for one in sorted((one for one in samples if one.label), key=_natural):
        if not one.group or one.group not in seen:
            labelled.append(one)
        seen.add(one.group)
    counts = Counter(one.label for one in labelled)
    if len(labelled) < LEAST or len(counts) == 1 or len(counts) == len(labelled):
        return None
    return _by_word(labelled, counts) or _by_order(labelled, counts)


def _by_word(samples: Sequence[Sample], counts: Counter[str]) -> Telltale | None:
    """Predict each label by the other samples with the same word at the same place."""
    words = [_WORD.findall(one.id.casefold()) for one in samples]
    usual = max(counts.values()) / len(samples)
    for place in range(max(map(len, words))):
        told: dict[str, Counter[str]] = defaultdict(Counter)
        pairs = [
            (one[place] if place < len(one) else "", sample)
            for one, sample in zip(words, samples, strict=True)
        ]
        for word, sample in pairs:
            told[word][sample.label] += 1
        hits = [(word, one) for word, one in pairs if _is_told(told[word], one.label)]
        if _is_telling(len(hits) / len(samples), usual, len(samples)):
            first = hits[0]
            same = (one for word, one in hits[1:] if word == first[0])
            second = next((one for one in same if one.label == first[1].label), None)
            share = f"{len(hits) / len(samples):.0%} of labels, {usual:.0%} by chance"
            detail = f"word {place + 1} of an id, such as {first[0]!r}, tells {share}"
            if second is not None:
                return Telltale(first=first[1], second=second, detail=detail)
    return None


def _is_told(others: Counter[str], label: str) -> bool:
    """Tell whether the rest of these samples, without this one, are mostly so."""
    own = others[label] - 1
    return own > 0 and all(
        own > count for name, count in others.items() if name != label
    )


def _by_order(samples: Sequence[Sample], counts: Counter[str]) -> Telltale | None:
    """See whether neighbours, by id, share labels more often than any two samples."""
    size = len(samples)
    chance = sum(n * (n - 1) for n in counts.values()) / (size * (size - 1))
    neighbours = list(pairwise(samples))
    same = [pair for pair in neighbours if pair[0].label == pair[1].label]
    share = len(same) / len(neighbours)
    if not _is_telling(share, chance, len(neighbours)):
        return None
    shown = f"{share:.0%} of neighbours in the order of ids, {chance:.0%} by chance"
    return Telltale(
        first=same[0][0], second=same[0][1], detail=f"the same label have {shown}"
    )


def _is_telling(share: float, chance: float, size: int) -> bool:
    if chance in {0.0, 1.0}:
        return False
    deviation = math.sqrt(chance * (1 - chance) / size)
    is_real = share - chance > DEVIATIONS * deviation
    return is_real and (share - chance) / (1 - chance) > GAIN


def _natural(sample: Sample) -> tuple[tuple[int, int | str], ...]:
    """Sort 2 before 10, as people count."""
    return tuple(
        (0, int(word)) if word.isdecimal() else (1, word)
        for word in _WORD.findall(sample.id)
    )
