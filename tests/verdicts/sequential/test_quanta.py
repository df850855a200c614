"""The lattice of a metric: found where there is one, and not where there is none."""

import struct
from math import inf, nan, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.verdicts.quanta import least_spread, quantum_of


def rounded_32(value: float) -> float:
    """Round to 32-bit precision."""
    return float(struct.unpack("<f", struct.pack("<f", value))[0])


@given(
    counts=st.sets(st.integers(0, 9999), min_size=2, max_size=10),
    items=st.sampled_from([7, 360, 997, 10_000, 1_000_000]),
)
def test_a_step_divides_into_every_rate(counts: set[int], items: int) -> None:
    """Rates over n items lie on a lattice whose step is a multiple of 1/n."""
    quantum = quantum_of([count / items for count in counts])

    assert quantum is not None
    assert items % round(1 / quantum) == 0


def test_rates_at_single_precision_have_their_step() -> None:
    """360 images, evaluated in float32."""
    values = [rounded_32(count / 360) for count in (331, 347, 349, 353)]

    assert quantum_of(values) == 1 / 360


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("dtype", ["<f4", "<f8"])
def test_losses_have_no_step(seed: int, dtype: str) -> None:
    """Six numbers without a lattice are not put on one."""
    values = np.random.default_rng(seed).normal(1.0, 0.1, 6).astype(dtype)

    assert quantum_of(values.tolist()) is None


def test_one_value_off_the_lattice_ends_it() -> None:
    """The planted fault: a single value that is no such rate."""
    assert quantum_of([0.25, 0.5, 0.75]) == 0.25
    assert quantum_of([0.25, 0.5, 0.7500000001]) is None


def test_whole_numbers_have_a_step_of_one() -> None:
    """Steps to a target are counts."""
    assert quantum_of([1200.0, 1300.0, 1250.0]) == 1.0


@pytest.mark.parametrize("values", [[], [0.5], [0.5, 0.5], [0.5, nan, inf]])
def test_one_value_lies_on_too_many_lattices(values: list[float]) -> None:
    """A value that only repeats shows no step, and what is not finite neither."""
    assert quantum_of(values) is None


def test_too_fine_a_lattice_is_none() -> None:
    """Thirds of one value and sevenths of another do not make a metric of millions."""
    assert quantum_of([1 / 9973, 1 / 9967]) is None


def test_spread_of_rounding() -> None:
    """A step spreads a twelfth of its square."""
    assert least_spread(0.5) == 0.5 / sqrt(12)
    assert least_spread(None) == 0.0
