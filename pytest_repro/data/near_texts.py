"""Find texts that are nearly the same, without comparing each with each.

Two texts are alike as far as they share sequences of five letters. Sixty-four minima of
hashed sequences stand for a text; texts with four equal minima in some band are
candidates, and these are compared exactly. So a finding is never a guess of the
sketches; only a miss can be, and `docs/explanation/near-duplicates.md` has its rate.

Source:
    Broder 1997, "On the resemblance and containment of documents"; bands: Leskovec,
    Rajaraman & Ullman, "Mining of Massive Datasets", 3rd ed., section 3.4.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from pytest_repro.data.mixing import Words, mixed, numbers
from pytest_repro.data.pairs import Near

__all__ = ["MEASURE", "TextIndex", "resemblance", "sketch_text"]

MEASURE: Final = "jaccard-5-letters-v1"

LETTERS: Final = 5
BANDS: Final = 16
ROWS: Final = 4
MOST: Final = 32
"""So many texts of one bucket are candidates; more share a phrase, and no more."""

CHUNK: Final = 4096

_GAPS: Final = re.compile(r"[\W_]+")


class TextIndex:
    """Texts, sketched, to be looked for among others.

    Attributes:
        keys: A number for each text and band; texts with a common one are candidates.
        text_of: Gives the text at a place.
    """

    def __init__(
        self, sketches: Sequence[Words], text_of: Callable[[int], str]
    ) -> None:
        """Take sketches, but no texts: there may be more than fit in memory.

        Args:
            sketches: What `sketch_text` gave for each.
            text_of: Gives the text at a place, for candidates.
        """
        table = np.array(sketches, dtype=np.uint64).reshape(-1, BANDS, ROWS)
        self.keys: Words = (table * _weights(ROWS)).sum(axis=2, dtype=np.uint64)
        self.text_of = text_of

    def nearest_in(self, others: "TextIndex", *, threshold: float) -> list[Near]:
        """Find for each text the one among others that is most alike.

        Args:
            others: The others.
            threshold: The resemblance from which on it counts.

        Returns:
            Those that have one, in the order of these texts.
        """
        found: list[Near] = []
        for place, candidates in enumerate(_candidates(self.keys, others.keys)):
            own = _sequences(self.text_of(place)) if candidates else None
            best = Near(own=place, other=-1, similarity=0.0)
            for other in candidates:
                alike = _jaccard(own, _sequences(others.text_of(other)))
                if alike > best.similarity:
                    best = Near(own=place, other=other, similarity=alike)
            if best.other >= 0 and best.similarity >= threshold:
                found.append(best)
        return found


def sketch_text(text: str) -> Words:
    """Sketch a text by the minimum of each of many hash functions.

    Args:
        text: The text.

    Returns:
        uint64[64].
    """
    sequences = _sequences(text)
    weights = _weights(2 * BANDS * ROWS)
    turns, adds = weights[::2], weights[1::2]
    least = np.full(BANDS * ROWS, np.iinfo(np.uint64).max, dtype=np.uint64)
    for start in range(0, sequences.size, CHUNK):
        block = sequences[start : start + CHUNK, None]
        least = np.minimum(least, ((block ^ adds) * turns).min(axis=0))
    return least


def resemblance(one: str, other: str) -> float:
    """Compute how much of two texts is the same.

    ::

        resemblance = |A ∩ B| / |A ∪ B|   of their sequences of five letters

    Case, punctuation and blanks do not count.

    Args:
        one: A text.
        other: Another.

    Returns:
        A number in [0, 1].
    """
    return _jaccard(_sequences(one), _sequences(other))


def _jaccard(one: Words | None, other: Words) -> float:
    if one is None:
        return 0.0
    common = np.intersect1d(one, other, assume_unique=True).size
    return common / (one.size + other.size - common)


def _sequences(text: str) -> Words:
    """Hash each sequence of letters; a short text is filled up with blanks."""
    plain = _GAPS.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()
    data = plain.ljust(LETTERS).encode("utf-32-le", errors="surrogatepass")
    letters = np.frombuffer(data, dtype="<u4").astype(np.uint64)
    windows = np.lib.stride_tricks.sliding_window_view(letters, LETTERS)
    return np.unique(mixed((windows * _weights(LETTERS)).sum(axis=1, dtype=np.uint64)))


def _candidates(own: Words, others: Words) -> list[tuple[int, ...]]:
    """List for each text those of others that share a band with it."""
    found: list[set[int]] = [set() for _ in range(len(own))]
    for band in range(BANDS):
        order = np.argsort(others[:, band], kind="stable")
        ranked = others[order, band]
        starts = np.searchsorted(ranked, own[:, band], side="left")
        ends = np.searchsorted(ranked, own[:, band], side="right")
        for place in np.flatnonzero(ends > starts).tolist():
            end = min(int(ends[place]), int(starts[place]) + MOST)
            found[place].update(order[starts[place] : end].tolist())
    return [tuple(sorted(one)) for one in found]


def _weights(count: int) -> Words:
    """Give odd numbers that are the same everywhere."""
    return numbers(count) | np.uint64(1)
