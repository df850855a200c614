"""Slices show where a model fails, with intervals that say how sure that is."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.data import Manifest, audit_slices, sliceable_columns
from pytest_repro.errors import ReproUsageError
from tests.data.samples import many, sample

SITES = Manifest.of(
    sample(f"{number:02}", origin="site A" if number < 30 else "site B", label="x")
    for number in range(40)
)
HITS = {f"{number:02}": float(number < 30 or number % 2) for number in range(40)}


def test_the_slice_that_fares_worst_comes_first() -> None:
    """An accuracy of 88 % hides a site where it is a coin's."""
    worst, best = audit_slices(SITES, HITS, "origin")

    assert (worst.value, worst.samples, worst.mean) == ("site B", 10, 0.5)
    assert (best.value, best.samples, best.mean) == ("site A", 30, 1.0)


def test_a_share_has_the_interval_of_wilson() -> None:
    """Five of ten, and thirty of thirty: the figures of Wilson's formula."""
    worst, best = audit_slices(SITES, HITS, "origin")

    # With z² = 3.8415: (0.5 ± …) for 5/10, and 30/(30 + z²) for 30/30.
    assert (worst.low, worst.high) == pytest.approx((0.23659, 0.76341), abs=1e-5)
    assert (best.low, best.high) == pytest.approx((0.88649, 1.0), abs=1e-5)


def test_a_mean_has_the_interval_of_its_spread() -> None:
    """Of 1, 2, 3 it is 2 ± 1.96 · 1/√3; of a single number nothing is known."""
    manifest = Manifest.of(
        sample(name, label=name[0]) for name in ("a1", "a2", "a3", "b")
    )

    first, second = audit_slices(manifest, {"a1": 1, "a2": 2, "a3": 3, "b": 5}, "label")

    half = 1.959963984540054 / math.sqrt(3)
    assert (first.low, first.high) == pytest.approx((2 - half, 2 + half))
    assert (second.low, second.high) == (-math.inf, math.inf)


@given(st.permutations(sorted(HITS)))
def test_the_order_of_numbers_changes_no_bit(names: list[str]) -> None:
    """Sums are exact."""
    numbers = {name: HITS[name] / 3 for name in names}

    expected = audit_slices(SITES, {n: HITS[n] / 3 for n in sorted(HITS)}, "origin")
    assert audit_slices(SITES, numbers, "origin") == expected


def test_only_evaluated_samples_count() -> None:
    """A test set is a part of a data set."""
    (only,) = audit_slices(SITES, {"00": 1.0}, "origin")

    assert (only.value, only.samples) == ("site A", 1)


def test_columns_with_a_few_values_can_be_cut_by() -> None:
    """One value cuts nothing, and a value for each sample cuts into samples."""
    assert sliceable_columns(SITES) == ("origin",)
    assert sliceable_columns(many(3)) == ()


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ({"99": 1.0}, "a number for '99', which is no sample"),
        ({"01": math.nan}, "the number of '01' is finite"),
    ],
)
def test_numbers_that_belong_nowhere_are_refused(
    numbers: dict[str, float], message: str
) -> None:
    """A misspelt id would silently shrink a slice."""
    with pytest.raises(ReproUsageError, match=message):
        audit_slices(SITES, numbers, "origin")
