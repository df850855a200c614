"""Where only distributions can answer: new seeds, and other environments."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from pytest_repro.records import (
    Cause,
    Close,
    Contract,
    Equivalent,
    Exact,
    Match,
    Rung,
    RunRecord,
)
from tests.verdicts.making import (
    LOWER,
    OTHER_KEY,
    REFERENCE_VALUES,
    Made,
    approve,
    equivalent,
    folded,
    judged,
    promise,
    seeds,
)


def test_new_seeds_can_only_be_compared_as_distributions() -> None:
    """Seeds that the reference lacks will do where equivalence is all that is asked."""
    reference = approve(*seeds(REFERENCE_VALUES))
    runs = seeds([0.905, 0.91, 0.915, 0.91], first=100)

    verdict = folded(runs, reference, equivalent(0.02))
    strict = folded(
        runs,
        reference,
        replace(equivalent(0.02), required=Rung.WITHIN_ROUNDING),
    )

    assert verdict.rung is Rung.EQUIVALENT
    assert strict.cause is Cause.MISSING_REFERENCE


def test_new_seed_says_its_distance_from_the_mean() -> None:
    """Without the same seed, the mean of the reference is the centre."""
    reference = approve(*seeds(REFERENCE_VALUES))
    (run,) = seeds([0.95], first=100)

    verdict = judged(run, reference, equivalent(0.02))

    assert verdict.reason.startswith(
        "acc is 2 margins of Equivalent(0.02) from the mean of the reference"
    )


def test_new_seed_is_missing_if_a_metric_has_no_margin() -> None:
    """A metric that needs the same seed cannot be left out."""
    reference = approve(*seeds(REFERENCE_VALUES))
    (run,) = seeds([0.91], first=100)
    contract = replace(promise(acc=Close(rtol=0.1)), required=LOWER)

    assert judged(run, reference, contract).cause is Cause.MISSING_REFERENCE


def elsewhere(values: Sequence[float]) -> list[RunRecord]:
    """Build runs of another environment, each with weights of its own."""
    return [
        Made(
            seed=index,
            metrics={"acc": value},
            traces={},
            state=[("weights", 1, f"elsewhere {index}")],
            key=OTHER_KEY,
        ).run()
        for index, value in enumerate(values)
    ]


def here() -> RunRecord:
    """Build the reference that runs elsewhere are held against."""
    runs = [
        Made(
            seed=index,
            metrics={"acc": value},
            traces={},
            state=[("weights", 1, f"here {index}")],
        ).run()
        for index, value in enumerate(REFERENCE_VALUES)
    ]
    return approve(*runs)


def test_other_environment_is_compared_by_distributions_only() -> None:
    """The statistical rung is reached, and is all that is required there."""
    runs = elsewhere([0.905, 0.91, 0.915, 0.91])

    verdict = folded(runs, here(), promise(acc=Equivalent(0.02)), Match.NEAREST)

    assert verdict.rung is Rung.EQUIVALENT
    assert verdict.required is Rung.EQUIVALENT
    assert verdict.match is Match.NEAREST
    assert verdict.holds


@pytest.mark.parametrize(
    "contract", [Contract(), promise(acc=Close(rtol=0.5)), promise(weights=Exact())]
)
def test_other_environment_without_a_margin_is_not_comparable(
    contract: Contract,
) -> None:
    """Neither bits nor Close cross environments, and both keys are told."""
    (run,) = elsewhere([0.91])

    verdict = judged(run, here(), contract, Match.NEAREST)

    assert verdict.cause is Cause.OTHER_ENVIRONMENT
    assert verdict.reason == (
        "the reference is of linux-x86_64-avx2-cpu-torch2.13, this run of"
        " linux-x86_64-avx512-cpu-torch2.13: that needs an Equivalent() margin for acc"
    )


def test_equal_metric_elsewhere_is_still_a_question() -> None:
    """One equal accuracy beside other weights claims nothing from one seed."""
    (run,) = elsewhere([REFERENCE_VALUES[0]])

    verdict = judged(run, here(), promise(acc=Equivalent(0.02)), Match.NEAREST)

    assert verdict.rung is Rung.INCONCLUSIVE


def test_metric_without_a_margin_elsewhere_is_not_left_out() -> None:
    """A second metric that differs and has no margin stops the comparison."""
    runs = [
        Made(seed=0, metrics={"acc": 0.9, "loss": loss}, traces={}, state=[]).run()
        for loss in (1.0, 2.0)
    ]

    verdict = judged(runs[0], runs[1], promise(acc=Equivalent(0.02)), Match.NEAREST)

    assert verdict.cause is Cause.OTHER_ENVIRONMENT
    assert verdict.reason.endswith("margin for loss")


def test_run_without_final_metrics_elsewhere_is_not_comparable() -> None:
    """Traces without a margin have no distribution to compare."""
    reference = Made(metrics={}).run()
    run = Made(metrics={}, traces={"train/loss": (1.0,)}).run()
    contract = Contract(tolerances=(("test/*", Equivalent(0.1)),))

    verdict = judged(run, reference, contract, Match.NEAREST)

    assert verdict.cause is Cause.OTHER_ENVIRONMENT
    assert verdict.reason.endswith("margin for any final metric")


def test_new_seed_elsewhere_is_left_to_distributions() -> None:
    """Neither the seed nor the environment need be the reference's."""
    (run,) = elsewhere([0.95])
    new = replace(run, seeds=(replace(run.anchor, seed=100),))

    verdict = judged(new, here(), promise(acc=Equivalent(0.02)), Match.NEAREST)

    assert verdict.rung is Rung.INCONCLUSIVE
    assert "from the mean of the reference" in verdict.reason


def test_equal_metric_elsewhere_needs_no_margin() -> None:
    """Same bits hold anywhere, so a metric that has them stops nothing."""
    runs = [
        Made(seed=0, metrics={"acc": acc, "loss": 1.0}, traces={}, state=[]).run()
        for acc in (0.90, 0.91)
    ]

    verdict = judged(runs[0], runs[1], promise(acc=Equivalent(0.02)), Match.NEAREST)

    assert verdict.rung is Rung.INCONCLUSIVE


def test_equal_metrics_elsewhere_do_not_excuse_other_weights() -> None:
    """Without any margin, nothing but the same bits throughout is comparable."""
    (run,) = elsewhere([REFERENCE_VALUES[0]])

    verdict = judged(run, here(), Contract(), Match.NEAREST)

    assert verdict.cause is Cause.OTHER_ENVIRONMENT
