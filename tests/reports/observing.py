"""Nights made by hand, as sessions would have observed them."""

from collections.abc import Sequence
from dataclasses import replace

from pytest_repro.digests import digest_of_bytes
from pytest_repro.records import (
    Cause,
    Metric,
    Observation,
    Rung,
    Scalar,
    Standard,
    Tier,
)

ID = "experiments/test_digits.py::test_digits_mlp"
KEY = "linux-x86_64-avx2-cpu-torch2.13"
OTHER_KEY = "linux-x86_64-avx2-cuda90-torch2.13"

SUMS = digest_of_bytes(b"sums")


def night(number: int, accuracy: float | None = 0.90625) -> Observation:
    """Observe one experiment in one of the nights of a year.

    Without an accuracy the run timed out.
    """
    month, day = 1 + number // 28, 1 + number % 28
    failed = accuracy is None
    return Observation(
        experiment=ID,
        environment_key=KEY,
        observed_utc=f"2026-{month:02}-{day:02}T03:00:00Z",
        tier=Tier.NIGHTLY,
        created_by="pytest_repro 0.1.0",
        rung=Rung.NOT_COMPARABLE if failed else Rung.IDENTICAL,
        required=Rung.WITHIN_ROUNDING,
        passed=not failed,
        cause=Cause.TIMED_OUT if failed else None,
        reason="" if failed else "same bits",
        seeds=1,
        seeds_allowed=8,
        wall_s=4.0 + number % 3,
        cpu_s=2.0,
        peak_rss_bytes=512 * 2**20,
        metrics=()
        if accuracy is None
        else (
            Metric(name="test/accuracy", scalar=Scalar.of(accuracy, "float32")),
            Metric(name="test/loss", scalar=Scalar.of(0.25, "float32")),
        ),
        commit=f"{number // 2:02x}" * 20,
        standard=Standard(revision=1, digest=SUMS),
    )


def diverged(one: Observation) -> Observation:
    """Say of a night that its result did not hold."""
    reason = "test/accuracy differs: 0.875 against 0.90625"
    return replace(one, rung=Rung.DIVERGED, passed=False, reason=reason)


def shifted() -> list[Observation]:
    """Observe thirty nights: one timed out, and the last six are another metric's."""
    levels: Sequence[float | None] = [*[0.90625] * 10, None, *[0.90625] * 13]
    nights = [night(number, level) for number, level in enumerate(levels)]
    return [*nights, *(diverged(night(number, 0.875)) for number in range(24, 30))]
