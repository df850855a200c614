"""Events over seeds: when a trace reaches its target, in steps."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from pytest_repro.records import Contract, Equivalent, Match, Rung, RunRecord, Tolerance
from tests.verdicts.making import (
    LOWER,
    OTHER_KEY,
    Made,
    approve,
    folded,
    judged,
    promise,
)

ARRIVALS = (100, 104, 98, 101, 97, 103, 99, 102, 100, 96)
LAST = 200


def promised(tolerance: Tolerance) -> Contract:
    """Promise the event, and require no more than that."""
    return replace(promise(test__accuracy=tolerance), required=LOWER, seeds=10)


TARGET = promised(Equivalent(20, target=0.93))


def run(
    seed: int, arrival: int | None, *, contract: Contract = TARGET, start: float = 0.0
) -> RunRecord:
    """Build a run whose accuracy passes 0.93 at one step, or never."""
    trace = [
        0.95 if arrival is not None and step >= arrival else 0.9 for step in range(LAST)
    ]
    return Made(
        seed=seed,
        metrics={},
        traces={"test/accuracy": [start, *trace[1:]]},
        contract=contract,
        key=OTHER_KEY,
    ).run()


def reference_of(contract: Contract = TARGET) -> RunRecord:
    """Record a reference of ten seeds."""
    return approve(
        *(run(seed, step, contract=contract) for seed, step in enumerate(ARRIVALS))
    )


def rung_of(arrivals: Sequence[int | None], contract: Contract = TARGET) -> Rung:
    """Fold new seeds that arrive at some steps."""
    runs = [
        run(100 + index, step, contract=contract) for index, step in enumerate(arrivals)
    ]
    return folded(runs, reference_of(contract), contract, Match.NEAREST).rung


@pytest.mark.parametrize(
    ("arrivals", "rung"),
    [
        ((101, 99, 103, 98, 100, 102), Rung.EQUIVALENT),
        ((141, 139, 143, 138, 140, 142), Rung.DIVERGED),
        ((61, 59, 63, 58, 60, 62), Rung.DIVERGED),
        ((None, None, None, None, None, None), Rung.DIVERGED),
        ((118,), Rung.INCONCLUSIVE),
    ],
)
def test_event_is_compared_in_steps(arrivals: Sequence[int | None], rung: Rung) -> None:
    """Later, earlier and never are found; the margin is twenty steps."""
    assert rung_of(arrivals) is rung


@pytest.mark.parametrize(
    "tolerance",
    [Equivalent(0.2, scale="log", target=0.93), Equivalent(rel=0.2, target=0.93)],
)
def test_margin_may_be_a_ratio_of_steps(tolerance: Tolerance) -> None:
    """On the log scale, or as a fraction of the reference's mean."""
    contract = promised(tolerance)

    assert rung_of((101, 99, 103, 98, 100, 102), contract) is Rung.EQUIVALENT
    assert rung_of((141, 139, 143, 138, 140, 142), contract) is Rung.DIVERGED


def test_target_that_the_reference_never_reaches_answers_nothing() -> None:
    """The planted fault: never on both sides is no agreement."""
    contract = promised(Equivalent(20, target=0.99))
    runs = [run(seed, 100, contract=contract) for seed in range(100, 106)]

    verdict = folded(runs, reference_of(contract), contract, Match.NEAREST)

    assert verdict.rung is Rung.INCONCLUSIVE
    assert "the reference has 0 finite values" in verdict.reason
    assert not verdict.holds


def test_run_that_starts_beyond_the_target_is_another_event() -> None:
    """Falling to a value at step 100 does not stand in for rising to it there."""
    runs = [run(seed, None, start=0.97) for seed in range(100, 106)]

    verdict = folded(runs, reference_of(), TARGET, Match.NEAREST)

    assert verdict.rung is Rung.INCONCLUSIVE
    assert "starts test/accuracy on another side of the target" in verdict.reason
    assert not verdict.holds


def test_another_target_is_another_question() -> None:
    """What was kept for 0.93 does not answer for 0.92."""
    asked = promised(Equivalent(20, target=0.92))
    runs = [run(seed, 100) for seed in range(100, 106)]

    verdict = folded(runs, reference_of(), asked, Match.NEAREST)

    assert verdict.rung is Rung.INCONCLUSIVE
    assert "Equivalent(20, target=0.92)" in verdict.reason
    assert "record it again" in verdict.reason


def final(seed: int, accuracy: float, key: str) -> RunRecord:
    """Build a run with a final metric, and no trace."""
    return Made(
        seed=seed, metrics={"test/accuracy": accuracy}, traces={}, state=(), key=key
    ).run()


@pytest.mark.parametrize("pattern", ["test/accuracy", "test/*"])
def test_margin_in_steps_is_none_for_a_final_metric(pattern: str) -> None:
    """The planted fault: twenty steps would allow any accuracy whatever."""
    contract = replace(TARGET, tolerances=((pattern, Equivalent(20, target=0.93)),))
    reference = approve(*(final(seed, 0.9, Made.key) for seed in range(10)))
    here = [final(seed, 0.1, Made.key) for seed in range(6)]
    there = [final(seed, 0.1, OTHER_KEY) for seed in range(6)]

    same = folded(here, reference, contract)
    other = folded(there, reference, contract, Match.NEAREST)
    unknown = folded([final(99, 0.1, Made.key)], reference, contract)

    assert same.rung is Rung.DIVERGED
    assert "is for the steps of a trace" in same.reason
    assert other.rung is Rung.NOT_COMPARABLE
    assert unknown.rung is Rung.NOT_COMPARABLE


def test_single_seed_says_how_many_margins_it_is_late() -> None:
    """In the unit that the margin was stated in."""
    verdict = judged(run(0, 130), reference_of(), TARGET)

    assert verdict.reason == (
        "test/accuracy rises to 0.93 is 1.5 margins of Equivalent(20, target=0.93) from"
        " the reference; one seed cannot show equivalence"
    )
