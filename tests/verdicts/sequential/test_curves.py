"""Bins of a trace: evenly spaced in the logarithm, the same on both sides."""

from math import isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.records import Scale
from pytest_repro.verdicts.curves import bin_edges, bin_means

STEPS = st.sets(st.integers(0, 3000), min_size=1, max_size=60).map(sorted)


def test_edges_are_evenly_spaced_in_the_logarithm() -> None:
    """A thousand steps in three decades."""
    assert bin_edges(range(1000), bins=3) == (0, 9, 99)


def test_ten_bins_of_a_long_trace() -> None:
    """Early bins are short, and none is empty."""
    assert bin_edges(range(1024)) == (0, 1, 3, 7, 15, 31, 63, 127, 255, 511)


@given(steps=STEPS, bins=st.integers(1, 12))
def test_every_bin_holds_a_step(steps: list[int], bins: int) -> None:
    """Edges increase from the first step on, and no bin is empty."""
    edges = bin_edges(steps, bins=bins)

    means = bin_means(steps, [1.0] * len(steps), edges=edges)

    assert edges[0] == steps[0]
    assert list(edges) == sorted(set(edges))
    assert means == (1.0,) * len(edges)
    assert len(edges) <= bins


def test_no_steps_have_no_bins() -> None:
    """An empty trace is compared elsewhere."""
    assert bin_edges([]) == ()


def test_means_are_those_of_numpy() -> None:
    """Arithmetic on the linear scale, geometric on the log scale."""
    steps = range(100)
    values = np.random.default_rng(1).uniform(0.5, 2.0, 100)
    edges = bin_edges(steps, bins=2)

    plain = bin_means(steps, values.tolist(), edges=edges)
    ratios = bin_means(steps, values.tolist(), edges=edges, scale=Scale.LOG)

    assert edges == (0, 9)
    assert plain == pytest.approx((values[:9].mean(), values[9:].mean()))
    assert ratios[1] == pytest.approx(np.exp(np.log(values[9:]).mean()))


def test_a_gap_is_no_number() -> None:
    """A bin without a step, or with a NaN, is data that says: bad."""
    means = bin_means([0, 5], [1.0, nan], edges=(0, 2, 4))

    assert means[0] == 1.0
    assert isnan(means[1])
    assert isnan(means[2])


def test_steps_before_the_first_edge_are_in_no_bin() -> None:
    """A trace that starts earlier than the reference is not blamed for it."""
    assert bin_means([0, 5], [9.0, 1.0], edges=(3,)) == (1.0,)


def test_a_value_without_a_place_stands_for_its_bin() -> None:
    """The planted fault: a loss of zero cannot hide in a mean."""
    assert bin_means([0, 1], [2.0, 0.0], edges=(0,), scale=Scale.LOG) == (0.0,)


def test_unequal_lengths_are_refused() -> None:
    """Each step has one value."""
    with pytest.raises(ValueError, match="zip"):
        bin_means([0, 1], [1.0], edges=(0,))
