"""Structured changes, of which cheap sums are often blind to, change the quick digest.

Twelve million changes are made. That two of 200,000 add the same number by
chance has a probability of 10⁻⁹; the contents are seeded, so it does not vary.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.fingerprints import quick_digest
from pytest_repro.fingerprints.quick import mixed
from tests.fingerprints import quick_changes as changes

STATES = changes.states()
PLACES = changes.two_level()
HIGH = (63, 62, 55, 47, 31, 30, 15, 7)  # signs and exponents of elements of any width

every_state = pytest.mark.parametrize("words", STATES.values(), ids=STATES.keys())


@every_state
def test_single_flips(words: changes.Words) -> None:
    """Each of 196,608 single flipped bits gives a digest of its own."""
    flipped = changes.flips(mixed, words, PLACES, tuple(range(64)))

    assert changes.unseen(flipped) == 0


@every_state
@pytest.mark.parametrize("bit", [63, 31, 15, 0])
def test_pairs_of_flips(words: changes.Words, bit: int) -> None:
    """The same bit flipped in any two of 600 words, as two signs, is seen."""
    flipped = changes.flips(mixed, words[::5][:600], PLACES[::5][:600], (bit,))

    assert changes.unseen(changes.pairs(flipped[:, 0])) == 0


@every_state
@pytest.mark.parametrize("size", [2, 4, 16])
def test_handfuls_of_high_flips(words: changes.Words, size: int) -> None:
    """Any few flips of high bits do not cancel, in 200,000 tries."""
    flipped = changes.flips(mixed, words, PLACES, HIGH).reshape(-1)

    assert changes.unseen(changes.handfuls(flipped, size, 200_000)) == 0


@pytest.mark.parametrize("name", ["float64", "float32", "float16", "counting", "bool"])
def test_swaps_of_words(name: str) -> None:
    """Any two of 640 words, near or far, swapped."""
    swapped = changes.swaps(mixed, STATES[name], PLACES)

    assert changes.unseen(swapped) == 0


@pytest.mark.parametrize("size", [8, 64, 512, 1024])
@pytest.mark.parametrize("name", ["float64", "float32", "float16", "counting", "bool"])
def test_swaps_of_blocks(name: str, size: int) -> None:
    """Any two blocks of one size swapped, up to whole chunks."""
    swapped = changes.block_swaps(mixed, STATES[name], PLACES, size)

    assert changes.unseen(swapped) == 0


def test_constant_contents() -> None:
    """A state filled with any of the 65,536 half-precision numbers has its own."""
    filled = changes.constants(mixed, PLACES)

    assert changes.unseen(filled[1:]) == 0


def test_without_mixing_pairs_of_signs_are_missed() -> None:
    """The check can fail: 2⁶³ times any odd weight is 2⁶³, and two of these cancel."""
    words = STATES["float64"][::5][:600]

    flipped = changes.flips(changes.unmixed, words, PLACES[::5][:600], (63,))

    assert changes.unseen(changes.pairs(flipped[:, 0])) > 100_000


def test_without_weights_for_chunks_their_swaps_are_missed() -> None:
    """The check can fail: alike chunks may change places."""
    words = STATES["float64"]

    swapped = changes.block_swaps(mixed, words, changes.one_level(), 1024)

    assert changes.unseen(swapped) > 0


def test_without_weights_swaps_are_missed() -> None:
    """The check can fail: a plain sum is blind to order."""
    words = STATES["float64"]

    swapped = changes.swaps(mixed, words, np.ones_like(PLACES))

    assert changes.unseen(swapped) > 100_000


@given(st.integers(1, 40), st.integers(1, 40))
def test_zero_tensors_of_two_sizes(first: int, second: int) -> None:
    """Zeros add nothing, so how many there are must stand in the header."""
    digests = {quick_digest([np.zeros(size)]) for size in (first, second)}

    assert len(digests) == len({first, second})


@given(st.lists(st.floats(width=32), min_size=2, max_size=40), st.data())
def test_splits_of_the_same_bytes(values: list[float], data: st.DataObject) -> None:
    """A sequence cut elsewhere, or not cut, is another sequence."""
    array = np.array(values, dtype=np.float32)
    cut = data.draw(st.integers(0, len(values)))

    whole, halves = quick_digest([array]), quick_digest([array[:cut], array[cut:]])

    assert whole != halves


@given(st.binary(min_size=8, max_size=64).filter(lambda data: len(data) % 8 == 0))
def test_reinterpreted_bytes(data: bytes) -> None:
    """The same bytes as another dtype or shape are another tensor."""
    array = np.frombuffer(data, dtype=np.uint64)

    digests = {
        quick_digest([array]),
        quick_digest([array.view(np.int64)]),
        quick_digest([array.view(np.uint32)]),
        quick_digest([array[np.newaxis]]),
    }

    assert len(digests) == 4


def test_duplicated_tensors() -> None:
    """A tensor once, twice and three times; equal ones do not cancel."""
    array = np.arange(5.0)

    digests = {quick_digest([array] * times) for times in range(4)}

    assert len(digests) == 4


def test_order_of_tensors() -> None:
    """Tensors of one shape may not change places."""
    first, second = np.arange(5.0), np.arange(5.0) + 1

    assert quick_digest([first, second]) != quick_digest([second, first])


@given(st.permutations(range(12)))
def test_permutations(order: list[int]) -> None:
    """Elements in another order, inside a word too, are another tensor."""
    array = np.arange(12, dtype=np.int16)

    digests = {quick_digest([array]), quick_digest([array[order]])}

    assert len(digests) == 1 + (order != list(range(12)))
