"""Scales and margins: what has no place on them, and where a crash goes."""

from math import expm1, inf, log, nan
from statistics import stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.records import Equivalent, Scale
from pytest_repro.verdicts.transforms import (
    automatic_margin,
    from_scale,
    margin_from,
    margin_of,
    margin_on,
    outside,
    placed,
    slope_on,
    to_scale,
)

INSIDE = st.floats(0.001, 0.999)


@given(value=INSIDE, scale=st.sampled_from(Scale))
def test_scales_invert(value: float, scale: Scale) -> None:
    """from_scale(to_scale(x)) = x, up to rounding."""
    assert from_scale(to_scale(value, scale), scale) == pytest.approx(value, rel=1e-12)


@given(value=INSIDE, scale=st.sampled_from(Scale))
def test_slope_is_the_derivative(value: float, scale: Scale) -> None:
    """A small step on the scale, divided by the step."""
    step = 1e-7 * value * (1 - value)

    rise = to_scale(value + step, scale) - to_scale(value - step, scale)

    assert slope_on(value, scale) == pytest.approx(rise / (2 * step), rel=1e-4)


@pytest.mark.parametrize(
    ("scale", "value", "stray"),
    [
        (Scale.LINEAR, -5.0, None),
        (Scale.LOG, 0.0, 0.0),
        (Scale.LOG, -1.0, -1.0),
        (Scale.LOG, 7.0, None),
        (Scale.LOGIT, 1.0, 1.0),
        (Scale.LOGIT, 0.0, 0.0),
        (Scale.LOGIT, 0.3, None),
        (Scale.LOGIT, nan, None),
        (Scale.LOG, -inf, None),
    ],
)
def test_values_without_a_place_are_named(
    scale: Scale, value: float, stray: float | None
) -> None:
    """Zero has no logarithm, and one no log-odds; a crash is data on every scale."""
    assert outside([0.5, value], scale) == stray


@pytest.mark.parametrize("scale", Scale)
@pytest.mark.parametrize("value", [inf, -inf])
def test_what_is_not_finite_stays_on_any_scale(scale: Scale, value: float) -> None:
    """It is placed later, where the spread is known."""
    assert to_scale(value, scale) == value


def test_crashes_are_placed_on_the_bad_side() -> None:
    """NaN and +∞ far above, −∞ far below; what is finite stays where it is."""
    found = placed([nan, inf, -inf, 7.0], mean=1.0, spread=0.5, margin=0.1)

    assert found == (51.0, 51.0, -49.0, 7.0)


def test_a_crash_is_beyond_the_margin_even_without_spread() -> None:
    """A constant reference does not bring a crash near."""
    assert placed([nan], mean=1.0, spread=0.0, margin=0.1) == (11.0,)


def test_margin_on_the_log_scale_is_a_ratio() -> None:
    """Two per cent are log 1.02; on the other scales a margin is itself."""
    assert margin_on(0.02, Scale.LOG) == pytest.approx(log(1.02))
    assert margin_from(margin_on(0.02, Scale.LOG), Scale.LOG) == pytest.approx(0.02)
    assert margin_on(0.02, Scale.LOGIT) == margin_from(0.02, Scale.LOGIT) == 0.02


def test_relative_margin_is_a_fraction_of_the_reference_mean() -> None:
    """Of its magnitude, over the seeds that gave a number."""
    assert margin_of(Equivalent(rel=0.1), [-2.0, -4.0, nan]) == pytest.approx(0.3)
    assert margin_of(Equivalent(0.25), [-2.0, -4.0]) == 0.25
    assert margin_of(Equivalent(rel=0.1), [nan]) == 0.0


def test_automatic_margin_is_three_deviations_of_what_did_not_crash() -> None:
    """On the scale, and stated as a person would."""
    values = [1.0, 1.1, 0.9, 1.05, 0.95, 1.0, 1.1, 0.9]

    plain = automatic_margin(values, Scale.LINEAR)
    crashed = automatic_margin([*values, nan, 90.0], Scale.LINEAR)

    assert plain == crashed == pytest.approx(3 * stdev(values))
    assert automatic_margin(values, Scale.LOG) == pytest.approx(
        expm1(3 * stdev(map(log, values)))
    )


def test_automatic_margin_takes_two_values() -> None:
    """One value has no spread, and is not given one."""
    with pytest.raises(ValueError, match="takes two finite values, got 1"):
        automatic_margin([1.0, nan], Scale.LINEAR)
