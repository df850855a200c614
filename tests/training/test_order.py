"""The order of an epoch is computed place by place, and is a permutation."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_repro.errors import ReproUsageError
from pytest_repro.training import InOrder, Permutation, Shuffled, Windowed

SIZES = st.integers(0, 3000)
KEYS = st.integers(0, 2**64 - 1)


@given(SIZES, KEYS)
def test_every_number_comes_once(size: int, key: int) -> None:
    """A bijection of the numbers below the size."""
    order = Permutation(size, key).at(np.arange(size))

    assert sorted(order.tolist()) == list(range(size))


@given(SIZES, KEYS)
def test_where_a_number_stands_is_computed_too(size: int, key: int) -> None:
    """`places_of` is the inverse of `at`."""
    order, places = Permutation(size, key), np.arange(size)

    assert np.array_equal(order.places_of(order.at(places)), places)


def test_the_order_of_a_billion_is_known_at_any_place() -> None:
    """Nothing of that size is kept; these numbers are the algorithm's for ever."""
    order = Permutation(10**9, 7)
    places = np.array([0, 1, 999_999_999])

    assert order.at(places).tolist() == [order[0], order[1], order[999_999_999]]
    assert np.array_equal(order.places_of(order.at(places)), places)
    assert order.at(places).tolist() == [700742692, 382207990, 270775876]


def test_all_orders_of_four_are_equally_frequent() -> None:
    """χ² over 24 orders and 2,400 keys stays below its 0.9999 quantile, 57.1."""
    seen = Counter(
        tuple(Permutation(4, key).at(np.arange(4)).tolist()) for key in range(2_400)
    )
    chi_square = sum((count - 100) ** 2 / 100 for count in seen.values())

    assert len(seen) == 24
    assert chi_square < 57.1


@pytest.mark.parametrize("rule", [Shuffled(50), Windowed([20, 0, 7, 23], window=8)])
@settings(max_examples=20)
@given(epoch=st.integers(0, 9), seed=st.integers(0, 99))
def test_an_epoch_has_each_sample_once(
    rule: Shuffled | Windowed, epoch: int, seed: int
) -> None:
    """Asked for at once or place by place, the picks are the same, and all."""
    picks = rule.picks(seed, epoch, np.arange(50)).indices
    single = [rule.picks(seed, epoch, np.array([at])).indices[0] for at in range(50)]

    assert sorted(picks.tolist()) == list(range(50))
    assert picks.tolist() == single


def test_what_cannot_be_ordered_is_refused() -> None:
    """Sizes and keys outside, no window, a number that is none."""
    with pytest.raises(ReproUsageError, match="64-bit key"):
        Permutation(3, -1)
    with pytest.raises(ReproUsageError, match="a window from 1 on"):
        Windowed([3], window=0)
    with pytest.raises(ReproUsageError, match="how many samples"):
        InOrder(-1)
    with pytest.raises(IndexError, match="places go from 0 to 2, got 3"):
        Permutation(3, 0)[3]
