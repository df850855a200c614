"""Runs of two places: which rung holds between them, and on what it may rest."""

from dataclasses import replace

import pytest

from pytest_repro.records import Cause, Contract, Equivalent, Rung, RunRecord
from pytest_repro.verdicts.across import Runs, compare_runs
from pytest_repro.verdicts.carrying import carry
from tests.verdicts.enveloping import enveloped, run_of
from tests.verdicts.making import Made

BASE = (1.0, 2.0, 3.0, 4.0)
NEAR = (1.0, 2.0, 3.0, 4.00001)
OPPOSITE = (1.0, 2.0, 3.0, 3.99999)
EDGE = (1.0, 2.0, 3.0, 4.0007)
OTHER_EDGE = (1.0, 2.0, 3.0, 3.9993)
FAR = (1.0, 2.0, 3.0, 5.0)
METRICS = {"test/loss": 0.5}


def approved() -> RunRecord:
    """Record a reference whose replicas moved by 1e-4 at the last step."""
    replicas = (run_of((1.0, 2.0, 3.0, 4.0001)), run_of((1.0, 2.0, 3.0, 3.9999)))
    return enveloped(run_of(BASE), *replicas)


def runs(trace: tuple[float, ...]) -> Runs:
    """Make what a place has that ran one seed."""
    record = run_of(trace)
    return Runs(record=record, rest=(record,))


def seeds(values: list[float], contract: Contract) -> Runs:
    """Make what a place has that ran several seeds."""
    each = [
        Made(
            metrics={"test/loss": value},
            traces={},
            state=[("w", None, str(value))],
            seed=seed,
            contract=contract,
        ).run()
        for seed, value in enumerate(values)
    ]
    rows = tuple(one.anchor for one in each)
    return Runs(record=replace(each[0], seeds=rows), rest=tuple(each))


def test_the_same_bits_are_identical_without_any_reference() -> None:
    """Two places agree, whatever anybody approved."""
    assert compare_runs(runs(NEAR), runs(NEAR)).rung is Rung.IDENTICAL


def test_two_runs_inside_the_envelope_are_within_rounding_of_each_other() -> None:
    """The envelope is carried to one of them."""
    found = compare_runs(runs(NEAR), runs(OPPOSITE), approved=[approved()])

    assert found.rung is Rung.WITHIN_ROUNDING


def test_opposite_edges_of_the_envelope_are_not_within_rounding() -> None:
    """Each is inside, and from each other they are twice as far as is allowed."""
    reference = approved()

    inside = [
        compare_runs(runs(one), Runs(record=reference), approved=[reference])
        for one in (EDGE, OTHER_EDGE)
    ]
    found = compare_runs(runs(EDGE), runs(OTHER_EDGE), approved=[reference])

    assert [one.rung for one in inside] == [Rung.WITHIN_ROUNDING] * 2
    assert found.rung is Rung.DIVERGED


def test_no_envelope_is_carried_to_a_run_that_left_it() -> None:
    """Nobody knows how a rounding would grow along another trajectory."""
    found = compare_runs(
        runs(FAR), runs((1.0, 2.0, 3.0, 5.00001)), approved=[approved()]
    )

    assert found.rung is Rung.NOT_COMPARABLE
    assert found.cause is Cause.OTHER_ENVIRONMENT


def test_leaving_the_envelope_of_the_reference_is_a_divergence() -> None:
    """Against the reference itself its envelope always counts."""
    reference = approved()

    found = compare_runs(runs(FAR), Runs(record=reference), approved=[reference])

    assert found.rung is Rung.DIVERGED


def test_other_bits_without_envelope_or_margin_are_no_divergence() -> None:
    """Nobody said how far apart two places may be."""
    found = compare_runs(runs(FAR), runs(BASE))

    assert found.rung is Rung.NOT_COMPARABLE
    assert found.cause is Cause.OTHER_ENVIRONMENT


def test_seeds_of_two_places_are_equivalent_within_a_margin() -> None:
    """Ten seeds each, moved by far less than the margin."""
    contract = Contract(seeds=10, tolerances=(("test/loss", Equivalent(0.3)),))
    values = [0.50, 0.52, 0.48, 0.51, 0.49, 0.53, 0.47, 0.505, 0.495, 0.515]

    found = compare_runs(
        seeds([one + 0.001 for one in values], contract), seeds(values, contract)
    )

    assert found.rung is Rung.EQUIVALENT


def test_a_shift_of_many_margins_diverges() -> None:
    """The planted fault: every seed of one place is far off."""
    contract = Contract(seeds=10, tolerances=(("test/loss", Equivalent(0.3)),))
    values = [0.50, 0.52, 0.48, 0.51, 0.49, 0.53, 0.47, 0.505, 0.495, 0.515]

    found = compare_runs(
        seeds([one + 2 for one in values], contract), seeds(values, contract)
    )

    assert found.rung is Rung.DIVERGED


def test_too_few_seeds_are_inconclusive_and_say_how_many_would_do() -> None:
    """One seed each, a margin, and other bits."""
    contract = Contract(seeds=10, tolerances=(("test/loss", Equivalent(0.3)),))

    found = compare_runs(seeds([0.5], contract), seeds([0.6], contract))

    assert found.rung is Rung.INCONCLUSIVE
    assert "a reference takes" in found.reason


def test_one_seed_with_other_bits_is_enough_against_identity() -> None:
    """Seed 0 agrees, seed 1 does not: that is not the same bits."""
    found = compare_runs(seeds([0.5, 0.6], Contract()), seeds([0.5, 0.7], Contract()))

    assert found.rung is Rung.NOT_COMPARABLE


def test_seeds_that_nothing_bounds_do_not_hide_one_that_is_inside() -> None:
    """Seed 0 stays within rounding; of seed 1 only the reason speaks."""
    reference = approved()
    second = replace(Made(traces={"train/loss": FAR}, seed=1).run(), state=())
    theirs = replace(Made(traces={"train/loss": BASE}, seed=1).run(), state=())
    ours = run_of(NEAR)
    obtained = Runs(
        record=replace(ours, seeds=(ours.anchor, second.anchor)), rest=(ours, second)
    )
    base = replace(reference, seeds=(reference.anchor, theirs.anchor))

    found = compare_runs(obtained, Runs(record=base), approved=[base])

    assert found.rung is Rung.WITHIN_ROUNDING
    assert "no bound for other bits at 1" in found.reason


def test_a_carried_envelope_is_centred_on_the_run() -> None:
    """Values are the run's, bounds the reference's."""
    reference, run = approved(), run_of(NEAR)

    found = carry(reference, to=run)

    assert found.series[0].values == run.series[0].values
    assert found.series[0].envelope == reference.series[0].envelope
    assert len(found.anchor_replicas) == 2


@pytest.mark.parametrize("trace", [(1.0, 2.0, 3.0), (1.0, 2.0, 3.0, 4.0, 5.0)])
def test_a_run_of_other_length_gets_no_envelope(trace: tuple[float, ...]) -> None:
    """Its points are not those that were bounded."""
    assert carry(approved(), to=run_of(trace)).series[0].envelope == ()
