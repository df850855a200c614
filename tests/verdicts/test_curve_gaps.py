"""Attempts to get a curve through that nobody compared: none passes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.records import (
    Cause,
    Equivalent,
    Horizon,
    Metric,
    Rung,
    RunRecord,
    Scalar,
    SeedResult,
)
from tests.verdicts.making import LOWER, Made, approve, folded, judged, promise
from tests.verdicts.training import (
    CURVE,
    REFERENCE,
    STEPS,
    WITH_CURVE,
    curve,
    new,
    passes,
    run,
    without_derived,
)


def test_older_reference_says_to_record_again() -> None:
    """The planted fault: without numbers there is no agreement, and no more seeds."""
    verdict = folded(new(), without_derived(REFERENCE), WITH_CURVE)

    assert verdict.rung is Rung.INCONCLUSIVE
    assert verdict.reason == (
        'the reference keeps no numbers for Equivalent(0.02, scale="log") on the trace'
        " train/loss: record it again"
    )
    assert verdict.is_refused
    assert not passes(verdict)


@pytest.mark.parametrize(
    "seed", [pytest.param(0, id="anchor"), pytest.param(4, id="another")]
)
def test_one_seed_of_the_reference_without_numbers_is_a_gap(seed: int) -> None:
    """Nine of ten are not the reference."""
    rows = [
        replace(row, derived=()) if row.seed == seed else row for row in REFERENCE.seeds
    ]

    verdict = folded(new(), replace(REFERENCE, seeds=tuple(rows)), WITH_CURVE)

    assert verdict.rung is Rung.INCONCLUSIVE
    assert not passes(verdict)


@pytest.mark.parametrize("place", [0, 3, 5])
def test_one_obtained_seed_without_numbers_is_a_gap(place: int) -> None:
    """However clean the others are."""
    runs = new()
    runs[place] = without_derived(runs[place])

    verdict = folded(runs, REFERENCE, WITH_CURVE)

    assert verdict.rung is Rung.INCONCLUSIVE
    assert f"seed {100 + place} keeps no numbers" in verdict.reason
    assert not passes(verdict)


def test_gap_at_another_seed_is_not_excused_by_the_anchor() -> None:
    """The anchor answers for its own trace, and for nobody else's."""
    runs = [run(0), *(without_derived(run(seed)) for seed in (101, 102, 103))]

    assert folded(runs, REFERENCE, WITH_CURVE).rung is Rung.INCONCLUSIVE


@pytest.mark.parametrize("steps", [STEPS - 1, STEPS + 1, 2 * STEPS, 1])
def test_other_number_of_steps_is_a_gap(steps: int) -> None:
    """Bins of other steps are other numbers, and none stands in for another."""
    runs = new(lambda seed: run(seed, trace=curve(seed, steps=steps)))

    verdict = folded(runs, REFERENCE, WITH_CURVE)

    assert verdict.rung is Rung.INCONCLUSIVE
    assert "has other steps of train/loss than the reference" in verdict.reason
    assert not passes(verdict)


def test_gap_does_not_hide_a_divergence() -> None:
    """What the seeds have in common is asked all the same."""
    runs = new(
        lambda seed: run(seed, trace=[4 * one for one in curve(seed, steps=STEPS - 1)])
    )

    assert folded(runs, REFERENCE, WITH_CURVE).rung is Rung.DIVERGED


def test_trace_that_vanished_in_one_seed_is_not_comparable() -> None:
    """A missing trace has a cause of its own, before any distribution."""
    runs = new()
    runs[2] = replace(runs[2], series=())

    verdict = folded(runs, REFERENCE, WITH_CURVE)

    assert verdict.cause is Cause.CHANGED_METRICS
    assert not passes(verdict)


def test_nan_on_the_way_is_not_comparable() -> None:
    """Nor is it where only the other side has it."""
    trace = [*curve(100)[:50], float("nan"), *curve(100)[51:]]

    verdict = folded([run(100, trace=trace)], REFERENCE, WITH_CURVE)

    assert verdict.cause is Cause.NON_FINITE


def test_nan_everywhere_never_passes() -> None:
    """Also where it is allowed, and the reference is as bad."""
    contract = replace(WITH_CURVE, allow_nonfinite="for this test")

    def broken(seed: int) -> RunRecord:
        return run(seed, trace=[*curve(seed)[:-1], float("nan")], contract=contract)

    reference = approve(*(broken(seed) for seed in range(10)))

    assert not passes(folded(new(broken), REFERENCE, contract))
    assert not passes(folded(new(broken), reference, contract))
    assert not passes(folded(new(), reference, contract))


def test_value_without_a_place_on_the_scale_never_passes() -> None:
    """A loss of zero has no logarithm, on whichever side."""

    def zero(seed: int) -> RunRecord:
        return run(seed, trace=[0.0, *curve(seed)[1:]])

    reference = approve(*(zero(seed) for seed in range(10)))

    verdict = folded(new(zero), reference, WITH_CURVE)

    assert verdict.rung is Rung.INCONCLUSIVE
    assert "0 has no place on the log scale" in verdict.reason
    assert not passes(folded(new(zero), REFERENCE, WITH_CURVE))


def test_margin_of_another_scale_is_another_question() -> None:
    """Numbers kept for a ratio do not answer for a difference."""
    contract = replace(
        promise(test__loss=CURVE, train__loss=Equivalent(0.5)), required=LOWER
    )

    verdict = folded(new(), REFERENCE, contract)

    assert verdict.rung is Rung.INCONCLUSIVE
    assert "record it again" in verdict.reason


def test_final_metric_that_is_called_like_a_bin_is_a_gap() -> None:
    """An answer is told by its name, so two things of one name have none."""
    name = "train/loss steps 69-116 (log)"

    def called(seed: int) -> RunRecord:
        one = run(seed)
        taken = Metric(name=name, scalar=Scalar.of(0.1))
        row = replace(one.anchor, metrics=(*one.anchor.metrics, taken))
        return replace(one, seeds=(row,))

    reference = approve(*(called(seed) for seed in range(10)))
    contract = replace(WITH_CURVE, tolerances=(("*", CURVE),))

    verdict = folded(new(called), reference, contract)

    assert verdict.rung is Rung.INCONCLUSIVE
    assert verdict.reason.endswith(f"bears a name that train/loss needs: {name}")


@pytest.mark.parametrize("name", ["train/loss", "*"])
def test_short_run_leaves_the_curve_open(name: str) -> None:
    """The beginning of a curve is no curve, by name or by pattern; a whole run may."""
    reference = replace(REFERENCE, horizon=Horizon(step=25, order=250, is_end=False))
    short = replace(
        Made(metrics={}, traces={"train/loss": curve(7, steps=25)}, state=()).run(),
        horizon=Horizon(step=25, order=250, is_end=True),
    )
    contract = replace(WITH_CURVE, tolerances=((name, CURVE),))

    verdict = judged(short, reference, contract)
    together = folded([short], reference, contract)

    assert verdict.rung is Rung.INCONCLUSIVE
    assert "seed 0 was cut short" in verdict.reason
    assert not passes(together)
    assert not together.is_refused


PLACES = st.sets(
    st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=30
)


@given(places=PLACES)
def test_numbers_missing_in_the_reference_never_pass(
    places: set[tuple[int, int]],
) -> None:
    """Drop any numbers of any seeds: the question stays open."""
    rows = enumerate(REFERENCE.seeds)
    kept = tuple(lacking(row, place, places) for place, row in rows)

    verdict = folded(new(), replace(REFERENCE, seeds=kept), WITH_CURVE)

    assert verdict.rung is Rung.INCONCLUSIVE
    assert verdict.is_refused


@given(places=PLACES)
def test_numbers_missing_in_obtained_seeds_never_pass(
    places: set[tuple[int, int]],
) -> None:
    """Drop any numbers of any seeds: the question stays open."""
    runs = [
        replace(one, seeds=(lacking(one.anchor, place, places),))
        for place, one in enumerate(new(count=10))
    ]

    verdict = folded(runs, REFERENCE, WITH_CURVE)

    assert verdict.rung is Rung.INCONCLUSIVE
    assert verdict.is_refused


def lacking(row: SeedResult, place: int, places: set[tuple[int, int]]) -> SeedResult:
    """Drop some of the ten numbers of a seed."""
    kept = [one for at, one in enumerate(row.derived) if (place, at) not in places]
    return replace(row, derived=tuple(kept))
