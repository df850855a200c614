"""Sketches of states: what they count, and how well their distance estimates."""

import enum
import math
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.errors import FingerprintError
from pytest_repro.fingerprints import SKETCH, sketch_of
from pytest_repro.fingerprints.sketches import add_array, add_row, fold, mix, rows_of

FLOATS = st.floats(-1e6, 1e6)
WORD = 2**64
GOLDEN = (-6.0, -5.0, -8.0, -7.0, 2.0, -9.0, 4.0, -3.0)


class Colour(enum.IntEnum):
    """A number that is a name."""

    RED = 7


@dataclass
class Point:
    """A record."""

    y: float
    x: float


def sketch_at(row: int, array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Compute the sketch of an array that begins at some row."""
    sums = np.zeros((8, 8))
    add_array(sums, array, row)
    return np.array(fold(sums))


def split_mix(row: int) -> int:
    """Compute an output of SplitMix64 seeded with 0, from the text alone."""
    z = (row + 1) * 0x9E3779B97F4A7C15 % WORD
    z = (z ^ (z // 2**30)) * 0xBF58476D1CE4E5B9 % WORD
    z = (z ^ (z // 2**27)) * 0x94D049BB133111EB % WORD
    return z ^ (z // 2**31)


def by_the_book(leaves: list[list[float]]) -> list[float]:
    """Compute a sketch number by number, from the text alone."""
    buckets: list[list[float]] = [[] for _ in range(8)]
    row = 0
    for leaf in leaves:
        for index, number in enumerate(leaf):
            z, column = split_mix(row + index // 8), index % 8
            sign = (-1) ** (z // 2**column % 2)
            buckets[column ^ (z // 2**8 % 8)].append(sign * number)
        row += math.ceil(len(leaf) / 8)
    return [math.fsum(numbers) for numbers in buckets]


def test_first_outputs_of_splitmix64() -> None:
    """The generator is the published one: its first outputs from seed 0 are known."""
    words = mix(np.arange(2, dtype=np.uint64))

    assert [hex(word) for word in words.tolist()] == [
        "0xe220a8397b1dcdaf",
        "0x6e789e6aa1b965f4",
    ]


def test_golden_sketch() -> None:
    """A known sketch stays known, so the algorithm cannot change under its name."""
    assert SKETCH == "count-sketch-8-splitmix64-v1"
    assert sketch_of([1.0, np.arange(1.0, 10.0)]) == GOLDEN


@given(st.lists(st.lists(FLOATS, min_size=1, max_size=30), min_size=1, max_size=5))
def test_specification_is_what_the_text_says(leaves: list[list[float]]) -> None:
    """Signs, buckets and rows follow the docstring, for any number of leaves.

    Both sum the same terms, this side exactly; 64-bit sums of at most 150 terms err by
    less than 150 · 2⁻⁵³ of the sum of sizes.
    """
    sketch = sketch_of([np.array(leaf) for leaf in leaves])

    sizes = sum(abs(number) for leaf in leaves for number in leaf)
    assert np.allclose(sketch, by_the_book(leaves), rtol=0, atol=2e-14 * sizes)


@given(st.lists(FLOATS, min_size=1, max_size=8), st.integers(0, 2**40))
def test_one_row_by_itself(numbers: list[float], row: int) -> None:
    """The short way for single rows has the bits of the specification."""
    short, long = np.zeros((8, 8)), np.zeros((8, 8))

    add_row(short, numbers, row)
    add_array(long, np.array(numbers), row)

    assert short.tolist() == long.tolist()


def test_distance_estimates_the_distance_of_states() -> None:
    """Squared distances have the mean of the law and not more than its spread.

    400 pairs, each at other rows, so with other signs and buckets: the mean of the
    ratios lies within 4 standard errors, 4 · 0.5 / √400 = 0.1, of 1. The standard
    deviation, at most 0.5 by the law, may be seen 15 % higher.
    """
    rng = np.random.default_rng(0)
    states = rng.normal(size=(400, 1000))

    ratios = [
        float(np.square(sketch_at(1000 * k, state)).sum() / np.square(state).sum())
        for k, state in enumerate(states)
    ]

    assert abs(np.mean(ratios) - 1) < 0.1
    assert 0.3 < np.std(ratios) < 0.5 * 1.15


@pytest.mark.parametrize("width", [8, 64, 100])
def test_a_changed_column_is_estimated_as_well(width: int) -> None:
    """Differences in one column of a matrix do not all fall into one bucket."""
    column = np.zeros((100, width))
    column[:, 3] = 1.0

    ratios = [
        float(np.square(sketch_at(5000 * k, column)).sum() / 100) for k in range(400)
    ]

    assert abs(np.mean(ratios) - 1) < 0.1
    assert np.std(ratios) < 0.5 * 1.15


def test_constant_sign_would_be_noticed() -> None:
    """Planted fault: sums without signs are no estimate, far outside those bounds."""
    state = np.ones(1000)

    plain = np.bincount(np.arange(1000) % 8, state)

    assert np.square(plain).sum() / 1000 > 100


@given(st.lists(FLOATS, min_size=1, max_size=40), st.integers(0, 39), FLOATS)
def test_one_changed_number_is_its_own_distance(
    numbers: list[float], index: int, other: float
) -> None:
    """If a single number differs, the distance is exact but for rounding."""
    where = index % len(numbers)
    changed = [*numbers[:where], other, *numbers[where + 1 :]]

    apart = math.dist(sketch_of(np.array(numbers)), sketch_of(np.array(changed)))

    assert apart == pytest.approx(abs(other - numbers[where]), rel=1e-9, abs=1e-6)


@pytest.mark.parametrize(
    "state",
    [None, "text", b"bytes", (), {"a": [None, "b"]}, {1.0, 2.0}, Colour.RED],
    ids=["none", "text", "bytes", "empty", "nested", "set", "enum"],
)
def test_without_numbers_there_is_no_sketch(state: object) -> None:
    """What has no numbers has an empty sketch."""
    assert sketch_of(state) == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"b": 1.0, "a": 2.0}, OrderedDict(a=2.0, b=1.0)),
        ([1, True, 2.5], (1.0, 1.0, np.float64(2.5))),
        (np.arange(6).reshape(2, 3).T, np.array([0.0, 3, 1, 4, 2, 5])),
        (1 + 2j, np.array([1 + 2j])),
        (np.array([1 + 2j, 3j]), np.array([1.0, 2.0, 0.0, 3.0])),
        ([1.0, None, "x", 2.0], [1.0, 2.0]),
        (Point(1.0, 2.0), [1.0, 2.0]),
        (np.array([1, 2], dtype=">i2"), np.array([1, 2], dtype="<f4")),
        (2**1100, math.inf),
    ],
    ids=[
        "order of a dict",
        "types",
        "strides",
        "complex number",
        "complex array",
        "text between",
        "record",
        "byte order",
        "huge integer",
    ],
)
def test_what_does_not_count(one: object, other: object) -> None:
    """Containers, types and layout are not numbers; equal numbers, equal sketches."""
    assert sketch_of(one) == sketch_of(other)


def test_leaves_after_complex_ones_get_rows_of_their_own() -> None:
    """Nine complex numbers are eighteen real ones and take three rows."""
    state = [np.ones(9, dtype=np.complex64), 5.0]

    flat = [np.array([1.0, 0.0] * 9), 5.0]

    assert rows_of(18) == 3
    assert sketch_of(state) == sketch_of(flat)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_not_finite_shows(number: float) -> None:
    """No difference is hidden behind NaN: the sketch is not finite either."""
    sketches = [sketch_of([1.0, number]), sketch_of(np.array([number] * 20))]

    assert not any(all(map(math.isfinite, sketch)) for sketch in sketches)


def test_unsupported_values_are_refused() -> None:
    """What has no digest has no sketch."""
    with pytest.raises(FingerprintError, match=r"no fingerprint for builtins\.object"):
        sketch_of([object()])
    with pytest.raises(FingerprintError, match="no sketch for ndarray of dtype object"):
        sketch_of(np.array([None]))


def test_a_state_that_contains_itself_is_refused() -> None:
    """Endless states end."""
    state: list[object] = []
    state.append(state)

    with pytest.raises(FingerprintError, match="contains itself"):
        sketch_of(state)
