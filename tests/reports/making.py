"""Outcomes made by hand, as the judge would word them."""

from collections.abc import Sequence
from dataclasses import replace

from pytest_repro.records import (
    Action,
    Cause,
    Divergence,
    Finding,
    Match,
    Outcome,
    Rung,
    SeedVerdict,
    Session,
    Verdict,
)

ID = "experiments/test_digits.py::test_digits_mlp"

IDENTICAL = Verdict(
    rung=Rung.IDENTICAL,
    required=Rung.WITHIN_ROUNDING,
    reason="same bits: 1 final metric, 1 trace, 1 fingerprint",
    match=Match.EXACT,
)
NEAR = Verdict(
    rung=Rung.WITHIN_ROUNDING,
    required=Rung.WITHIN_ROUNDING,
    reason=(
        "inside the declared tolerance: test/loss at 0.4 of Close(rtol=0.001, atol=0);"
        " left the bits at step 3 (conv1.weight.grad)"
    ),
    match=Match.KEY,
)
PLACE = Divergence(
    path="train/loss",
    step=12,
    obtained="2.2968161",
    reference="2.2413447",
    obtained_bits="0x4012fef1",
    reference_bits="0x400f7233",
)
DIVERGED = Verdict(
    rung=Rung.DIVERGED,
    required=Rung.WITHIN_ROUNDING,
    reason="train/loss differs at step 12: 2.2968161 against 2.2413447",
    divergence=PLACE,
    findings=(
        Finding(
            name="train/loss",
            rung=Rung.DIVERGED,
            detail="train/loss differs at step 12: 2.2968161 against 2.2413447",
        ),
    ),
    match=Match.KEY,
)
MISSING = Verdict(
    rung=Rung.NOT_COMPARABLE,
    required=Rung.WITHIN_ROUNDING,
    reason="no reference for linux-x86_64-avx2-cpu-torch2.13",
    cause=Cause.MISSING_REFERENCE,
)


def outcome_of(
    verdict: Verdict, *, experiment: str = ID, wall_s: float = 4.1
) -> Outcome:
    """Build the outcome of one seed of eight."""
    return Outcome(
        experiment=experiment,
        action=Action.COMPARED,
        verdict=verdict,
        seeds=(SeedVerdict(seed=0, verdict=verdict, wall_s=wall_s),),
        seeds_allowed=8,
        wall_s=wall_s,
        environment_key="linux-x86_64-avx2-cpu-torch2.13",
        reference="reference_runs/digits",
    )


def skipped(reason: str = "needs a GPU") -> Outcome:
    """Build the outcome of an experiment that skipped itself."""
    verdict = replace(MISSING, cause=Cause.VACUOUS, reason=f"skipped: {reason}")
    return Outcome(
        experiment="experiments/test_gpu.py::test_gpu",
        action=Action.SKIPPED,
        verdict=verdict,
        seeds_allowed=8,
        message=reason,
    )


def session_of(outcomes: Sequence[Outcome]) -> Session:
    """Build a session that wrote its reports where they usually go."""
    return Session(
        version="0.1.0", outcomes=tuple(outcomes), report=".repro/report", wall_s=9.5
    )
