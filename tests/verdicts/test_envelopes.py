"""The envelope is the largest deviation of any replica so far, and never too tight."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.verdicts import exact_until, with_envelopes
from pytest_repro.verdicts.envelopes import deviation, distance, norm
from tests.verdicts.enveloping import enveloped, run_of

NUMBERS = st.floats(allow_nan=False, width=32)


def test_bound_is_the_largest_deviation_so_far() -> None:
    """Over all replicas and all earlier steps, so that it never falls."""
    anchor = run_of([1.0, 2.0, 3.0])

    reference = enveloped(anchor, run_of([1.0, 2.5, 3.0]), run_of([1.25, 2.0, 3.125]))

    assert reference.series[0].envelope == (0.25, 0.5, 0.5)


def test_state_is_bounded_by_the_distance_of_sketches() -> None:
    """At each moment at which it was sketched, and never falling either."""
    anchor = run_of([1.0], weights={None: (0.0, 0.0), 0: (1.0, 1.0), 1: (2.0, 2.0)})
    replica = run_of([1.5], weights={None: (0.0, 0.0), 0: (4.0, 5.0), 1: (2.0, 2.0)})

    reference = enveloped(anchor, replica)

    assert [one.envelope for one in reference.state] == [0.0, 5.0, 5.0]


def test_replicas_are_kept_with_what_they_gave() -> None:
    """So that every bound on a final metric can be computed again."""
    replicas = [run_of([1.5], metrics={"acc": 0.5}), run_of([1.0], metrics={"acc": 1})]

    rounding = enveloped(run_of([1.0], metrics={"acc": 0.75}), *replicas).rounding

    assert rounding is not None
    assert rounding.noise == "noise-v1"
    assert [one.number for one in rounding.replicas] == [1, 2]
    assert [one.result for one in rounding.replicas] == [run.anchor for run in replicas]


def test_untouched_run_has_no_envelope() -> None:
    """If noise changes nothing, there is nothing that it could have measured."""
    anchor = run_of([1.0, 2.0])

    assert with_envelopes(anchor, [anchor, anchor], noise="n") == anchor


@pytest.mark.parametrize(
    ("replica", "expected"),
    [
        (run_of([1.5, math.nan, 3.0]), (0.5, math.inf, math.inf)),
        (run_of([1.5]), (0.5, math.inf, math.inf)),
    ],
    ids=["not finite", "ended early"],
)
def test_replica_that_broke_bounds_nothing_afterwards(
    replica: object, expected: tuple[float, ...]
) -> None:
    """Nothing was measured there; what is held against it is never inside."""
    reference = enveloped(run_of([1.0, 2.0, 3.0]), replica)  # type: ignore[arg-type]  # a record

    assert reference.series[0].envelope == expected


def test_replica_that_broke_is_left_out_where_others_did_not() -> None:
    """One that becomes NaN must not open the envelope for whatever comes."""
    broken, sound = run_of([1.5, math.nan, 3.0]), run_of([1.25, 2.5, 3.0])

    reference = enveloped(run_of([1.0, 2.0, 3.0]), broken, sound)

    assert reference.series[0].envelope == (0.5, 0.5, 0.5)


@given(st.floats(1e-300, 1e300))
def test_bound_is_rounded_up(far: float) -> None:
    """Three digits are stored, and no replica lies outside its own envelope."""
    reference = enveloped(run_of([0.0]), run_of([far]))

    (bound,) = reference.series[0].envelope
    assert far <= bound <= far * 1.011
    assert float(f"{bound:.3g}") == bound


@given(NUMBERS, NUMBERS)
def test_deviation_is_symmetric_and_never_nan(one: float, other: float) -> None:
    """Infinities of one sign are equal, of two signs infinitely far apart."""
    far = deviation(one, other)

    assert far == deviation(other, one)
    assert far >= 0
    assert (far == 0) == (one == other)


@given(st.lists(NUMBERS, max_size=4))
def test_norm_is_the_distance_from_nothing(sketch: list[float]) -> None:
    """‖a‖ = ‖a − 0‖."""
    assert norm(sketch) == distance(sketch, [0.0] * len(sketch))


def test_sketches_of_other_lengths_are_infinitely_far() -> None:
    """There is no distance between two kinds of sketch."""
    assert distance((1.0,), (1.0, 2.0)) == math.inf
    assert distance((math.nan,), (1.0,)) == math.inf


def test_growth_tells_until_when_exact_comparison_means_something() -> None:
    """From the step at which rounding alone reaches one per cent of the metric."""
    trace = enveloped(run_of([1.0] * 4), run_of([1.0, 1.001, 1.5, 1.0])).series[0]

    assert exact_until(trace) == 2
    assert exact_until(trace, fraction=0.6) is None
    assert exact_until(replace(trace, envelope=())) is None
