"""The second implementation finds late deviations, and is as before for early ones."""

from dataclasses import replace

import pytest

from benchmarks.contest_real.factors import needed_factor
from benchmarks.contest_real.since import equal_until, since_factor
from pytest_repro.digests import Digest
from pytest_repro.records import (
    Environment,
    Fingerprint,
    Identity,
    Metric,
    Replica,
    Rounding,
    RunRecord,
    Scalar,
    SeedResult,
    Series,
)

STEPS = 4
LOSSES = (4.0, 3.0, 2.0, 1.0)
ENVELOPE = (1e-6, 1e-5, 1e-3, 1e-1)


def bits(value: float) -> str:
    """Write a number as bits."""
    return Scalar.of(value, "float32").bits


def row(final: float) -> SeedResult:
    """Make the row of a seed with one final metric."""
    metric = Metric(name="test/loss", scalar=Scalar.of(final, "float32"))
    root = Digest("root:00")
    return SeedResult(seed=0, metrics=(metric,), trace_root=root, state_root=root)


def state(step: int, shift: float) -> Fingerprint:
    """Make the fingerprint of a state of norm 1 that is shifted."""
    return Fingerprint(
        name="model/parameters",
        step=step,
        order=2 * step + 1,
        digest=Digest(f"tree:{bits(shift)}"),
        sketch=(1.0, shift),
        envelope=ENVELOPE[step],
    )


def run(shifts: tuple[float, ...] = (0.0,) * STEPS, final: float = 1.0) -> RunRecord:
    """Make a run whose losses and states are shifted step by step."""
    series = Series(
        name="train/loss",
        dtype="float32",
        count=STEPS,
        stride=1,
        steps=tuple(range(STEPS)),
        bits=tuple(bits(a + b) for a, b in zip(LOSSES, shifts, strict=True)),
        orders=tuple(range(0, 2 * STEPS, 2)),
        chains=("",) * STEPS,
        head=Digest("rolling:00"),
        envelope=ENVELOPE,
    )
    environment = Environment(key="here", axes=(), digest=Digest("environment:00"))
    return RunRecord(
        identity=Identity(experiment="t.py::t", config={}, environment=environment),
        seeds=(row(final),),
        series=(series,),
        state=tuple(state(step, shift) for step, shift in enumerate(shifts)),
        rounding=Rounding(noise="none", replicas=(Replica(number=1, result=row(1.5)),)),
    )


REFERENCE = run()


def test_equal_runs_need_no_factor() -> None:
    """The same bits are inside whatever the factor."""
    assert since_factor(run(), REFERENCE) == 0
    assert equal_until(run(), REFERENCE) == STEPS - 1


def test_run_that_differs_from_the_first_step_on_has_the_whole_envelope() -> None:
    """Harmless changes part at once, and the whole envelope is theirs."""
    early = run((1e-6, 1e-5, 1e-3, 1e-1), final=1.2)

    assert equal_until(early, REFERENCE) == -1
    assert since_factor(early, REFERENCE) == needed_factor(early, REFERENCE) > 0


def test_late_deviation_is_held_against_the_early_envelope() -> None:
    """Equal up to step 2: one step later only one step of rounding is allowed."""
    late = run((0.0, 0.0, 0.0, 1e-3))

    assert equal_until(late, REFERENCE) == STEPS - 2
    assert needed_factor(late, REFERENCE) < 1
    assert since_factor(late, REFERENCE) == pytest.approx(1000, rel=0.01)


def test_evaluation_of_equal_states_has_no_envelope() -> None:
    """All states are equal: the final metric may differ by a few ulps and no more."""
    fault, rounding = run(final=1.01), run(final=1.0000004)

    assert needed_factor(fault, REFERENCE) < 1
    assert since_factor(fault, REFERENCE) > 1000
    assert since_factor(rounding, REFERENCE) < 1


def test_state_that_was_not_recorded_is_never_inside() -> None:
    """A run without its last fingerprint proves nothing, whatever else is equal."""
    short = run()
    torn = replace(short, state=short.state[:-1])

    assert since_factor(torn, REFERENCE) == float("inf")
