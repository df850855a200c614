"""Shifts: what stayed another is found, what was one bad night is not.

The false alarm rate and the power over many series are measured by
``python -m benchmarks.shifts``; here are few series with fixed numbers.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.shifts import NOISES, false_alarms, ours, powers, three_sigma
from pytest_repro.verdicts.shifts import LEAST, Shift, _Cost, _partition, find_shifts

SAME = [0.90625] * 20
NEW = [0.9125] * 5
FEW = st.lists(st.integers(-2, 2).map(float), max_size=24)


def places(values: Sequence[float]) -> list[int]:
    """Return where the shifts are."""
    return [shift.index for shift in find_shifts(values)]


def test_a_metric_that_stays_another_has_a_shift() -> None:
    """Where, from which level to which, and with how much evidence."""
    (shift,) = find_shifts([*SAME, *NEW])

    assert (shift.index, shift.before, shift.after) == (20, 0.90625, 0.9125)
    assert shift.evidence > 1


def test_bits_that_changed_are_believed_at_the_third_night() -> None:
    """One other night of a deterministic metric may be a fluke, three are not."""
    counts = [len(find_shifts([*SAME, *NEW[:nights]])) for nights in range(1, 5)]

    assert counts == [0, 0, 1, 1]


@pytest.mark.parametrize("bad", [[1e9], [1e9, -1e9], [0.0, 0.0]])
def test_one_or_two_bad_nights_are_no_shift(bad: list[float]) -> None:
    """However far they lie out, the level before and after them is the same."""
    assert find_shifts([*SAME, *bad, *SAME]) == ()


def test_there_and_back_are_two_shifts() -> None:
    """A metric that was mended has the shift in which it broke, too."""
    assert places([*SAME, *NEW, *SAME]) == [20, 25]


def test_missing_nights_move_no_shift() -> None:
    """A night without a finite value is left out; places are those of the series."""
    holes = [math.nan, *SAME[:10], math.inf, *SAME[10:], -math.inf, *NEW]

    assert places(holes) == [23]


@pytest.mark.parametrize("values", [[], [1.0], SAME, [math.nan] * 9, [1.0, 2.0] * 2])
def test_nothing_to_tell(values: list[float]) -> None:
    """Too few nights, or none that differ, have no shift."""
    assert find_shifts(values) == ()


def test_an_old_series_is_looked_at_from_its_end() -> None:
    """Two years are enough, and the place of a shift is still that in the series."""
    assert places([*SAME, *[0.5] * 800, *NEW]) == [820]


@given(FEW)
def test_the_unit_does_not_count(values: list[float]) -> None:
    """shifts(f(x)) = shifts(x) in place and evidence, for any increasing f."""
    cubes = [value**3 + 7 for value in values]

    found, other = find_shifts(values), find_shifts(cubes)

    assert [(one.index, one.evidence) for one in found] == [
        (one.index, one.evidence) for one in other
    ]


@given(FEW)
def test_every_shift_pays_and_keeps_its_distance(values: list[float]) -> None:
    """Evidence is at least 1, and no stretch is shorter than three nights."""
    shifts: tuple[Shift, ...] = find_shifts(values)

    assert all(shift.evidence >= 1 - 1e-9 for shift in shifts)
    edges = [0, *(shift.index for shift in shifts), len(values)]
    lengths = [end - start for start, end in pairwise(edges)]
    assert not shifts or min(lengths) >= LEAST


@settings(max_examples=25)
@given(st.lists(st.sampled_from([0.0, 1.0]), min_size=6, max_size=11))
def test_the_partition_is_the_best_of_all(values: list[float]) -> None:
    """No partition into stretches of three nights or more costs less."""
    cost = _Cost([*values, 0.0, 1.0])
    count = len(values) + 2

    best = min(priced(cost, [0, *edges, count]) for edges in partitions(count))

    assert priced(cost, [0, *_partition(cost), count]) == pytest.approx(best)


def partitions(count: int) -> list[list[int]]:
    """List all inner edges that leave every stretch three nights."""
    found: list[list[int]] = [[]]
    for first in range(LEAST, count - LEAST + 1):
        rest = partitions(count - first)
        found += [[first, *(first + edge for edge in edges)] for edges in rest]
    return found


def priced(cost: _Cost, edges: Sequence[int]) -> float:
    """Return what a partition costs, its penalties included."""
    parts = [cost.of(start, end) for start, end in pairwise(edges)]
    return sum(parts) + cost.penalty * (len(edges) - 2)


@pytest.mark.parametrize("noise", sorted(NOISES))
def test_noise_without_a_shift_seldom_shows_one(noise: str) -> None:
    """At most 1 in 100 series of 90 nights; of 150 here, 5 would be a fault."""
    rate = false_alarms(ours, NOISES[noise], count=150)

    assert rate * 150 < 5


def test_the_check_of_false_alarms_can_fail() -> None:
    """Three standard deviations cry wolf in many more series."""
    assert false_alarms(three_sigma, NOISES["normal"], count=150) > 0.1


def test_a_shift_is_found_in_noise() -> None:
    """Three standard deviations a month ago are seen nearly always, once."""
    assert powers(ours, 3, last=30, count=60) > 0.9
