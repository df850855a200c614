"""Traces as curves: what a thinned line keeps, and what is drawn beside it."""

from dataclasses import replace
from math import inf, nan

from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.records import RunRecord
from pytest_repro.reports.curves import COLUMNS, curves_of, thin
from tests.browser.pages import reference_of, run_of

VALUES = st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=900)


@given(VALUES)
def test_extremes_survive(values: list[float]) -> None:
    """The lowest, the highest, the first and the last point are in every plot."""
    points = list(enumerate(values))

    found = thin(points)

    shown = [value for _, value in found if value is not None]
    assert (min(shown), max(shown)) == (min(values), max(values))
    assert (found[0], found[-1]) == (points[0], points[-1])
    assert list(found) == sorted(found)


@given(VALUES)
def test_plots_are_small(values: list[float]) -> None:
    """At most two points a column, and the two ends."""
    assert len(thin(enumerate(values))) <= 2 * COLUMNS + 2


def test_what_is_not_finite_leaves_a_gap() -> None:
    """NaN and infinity are no place to draw a line to."""
    assert thin([(0, 1.0), (1, nan), (2, inf)]) == ((0, 1.0), (1, None), (2, None))


def test_a_gap_survives_thinning() -> None:
    """One step that is not finite among thousands still shows."""
    points = [(step, nan if step == 1234 else 1.0) for step in range(5000)]

    assert (1234, None) in thin(points)


def test_same_bits_are_one_line() -> None:
    """Where nothing differs there is no deviation, and nothing has parted."""
    (curve,) = curves_of([run_of("a")], reference_of("a"))

    assert curve.is_same
    assert curve.obtained == curve.reference
    assert (curve.parted, curve.deviation) == (None, ())


def test_other_bits_are_held_against_the_envelope() -> None:
    """Deviation and allowance stand at the same steps; the first other step is told."""
    (curve,) = curves_of([run_of("a", far=0.4)], reference_of("a"))

    assert curve.parted == 0
    assert [step for step, _ in curve.deviation] == [step for step, _ in curve.allowed]
    assert all(abs(far - 0.4) < 1e-9 for _, far in curve.deviation if far is not None)


def test_another_seed_is_not_held_against_the_anchor() -> None:
    """Two seeds differ, and nobody promised that they would not."""
    (curve,) = curves_of([run_of("a", seed=3)], reference_of("a"))

    assert curve.seed == 3
    assert (curve.reference, curve.deviation) == ((), ())


def test_a_band_needs_three_seeds() -> None:
    """Of two, it would look like knowledge."""
    seeds = [run_of("a", seed=seed) for seed in range(3)]

    (few,) = curves_of(seeds[:2], reference_of("a"))
    (band,) = curves_of(seeds, reference_of("a"))

    assert few.spread == ()
    assert band.spread[0] == (0, 2.0, 2.02)


def test_a_reference_alone_is_drawn() -> None:
    """Where no run left a record, what was approved is still shown."""
    (curve,) = curves_of([], reference_of("a"))

    assert curve.reference
    assert not curve.obtained


def test_each_side_may_have_traces_of_its_own() -> None:
    """A trace that one side lacks is drawn for the other."""
    ours, theirs = run_of("a"), renamed(run_of("a"), "valid/loss")

    found = {curve.name: curve for curve in curves_of([ours], theirs)}

    assert found["train/loss"].obtained
    assert not found["train/loss"].reference
    assert found["valid/loss"].reference


def renamed(run: RunRecord, name: str) -> RunRecord:
    """Call the only trace of a run by another name."""
    (series,) = run.series
    return replace(run, series=(replace(series, name=name),))


def test_other_dtypes_are_drawn() -> None:
    """Numbers of another type are still numbers."""
    (series,) = run_of("a").series
    halves = replace(series, dtype="bfloat16", bits=("3f80",) * len(series.bits))
    run = replace(run_of("a"), series=(halves,))

    (curve,) = curves_of([run], reference_of("a"))

    assert {value for _, value in curve.obtained} == {1.0}
