"""What is kept of a comparison once its runs are gone."""

from dataclasses import replace

from pytest_repro.digests import digest_of_bytes
from pytest_repro.records import (
    Action,
    Cause,
    Environment,
    Identity,
    Metric,
    Observation,
    Occasion,
    Outcome,
    Resources,
    Rung,
    Scalar,
    SeedResult,
    SeedVerdict,
    Standard,
    Tier,
    Verdict,
    observe,
)

DIGEST = digest_of_bytes(b"")
NIGHT = Occasion(
    observed_utc="2026-11-26T03:00:00Z", tier=Tier.NIGHTLY, created_by="pytest_repro 0"
)
HOLDS = Verdict(rung=Rung.IDENTICAL, required=Rung.WITHIN_ROUNDING, reason="same\nbits")
IDENTITY = Identity(
    experiment="test_a.py::test_a",
    config={},
    environment=Environment(key="linux", axes=(), digest=DIGEST),
    code={"state": "known", "commit": "1a2b", "is_dirty": True},
)


def outcome_of(verdict: Verdict, *seeds: int) -> Outcome:
    """Say what became of an experiment."""
    return Outcome(
        experiment="test_a.py::test_a",
        action=Action.COMPARED,
        verdict=verdict,
        seeds=tuple(SeedVerdict(seed=seed, verdict=verdict) for seed in seeds),
        seeds_allowed=8,
        wall_s=4.5,
        environment_key="linux",
    )


def seed_row(seed: int, accuracy: float, *, peak: int) -> SeedResult:
    """Say what a seed gave."""
    return SeedResult(
        seed=seed,
        metrics=(Metric(name="accuracy", scalar=Scalar.of(accuracy, "float32")),),
        trace_root=DIGEST,
        state_root=DIGEST,
        resources=Resources(cpu_s=1.25, peak_rss_bytes=peak),
    )


def test_an_observation_keeps_the_first_seeds_metrics_and_what_all_cost() -> None:
    """The same seed can be compared from night to night; cost is that of all."""
    rows = [seed_row(0, 0.5, peak=7), seed_row(1, 0.75, peak=9)]
    standard = Standard(revision=2, digest=DIGEST)

    found = observe(
        outcome_of(HOLDS, 0, 1), NIGHT, identity=IDENTITY, seeds=rows, standard=standard
    )

    assert found == Observation(
        experiment="test_a.py::test_a",
        environment_key="linux",
        observed_utc="2026-11-26T03:00:00Z",
        tier=Tier.NIGHTLY,
        created_by="pytest_repro 0",
        rung=Rung.IDENTICAL,
        required=Rung.WITHIN_ROUNDING,
        passed=True,
        reason="same bits",
        seeds=2,
        seeds_allowed=8,
        wall_s=4.5,
        cpu_s=2.5,
        peak_rss_bytes=9,
        metrics=rows[0].metrics,
        commit="1a2b",
        is_dirty=True,
        standard=standard,
    )


def test_a_run_that_left_nothing_is_observed_too() -> None:
    """A crash is a point of the history: it has a cause and no metrics."""
    crashed = replace(HOLDS, rung=Rung.NOT_COMPARABLE, cause=Cause.CRASHED)

    found = observe(outcome_of(crashed, 0), NIGHT)

    assert not found.passed
    assert found.cause is Cause.CRASHED
    assert (found.metrics, found.commit, found.cpu_s) == ((), "", 0.0)
