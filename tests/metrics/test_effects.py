"""Gaps and effects: known answers, and intervals that hold what they promise."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_repro.errors import MetricError
from pytest_repro.metrics import (
    AugmentationEffect,
    Bootstrap,
    Estimate,
    GeneralisationGap,
)

FAST = Bootstrap(resamples=99)
GAP = GeneralisationGap(bootstrap=FAST)
PAIRED = GeneralisationGap(is_paired=True, bootstrap=FAST)
EFFECT = AugmentationEffect(bootstrap=FAST)

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30)
PAIRS = st.lists(
    st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), min_size=2, max_size=30
)


def test_gap_is_training_less_test() -> None:
    """Accuracies ¾ and ½: a quarter is lost on what was not seen."""
    found = GeneralisationGap()([1, 1, 1, 0] * 20, [1, 0] * 20, seed=0)

    assert found.value == 0.25
    assert found.rows == 120
    assert found.level == 0.95
    assert found.low < 0.25 < found.high


def test_effect_is_with_less_without() -> None:
    """Each row by itself, so that what is hard for both cancels."""
    found = EFFECT([0.75, 0.5, 0.25], [0.5, 0.25, 0.0], seed=0)

    assert found == Estimate(value=0.25, low=0.25, high=0.25, level=0.95, rows=3)


def test_interval_by_hand() -> None:
    """Of two unequal rows a mean is one of three; ranks 50 and 1950 of 1999."""
    found = Bootstrap().mean(np.array([0.0, 1.0]), seed=0)

    assert (found.low, found.value, found.high) == (0.0, 0.5, 1.0)


def test_bits_of_an_interval_are_fixed() -> None:
    """The same on every machine and with every NumPy: raw bits of PCG64."""
    rows = [n / 7 for n in range(20)]

    found = Bootstrap().mean(np.array(rows), seed=2024)

    assert (found.low, found.high) == (1.0142857142857142, 1.721428571428571)


@given(values=VALUES, other=VALUES, data=st.data())
@settings(max_examples=30)
def test_order_of_rows_changes_no_bit(
    values: list[float], other: list[float], data: st.DataObject
) -> None:
    """gap(π train, π test) = gap(train, test), interval included."""
    found = GAP(
        data.draw(st.permutations(values)), data.draw(st.permutations(other)), seed=3
    )

    assert found == GAP(values, other, seed=3)


@given(pairs=PAIRS, data=st.data())
@settings(max_examples=30)
def test_order_of_pairs_changes_no_bit(
    pairs: list[tuple[float, float]], data: st.DataObject
) -> None:
    """effect(π pairs) = effect(pairs), interval included."""
    again = data.draw(st.permutations(pairs))

    found = EFFECT([one for one, _ in again], [two for _, two in again], seed=3)

    assert found == EFFECT([one for one, _ in pairs], [two for _, two in pairs], seed=3)


@given(values=VALUES)
@settings(max_examples=30)
def test_no_effect_is_zero(values: list[float]) -> None:
    """effect(x, x) = 0, and so is the paired gap, with nothing around it."""
    expected = Estimate(value=0.0, low=0.0, high=0.0, level=0.95, rows=len(values))

    assert EFFECT(values, values, seed=1) == expected
    assert PAIRED(values, values, seed=1) == expected


def test_seed_decides_the_interval_and_not_the_value() -> None:
    """Equal seeds give equal bits, others another draw."""
    rows = np.linspace(0, 1, 40) ** 2

    first, again, other = (EFFECT(rows, rows[::-1], seed=seed) for seed in (5, 5, 6))

    assert first == again
    assert first.value == other.value
    assert (first.low, first.high) != (other.low, other.high)


def test_two_samples_are_drawn_apart() -> None:
    """Drawn together, equal samples would have no spread of their difference."""
    rows = np.linspace(0, 1, 40)

    found = GAP(rows, rows, seed=0)

    assert found.value == 0.0
    assert found.low < -0.05
    assert found.high > 0.05


def covered(rows: int, sessions: int) -> float:
    """Count how often the interval around a mean of normal rows holds the true 0."""
    draw = np.random.default_rng(rows)
    found = [
        Bootstrap(resamples=399).mean(draw.normal(size=rows), seed=n)
        for n in range(sessions)
    ]
    return sum(one.low <= 0 <= one.high for one in found) / sessions


def test_interval_holds_what_it_promises() -> None:
    """Of 400 intervals of 50 rows, 95 % ± 3 hold the truth: three standard errors."""
    assert 0.91 <= covered(50, 400) <= 0.98


def test_too_narrow_an_interval_would_be_seen() -> None:
    """With four rows the percentile bootstrap is known to be too narrow."""
    assert covered(4, 400) < 0.9


def test_pairs_need_a_partner() -> None:
    """Sides of unequal length are no pairs."""
    with pytest.raises(MetricError, match="without: 2 rows, and 3 in what it belongs"):
        EFFECT([1, 2, 3], [1, 2], seed=0)
    with pytest.raises(MetricError, match="test: 2 rows, and 3 in what it belongs"):
        PAIRED([1, 2, 3], [1, 2], seed=0)


def test_too_few_resamples_are_refused() -> None:
    """No rank of 38 means lies at 2.5 %."""
    with pytest.raises(MetricError, match=r"38 are too few for a level of 0\.95"):
        Bootstrap(resamples=38)
    assert Bootstrap(resamples=39).resamples == 39


@pytest.mark.parametrize("level", [0.0, 1.0, -1.0])
def test_level_lies_between_none_and_all(level: float) -> None:
    """Certainty cannot be bought with rows."""
    with pytest.raises(MetricError, match="level: lies between 0 and 1, got"):
        Bootstrap(level=level)


def test_name_holds_every_parameter() -> None:
    """Another interval is another metric."""
    assert (
        GeneralisationGap().definition
        == "generalisation-gap-train-test-unpaired-percentile-1999-0.95-v1"
    )
    assert (
        PAIRED.definition
        == "generalisation-gap-train-test-paired-percentile-99-0.95-v1"
    )
    assert (
        AugmentationEffect().definition
        == "augmentation-effect-paired-percentile-1999-0.95-v1"
    )
