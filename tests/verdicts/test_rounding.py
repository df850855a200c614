"""WITHIN_ROUNDING: all that differs stays inside what perturbed replicas spanned."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.records import Close, Contract, Equivalent, Exact, Match, Rung
from pytest_repro.verdicts.rounding import FACTOR, ULPS
from tests.verdicts.enveloping import enveloped, run_of
from tests.verdicts.making import judged, promise

ANCHOR = run_of([4.0, 3.0, 2.0], weights={None: (8.0, 0.0), 1: (9.0, 1.0)})
REPLICAS = (
    run_of([4.0, 3.001, 2.0], weights={None: (8.0, 0.0), 1: (9.0, 1.002)}),
    run_of(
        [4.0, 3.0, 2.01],
        metrics={"test/loss": 0.501},
        weights={None: (8.0, 0.0), 1: (9.0, 1.0)},
    ),
)
REFERENCE = enveloped(ANCHOR, *REPLICAS)


def moved(step: int, by: float) -> list[float]:
    """Move one step of the trace."""
    return [value + by * (index == step) for index, value in enumerate([4.0, 3.0, 2.0])]


def test_inside_everywhere_is_within_rounding() -> None:
    """It says where the bits part and how much of the envelope is used."""
    weights = {None: (8.0, 0.0), 1: (9.0, 1.004)}
    verdict = judged(run_of(moved(1, 0.004), weights=weights), REFERENCE)

    assert verdict.rung is Rung.WITHIN_ROUNDING
    assert verdict.holds
    assert verdict.reason == (
        "left the bits at step 1 (train/loss), stays at 0.5 of the rounding envelope"
        " (train/loss)"
    )
    assert {one.name for one in verdict.findings} == {"train/loss", "weights"}


@pytest.mark.parametrize(
    ("trace", "metrics", "weights", "name"),
    [
        (moved(1, 0.1), {"test/loss": 0.5}, (9.0, 1.0), "train/loss"),
        (moved(2, 0.0), {"test/loss": 0.6}, (9.0, 1.0), "test/loss"),
        (moved(2, 0.0), {"test/loss": 0.5}, (9.0, 1.1), "weights"),
    ],
    ids=["trace", "final metric", "state"],
)
def test_one_thing_outside_is_a_divergence(
    trace: list[float],
    metrics: dict[str, float],
    weights: tuple[float, float],
    name: str,
) -> None:
    """Whatever it is: a fault in the evaluation leaves every training loss equal."""
    obtained = run_of(trace, metrics=metrics, weights={None: (8.0, 0.0), 1: weights})

    verdict = judged(obtained, REFERENCE)

    assert verdict.rung is Rung.DIVERGED
    assert verdict.reason.startswith(f"{name} leaves the rounding envelope")
    assert " by " in verdict.reason


def test_reason_names_step_factor_and_both_sides() -> None:
    """A person sees at once whether that is rounding."""
    verdict = judged(
        run_of(moved(1, 0.08), weights={None: (8.0, 0.0), 1: (9.0, 1.0)}), REFERENCE
    )

    assert verdict.reason == (
        "train/loss leaves the rounding envelope at step 1 by 10x: 3.08 against 3.0"
    )


def test_a_step_may_always_differ_by_a_few_ulps() -> None:
    """No replica happened to move the first loss, which is rounded like any other."""
    weights = {None: (8.0, 0.0), 1: (9.0, 1.0)}
    inside = run_of(moved(0, 4.0 * ULPS * 2.0**-52), weights=weights)
    outside = run_of(moved(0, 4.0 * ULPS * 2 * FACTOR * 2.0**-52), weights=weights)

    assert judged(inside, REFERENCE).rung is Rung.WITHIN_ROUNDING
    assert judged(outside, REFERENCE).rung is Rung.DIVERGED


def test_initial_weights_may_differ_as_later_ones_do() -> None:
    """They are drawn before noise can reach them, and other kernels round them too."""
    obtained = run_of(moved(0, 0.0), weights={None: (8.004, 0.0), 1: (9.0, 1.0)})

    assert judged(obtained, REFERENCE).rung is Rung.WITHIN_ROUNDING


@pytest.mark.parametrize(
    "obtained",
    [
        run_of([4.0, 3.0], weights={None: (8.0, 0.0), 1: (9.0, 1.0)}),
        run_of([4.0, 3.0, 2.0, 1.0], weights={None: (8.0, 0.0), 1: (9.0, 1.0)}),
        run_of([4.0, 3.0, 2.0], weights={None: (8.0, 0.0)}),
        run_of([4.0, 3.0, 2.0], weights={None: (8.0, 0.0), 1: ()}),
        run_of([4.0, 3.0, 2.0], weights={None: (8.0, 0.0), 1: (9.0, math.nan)}),
    ],
    ids=["step missing", "step added", "moment missing", "no sketch", "NaN in state"],
)
def test_what_cannot_be_measured_is_never_inside(obtained: object) -> None:
    """Missing steps and states that are not finite are failures."""
    assert judged(obtained, REFERENCE).rung is Rung.DIVERGED  # type: ignore[arg-type]  # a record


def test_nothing_is_inside_an_envelope_that_was_not_measured() -> None:
    """Every replica broke there, so it cannot be said what rounding does."""
    reference = enveloped(run_of([1.0, 1.0]), run_of([1.0, math.nan]))
    contract = Contract(allow_nonfinite="a test")

    finite = judged(run_of([1.0, 1.0001]), reference, contract)
    nan = judged(run_of([1.0, math.nan]), reference, contract)

    assert finite.rung is Rung.DIVERGED
    assert nan.rung is Rung.DIVERGED


def test_one_flipped_image_is_rounding_and_many_are_not() -> None:
    """No replica flipped one, so the quantum of the metric is what may happen."""
    reference = enveloped(
        run_of([1.0], metrics={"acc": 355 / 360}),
        run_of([1.5], metrics={"acc": 355 / 360}),
    )

    one = judged(run_of([1.0], metrics={"acc": 354 / 360}), reference)
    many = judged(run_of([1.0], metrics={"acc": 344 / 360}), reference)

    assert one.rung is Rung.WITHIN_ROUNDING
    assert many.rung is Rung.DIVERGED


@pytest.mark.parametrize("tolerance", [Exact(), Close(atol=1e-6)])
def test_declared_tolerance_is_not_widened_by_the_envelope(tolerance: object) -> None:
    """What a person names, decides."""
    weights = {None: (8.0, 0.0), 1: (9.0, 1.0)}
    contract = promise(train__loss=tolerance)  # type: ignore[arg-type]  # a tolerance

    verdict = judged(run_of(moved(1, 0.004), weights=weights), REFERENCE, contract)

    assert verdict.rung is Rung.DIVERGED


def test_declared_tolerance_stands_in_for_the_envelope() -> None:
    """Whoever allows more than rounding gets it, for what the tolerance names."""
    weights = {None: (8.0, 0.0), 1: (9.0, 1.5)}
    obtained = run_of(moved(1, 0.5), weights=weights)
    contract = promise(train__loss=Close(atol=1.0))

    assert judged(obtained, REFERENCE).rung is Rung.DIVERGED
    assert judged(obtained, REFERENCE, contract).rung is Rung.WITHIN_ROUNDING


def test_margin_over_seeds_does_not_excuse_leaving_the_envelope() -> None:
    """One seed says it already, and the message says how to ask the others."""
    contract = promise(test__loss=Equivalent(1.0))
    obtained = run_of(moved(1, 0.1), weights={None: (8.0, 0.0), 1: (9.0, 1.0)})

    verdict = judged(obtained, REFERENCE, contract)
    asked = judged(obtained, REFERENCE, replace(contract, required=Rung.EQUIVALENT))

    assert verdict.rung is Rung.DIVERGED
    assert verdict.reason.endswith('to ask the seeds instead: require="EQUIVALENT"')
    assert asked.rung is Rung.INCONCLUSIVE


def test_metric_without_a_margin_is_not_left_to_the_seeds() -> None:
    """Nothing else could answer for it."""
    contract = replace(promise(other=Equivalent(1.0)), required=Rung.EQUIVALENT)
    metrics = {"test/loss": 0.9, "other": 1.0}
    anchor = run_of([1.0], metrics={"test/loss": 0.5, "other": 1.0})
    reference = enveloped(
        anchor, run_of([1.1], metrics={"test/loss": 0.5, "other": 1.0})
    )

    assert (
        judged(run_of([1.0], metrics=metrics), reference, contract).rung
        is Rung.DIVERGED
    )


def test_envelope_is_not_used_for_another_environment() -> None:
    """There only distributions may answer."""
    obtained = run_of(moved(1, 0.004), weights={None: (8.0, 0.0), 1: (9.0, 1.0)})

    verdict = judged(obtained, REFERENCE, match=Match.NEAREST)

    assert verdict.rung is Rung.NOT_COMPARABLE


@given(
    st.lists(st.floats(0.5, 2.0), min_size=3, max_size=3),
    st.lists(st.floats(0.5, 2.0), min_size=3, max_size=3),
    st.lists(st.floats(0.5, 2.0), min_size=3, max_size=3),
)
def test_another_replica_never_turns_a_pass_into_a_fail(
    obtained: list[float], one: list[float], other: list[float]
) -> None:
    """More replicas can only widen the envelope."""
    anchor, replica = run_of([1.0, 1.0, 1.0]), run_of([1.001, 1.0, *one[2:]])
    run = run_of(obtained)
    before = judged(run, enveloped(anchor, replica, run_of(one)))

    after = judged(run, enveloped(anchor, replica, run_of(one), run_of(other)))

    assert after.rung.height >= before.rung.height


def test_replica_itself_is_always_inside() -> None:
    """The envelope holds what it was made of."""
    for replica in REPLICAS:
        assert judged(replica, REFERENCE).rung is Rung.WITHIN_ROUNDING


def test_what_no_replica_moved_is_told_as_a_plain_difference() -> None:
    """A learning rate does not round, so it leaves no envelope: it was changed."""
    anchor = run_of([1.0, 1.0], weights={0: (0.1,), 1: (0.1,)})
    reference = enveloped(anchor, run_of([1.1, 1.1], weights={0: (0.1,), 1: (0.1,)}))

    changed = judged(run_of([1.0, 1.0], weights={0: (0.1,), 1: (0.2,)}), reference)

    assert changed.rung is Rung.DIVERGED
    assert changed.reason == (
        "weights differs at step 1, which rounding never moves:"
        " about 1 of its norm away"
    )
