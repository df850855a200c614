"""Rounding has only had the time since two runs were last proven equal."""

from dataclasses import replace

import pytest

from pytest_repro.records import Rung, RunRecord
from tests.verdicts.enveloping import Sketches, enveloped, run_of
from tests.verdicts.making import judged

LOSSES = [5.0, 4.0, 3.0, 2.0, 1.0, 0.5]
GROWING = [5.0, 4.001, 3.01, 2.1, 1.5, 1.5]
"""What noise from the first step on makes of the losses."""

METRICS = {"test/loss": 0.5123456789012}
NOISY = {"test/loss": 0.6234567890123}


def watched(
    losses: list[float],
    *,
    from_step: int | None = None,
    metrics: dict[str, float] | None = None,
) -> RunRecord:
    """A run whose watched parameters are moved from a step on."""
    first = len(losses) if from_step is None else from_step
    weights: Sketches = {
        step: (8.0 + 0.001 * (step >= first), 1.0) for step in range(6)
    }
    run = run_of(losses, metrics=metrics or METRICS, weights=weights)
    renamed = [replace(one, name="model/parameters") for one in run.state]
    return replace(run, state=tuple(renamed))


REFERENCE = enveloped(watched(LOSSES), watched(GROWING, from_step=0, metrics=NOISY))


def moved(step: int, by: float) -> list[float]:
    """Move the losses from a step on."""
    return [loss + by * (index >= step) for index, loss in enumerate(LOSSES)]


@pytest.mark.parametrize("by", [0.001, 0.1])
def test_difference_from_the_first_step_has_the_whole_envelope(by: float) -> None:
    """Harmless changes of the environment part at once, and stay inside."""
    obtained = watched([5.0, *moved(4, by)[1:]], from_step=0)

    assert judged(obtained, REFERENCE).rung is Rung.WITHIN_ROUNDING


def test_late_difference_cannot_hide_in_what_the_envelope_became() -> None:
    """A schedule that goes wrong at step 4 is no rounding of step 0."""
    late = watched(moved(4, 0.1), from_step=4)

    verdict = judged(late, REFERENCE)

    assert verdict.rung is Rung.DIVERGED
    assert "train/loss leaves the rounding envelope at step 4" in verdict.reason


def test_late_difference_may_grow_as_an_early_one_does() -> None:
    """Two steps after it began it may be as large as replicas were after two."""
    losses = [*LOSSES[:4], 1.0, 0.508]

    assert judged(watched(losses, from_step=4), REFERENCE).rung is Rung.WITHIN_ROUNDING


def test_fault_of_the_evaluation_cannot_hide_in_training() -> None:
    """If the trained state is the same, the evaluation may round, and nothing more."""
    forgotten = watched(LOSSES, metrics={"test/loss": 0.5534567890123})
    rounded = watched(LOSSES, metrics={"test/loss": 0.5123456789012 + 2**-52})

    assert judged(forgotten, REFERENCE).rung is Rung.DIVERGED
    assert judged(rounded, REFERENCE).rung is Rung.WITHIN_ROUNDING


def test_what_is_not_watched_proves_nothing() -> None:
    """Equal losses, or equal data, say little about the weights behind them."""
    anchor = run_of(LOSSES, weights=dict.fromkeys(range(6), (8.0, 1.0)))
    reference = enveloped(anchor, run_of(GROWING, metrics=NOISY))
    late = run_of(moved(4, 0.1), weights=dict.fromkeys(range(6), (8.0, 1.0)))

    assert judged(late, reference).rung is Rung.WITHIN_ROUNDING
