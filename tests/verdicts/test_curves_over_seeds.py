"""Curves over seeds: what final metrics miss is found, and no gap ever passes."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import exp

import pytest

from pytest_repro.records import (
    Cause,
    Contract,
    Equivalent,
    Horizon,
    Match,
    Metric,
    Rung,
    RunRecord,
    Scalar,
    Verdict,
)
from pytest_repro.verdicts import freeze_margins
from tests.verdicts.making import (
    LOWER,
    OTHER_KEY,
    Made,
    approve,
    folded,
    judged,
    promise,
)

STEPS = 200
CURVE = Equivalent(0.02, scale="log")
WITH_CURVE = replace(
    promise(test__loss=CURVE, train__loss=CURVE), required=LOWER, seeds=10
)
WITHOUT_CURVE = replace(promise(test__loss=CURVE), required=LOWER, seeds=10)


def noise(seed: int, place: int) -> float:
    """Draw a number in [-0.5, 0.5) by a small integer generator, the same anywhere."""
    state = 2654435761 * (seed + 1) + 40503 * (place + 1)
    for _ in range(4):
        state = (1103515245 * state + 12345) % 2**31
    return state / 2**31 - 0.5


def curve(seed: int, *, bump: float = 0.0, steps: int = STEPS) -> list[float]:
    """Simulate a loss: a level of the seed's own, noise, and perhaps a bump midway."""
    level = 1 + 0.01 * noise(seed, -1)
    return [
        level * exp(-step / 80) * (1 + 0.01 * noise(seed, step))
        + (bump * exp(-step / 80) if 40 <= step < 100 else 0.0)
        for step in range(steps)
    ]


def run(
    seed: int,
    *,
    trace: Sequence[float] = (),
    contract: Contract = WITH_CURVE,
    key: str = Made.key,
) -> RunRecord:
    """Build a run whose final loss knows nothing of its curve."""
    return Made(
        seed=seed,
        metrics={"test/loss": 0.1 * (1 + 0.01 * noise(seed, -2))},
        traces={"train/loss": trace or curve(seed)},
        state=(),
        contract=contract,
        key=key,
    ).run()


REFERENCE = approve(*(run(seed) for seed in range(10)))


def new(
    make: Callable[[int], RunRecord] = run, *, first: int = 100, count: int = 6
) -> list[RunRecord]:
    """Build runs of new seeds."""
    return [make(first + index) for index in range(count)]


def bumped(seed: int) -> RunRecord:
    """Build a run that went wrong midway and recovered."""
    return run(seed, trace=curve(seed, bump=0.08))


def without_derived(record: RunRecord) -> RunRecord:
    """Drop what was derived, as a contract without the trace does."""
    return replace(
        record, seeds=tuple(replace(row, derived=()) for row in record.seeds)
    )


def passes(verdict: Verdict) -> bool:
    """Tell whether something got through that must not."""
    return verdict.holds or verdict.rung.height >= Rung.EQUIVALENT.height


def test_unchanged_curve_is_equivalent() -> None:
    """New seeds of the same code; the family is the metric and ten means."""
    verdict = folded(new(), REFERENCE, WITH_CURVE)

    assert verdict.rung is Rung.EQUIVALENT
    assert verdict.holds
    assert len(verdict.findings) == 11
    assert "train/loss steps 69-116 (log)" in {one.name for one in verdict.findings}


def test_bump_that_the_end_forgets_is_found_by_the_curve_alone() -> None:
    """The vector of the notes, section 3.7: finals are equal, the middle is not."""
    runs = new(bumped)

    with_curve = folded(runs, REFERENCE, WITH_CURVE)
    without = folded(runs, REFERENCE, WITHOUT_CURVE)

    assert with_curve.rung is Rung.DIVERGED
    assert "train/loss steps" in with_curve.reason
    assert not passes(with_curve)
    assert without.rung is Rung.EQUIVALENT
    assert without.holds


def test_pattern_asks_as_a_name_does() -> None:
    """A group is one family; the bump is found through ``*``."""
    contract = replace(WITH_CURVE, tolerances=(("*", CURVE),))

    assert folded(new(bumped), REFERENCE, contract).rung is Rung.DIVERGED
    assert folded(new(), REFERENCE, contract).rung is Rung.EQUIVALENT


def test_seed_of_the_reference_asks_the_same() -> None:
    """Its own traces are kept of the anchor only, the numbers of all."""
    runs = [bumped(seed) for seed in range(6)]

    assert folded(runs, REFERENCE, WITH_CURVE).rung is Rung.DIVERGED
    assert folded(runs[1:], REFERENCE, WITH_CURVE).rung is Rung.DIVERGED


def test_other_environment_asks_the_curve_too() -> None:
    """There it is all that can be asked."""
    good = new(lambda seed: run(seed, key=OTHER_KEY))
    bad = new(lambda seed: run(seed, key=OTHER_KEY, trace=curve(seed, bump=0.08)))

    same = folded(good, REFERENCE, WITH_CURVE, Match.NEAREST)

    assert same.rung is Rung.EQUIVALENT
    assert len(same.findings) == 11
    assert folded(bad, REFERENCE, WITH_CURVE, Match.NEAREST).rung is Rung.DIVERGED


def test_curve_alone_suffices_where_nothing_else_is_logged() -> None:
    """An experiment of traces has distributions since each seed keeps numbers."""

    def bare(seed: int) -> RunRecord:
        return Made(
            seed=seed,
            metrics={},
            traces={"train/loss": curve(seed)},
            contract=contract,
            key=OTHER_KEY,
        ).run()

    contract = replace(promise(train__loss=CURVE), required=LOWER, seeds=10)
    reference = approve(*(bare(seed) for seed in range(10)))

    verdict = folded(new(bare), reference, contract, Match.NEAREST)

    assert verdict.rung is Rung.EQUIVALENT


def test_single_seed_leaves_one_question_a_number() -> None:
    """Each says that one seed shows nothing."""
    verdict = judged(run(0, trace=curve(77)), REFERENCE, WITH_CURVE)

    assert verdict.rung is Rung.INCONCLUSIVE
    assert len(verdict.findings) == 10
    assert all("one seed cannot show" in one.detail for one in verdict.findings)


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


def test_short_run_leaves_the_curve_open() -> None:
    """The beginning of a curve is no curve, by name or by pattern."""
    reference = replace(REFERENCE, horizon=Horizon(step=25, order=250, is_end=False))
    short = replace(
        Made(metrics={}, traces={"train/loss": curve(7, steps=25)}, state=()).run(),
        horizon=Horizon(step=25, order=250, is_end=True),
    )
    contract = replace(WITH_CURVE, tolerances=(("*", CURVE),))

    for asked in (WITH_CURVE, contract):
        verdict = judged(short, reference, asked)
        assert verdict.rung is Rung.INCONCLUSIVE
        assert "seed 0 was cut short" in verdict.reason
        assert not passes(folded([short], reference, asked))


def test_automatic_margin_is_frozen_for_each_number() -> None:
    """Every bin has a spread of its own; the contract of the reference shows it."""
    contract = replace(
        promise(train__loss=Equivalent("auto", scale="log")), required=LOWER, seeds=10
    )

    def made(seed: int) -> RunRecord:
        return replace(run(seed, contract=contract))

    plain = approve(*(made(seed) for seed in range(10)))
    reference = freeze_margins(plain)
    names = [name for name, _ in reference.identity.contract.tolerances]

    assert names[0] == "train/loss"
    assert len(names) == 11
    bare = WITH_CURVE.tolerances[:1]
    both = replace(contract, tolerances=(*bare, *contract.tolerances))
    assert folded(new(made), reference, both).rung is Rung.EQUIVALENT
    assert folded(new(bumped), reference, both).rung is Rung.DIVERGED
    assert not passes(folded(new(made), plain, both))


def test_reference_can_be_judged_under_its_own_contract() -> None:
    """Frozen margins name numbers that no experiment logs."""
    contract = replace(promise(train__loss=Equivalent("auto")), required=LOWER)
    reference = freeze_margins(
        approve(*(run(seed, contract=contract) for seed in range(5)))
    )

    verdict = judged(reference, reference, reference.identity.contract)

    assert verdict.rung is Rung.IDENTICAL
