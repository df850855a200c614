"""A run that was stopped early is held against the beginning of its reference."""

from dataclasses import replace

import pytest

from pytest_repro.records import (
    Cause,
    Close,
    Equivalent,
    Horizon,
    Match,
    Rung,
    RunRecord,
)
from tests.verdicts.enveloping import enveloped, run_of, short
from tests.verdicts.making import judged, promise, thin

LOSSES = [5.0, 4.0, 3.0, 2.0, 1.0, 0.5]
WEIGHTS = {None: (8.0, 0.0), 1: (9.0, 1.0), 4: (9.5, 2.0)}


def reference_of(run: RunRecord, step: int = 3) -> RunRecord:
    """Note the horizon in a whole run."""
    return replace(run, horizon=Horizon(step=step, order=10 * step, is_end=False))


WHOLE = run_of(LOSSES, weights=WEIGHTS)
REFERENCE = reference_of(WHOLE)


def test_equal_beginning_is_identical() -> None:
    """What only a whole run has is not missed."""
    verdict = judged(short(WHOLE, 3), REFERENCE)

    assert verdict.rung is Rung.IDENTICAL
    assert verdict.reason == (
        "same bits: 0 final metrics, 1 trace, 2 fingerprints; in the first 3 steps"
    )


@pytest.mark.parametrize(
    "changed",
    [
        run_of([5.0, 4.0, 3.5, *LOSSES[3:]], weights=WEIGHTS),
        run_of(LOSSES, weights={**WEIGHTS, 1: (9.0, 1.5)}),
        run_of(LOSSES, weights={None: (8.0, 0.0), 4: (9.5, 2.0)}),
        run_of(LOSSES, weights={**WEIGHTS, 2: (9.0, 1.0)}),
    ],
    ids=["loss", "weights", "moment missing", "moment added"],
)
def test_fault_before_the_horizon_is_found(changed: RunRecord) -> None:
    """In traces and in fingerprints, in both directions."""
    assert judged(short(changed, 3), REFERENCE).rung is Rung.DIVERGED


def test_fault_after_the_horizon_is_left_to_longer_tiers() -> None:
    """The verdict says how far it saw."""
    changed = run_of([*LOSSES[:4], 9.0, 9.0], weights=WEIGHTS)

    verdict = judged(short(changed, 3), REFERENCE)

    assert verdict.rung is Rung.IDENTICAL
    assert verdict.reason.endswith("in the first 3 steps")
    assert judged(changed, REFERENCE).rung is Rung.DIVERGED


def test_trace_that_stops_before_the_horizon_is_found() -> None:
    """A step that the reference has, and this run has not."""
    cut = short(run_of(LOSSES[:2], weights=WEIGHTS), 3)

    assert judged(cut, REFERENCE).rung is Rung.DIVERGED


def test_envelope_is_used_up_to_the_horizon() -> None:
    """Rounding is judged as in a whole run."""
    reference = reference_of(
        enveloped(WHOLE, run_of([5.0, 4.01, *LOSSES[2:]], weights=WEIGHTS))
    )
    near = short(run_of([5.0, 4.001, *LOSSES[2:]], weights=WEIGHTS), 3)
    far = short(run_of([5.0, 4.5, *LOSSES[2:]], weights=WEIGHTS), 3)

    assert judged(near, reference).rung is Rung.WITHIN_ROUNDING
    assert judged(far, reference).rung is Rung.DIVERGED


def test_thinned_reference_still_vouches_for_its_beginning() -> None:
    """The rolling digest at the last kept step before the horizon has seen them all."""
    thinned = replace(REFERENCE, series=(thin(WHOLE.series[0], 2),))
    changed = run_of([5.0, 4.5, *LOSSES[2:]], weights=WEIGHTS)

    assert judged(short(WHOLE, 3), thinned).rung is Rung.IDENTICAL
    assert judged(short(changed, 3), thinned).rung is Rung.DIVERGED


@pytest.mark.parametrize(
    ("obtained", "reference", "why"),
    [
        (short(WHOLE, 3), WHOLE, "the reference notes none"),
        (short(WHOLE, 3), reference_of(WHOLE, 4), "the reference notes step 4"),
        (
            replace(short(WHOLE, 3), series=(), state=()),
            REFERENCE,
            "nothing was recorded before step 3",
        ),
    ],
    ids=["none noted", "another noted", "nothing recorded"],
)
def test_beginning_that_says_nothing_leaves_it_open(
    obtained: RunRecord, reference: RunRecord, why: str
) -> None:
    """A whole run then decides; silence never passes."""
    verdict = judged(obtained, reference)

    assert verdict.rung is Rung.INCONCLUSIVE
    assert why in verdict.reason
    assert not verdict.holds


def test_contract_may_name_what_comes_only_at_the_end() -> None:
    """A tolerance of a final metric is not misspelt because the run was short."""
    contract = promise(test__loss=Close(rtol=0.1))

    assert judged(short(WHOLE, 3), REFERENCE, contract).rung is Rung.IDENTICAL


def test_metric_that_vanished_from_the_beginning_is_found() -> None:
    """Names are compared like those of whole runs."""
    verdict = judged(replace(short(WHOLE, 3), series=()), REFERENCE)

    assert verdict.cause is Cause.CHANGED_METRICS


def test_margin_of_another_environment_needs_whole_runs() -> None:
    """Distributions are of final metrics, which a beginning has not."""
    contract = promise(test__loss=Equivalent(0.1))
    changed = short(run_of([5.5, *LOSSES[1:]], weights=WEIGHTS), 3)

    verdict = judged(changed, REFERENCE, contract, match=Match.NEAREST)

    assert verdict.rung is Rung.INCONCLUSIVE
    assert not verdict.holds
