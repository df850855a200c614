"""The geometry of plots: axes that hold everything, paths that are short."""

import math
import re
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pytest_repro.reports.svg import PLACES, area, axis_of, number, path

NUMBERS = st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=20)
POINTS = st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 300)), min_size=1)


@given(NUMBERS)
def test_an_axis_holds_every_value(values: list[float]) -> None:
    """No value lies beyond an end, and ticks are in order."""
    axis = axis_of(values, 300)

    assert axis.low <= min(values)
    assert max(values) <= axis.high
    assert list(axis.ticks) == sorted(axis.ticks)
    assert 2 <= len(axis.ticks) <= 8


@given(st.floats(1e-9, 1e9), st.floats(1.001, 1e6))
def test_places_keep_the_order(low: float, ratio: float) -> None:
    """What is larger is further up, on a logarithmic axis too."""
    values = (low, low * math.sqrt(ratio), low * ratio)

    axis = axis_of(values, 300, is_down=True, is_log=True)

    places = [axis.at(value) for value in values]
    assert places == sorted(places, reverse=True)
    assert axis.is_log


@pytest.mark.parametrize(
    ("values", "is_log"),
    [((1.0, 99.0), False), ((1.0, 100.0), True), ((0.0, 100.0), False), ((), False)],
)
def test_two_decades_make_an_axis_logarithmic(
    values: tuple[float, ...],
    is_log: bool,  # noqa: FBT001  # a parameter of the test
) -> None:
    """But never where a value is zero or negative."""
    assert axis_of(values, 300).is_log is is_log


@pytest.mark.parametrize("value", [0.0, 1.0, -3.5, 1e300, 5e-324])
def test_one_value_has_an_axis(value: float) -> None:
    """A constant is drawn in the middle of something, not divided by nothing."""
    axis = axis_of([value], 300)

    assert axis.low < axis.high
    assert 0 <= axis.at(value) <= 300


@given(POINTS)
def test_a_path_leads_through_its_points(points: list[tuple[int, int]]) -> None:
    """Followed step by step, it visits each point in order."""
    assume(all(one != other for one, other in pairwise(points)))

    assert followed(path(points)) == points


def followed(d: str) -> list[tuple[int, int]]:
    """Follow a path of one beginning."""
    steps = re.findall(r"([Ml])(-?\d+) ?(-?\d+)", d)
    x = y = 0
    found = []
    for letter, right, down in steps:
        base = (0, 0) if letter == "M" else (x, y)
        x, y = base[0] + int(right), base[1] + int(down)
        found.append((x, y))
    return found


def test_a_gap_begins_a_path_anew() -> None:
    """And a point between two gaps is a dot."""
    assert path([(0, 1), (2, 3), None, (5, 5), None]) == "M0 1h0l2 2M5 5h0"


def test_an_area_is_closed() -> None:
    """There along one line, back along the other; nothing for a single place."""
    assert area([(0, 1, 5), (10, 2, 6)]) == "M0 1h0l10 1l0 4l-10-1z"
    assert area([(0, 1, 5)]) == ""


def test_labels_have_a_class_for_their_place() -> None:
    """From the start to the end of an axis."""
    axis = axis_of([0, 4], 300)

    assert [axis.label(one).place for one in (0, 2, 4)] == [0, PLACES // 2, PLACES]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.25, "0.25"), (-1.5, "−1.5"), (1e-07, "1e−7"), (12345.678, "1.235e4")],
)
def test_numbers_are_short(value: float, text: str) -> None:
    """Four digits, a true minus, no padding."""
    assert number(value) == text
