"""Common seeds: residuals where they help, and never without the digests."""

from collections.abc import Mapping
from dataclasses import replace
from math import exp, nan

import numpy as np
import pytest

from pytest_repro.records import Rung, Scale
from pytest_repro.verdicts.designs import Design
from pytest_repro.verdicts.pairing import CommonSeeds, correlation, pair
from pytest_repro.verdicts.sequential import decide


def drawn(
    noise: float, *, shift: float = 0.0, margin: float = 1.0, name: str = "loss"
) -> CommonSeeds:
    """Draw ten seeds of spread 1, run again with noise, and again after a change."""
    random = np.random.default_rng(12)
    base, again, new = random.normal(size=(3, 10))
    return CommonSeeds(
        name=name,
        reference=dict(enumerate(base.tolist())),
        replicates=dict(enumerate((base + noise * again).tolist())),
        obtained=dict(enumerate((base + noise * new + shift).tolist())),
        margin=margin,
    )


def test_pairing_decides_what_is_open_without_it() -> None:
    """Half a standard deviation, which ten unpaired seeds cannot confirm."""
    metric = drawn(0.05, margin=0.5)

    pairing = pair([metric], has_equal_digests=True)

    assert pairing.samples is not None
    assert decide(pairing.samples, Design()).rung is Rung.EQUIVALENT
    assert pairing.reason == "paired by seed, correlation at least 1"


def test_a_planted_shift_is_found_in_the_residuals() -> None:
    """Half a standard deviation of shift, far inside the spread over seeds."""
    pairing = pair([drawn(0.05, shift=0.5, margin=0.5)], has_equal_digests=True)

    assert pairing.samples is not None
    assert decide(pairing.samples, Design()).rung is Rung.DIVERGED


def test_residuals_are_the_control_variate() -> None:
    """``y − ρ·(x − x̄)``, by NumPy, on both sides."""
    metric = drawn(0.4)
    base, again, new = (
        np.array(list(side.values()))
        for side in (metric.reference, metric.replicates, metric.obtained)
    )
    rho = 1 - ((again - base) ** 2).mean() / 2 / base.var(ddof=1)

    pairing = pair([metric], has_equal_digests=True)

    assert pairing.samples is not None
    (sample,) = pairing.samples
    assert pairing.correlations == pytest.approx((rho,))
    assert sample.reference == pytest.approx(again - rho * (base - base.mean()))
    assert sample.obtained == pytest.approx(new - rho * (base - base.mean()))


def test_without_equal_digests_nothing_is_paired() -> None:
    """The planted fault: however well the seeds seem to agree."""
    pairing = pair([drawn(0.0)], has_equal_digests=False)

    assert pairing.samples is None
    assert pairing.reason == (
        "the digests do not show that both sides drew the same random numbers"
    )


def test_one_metric_that_the_seed_does_not_determine_is_enough() -> None:
    """All metrics are paired, or none."""
    pairing = pair([drawn(0.1), drawn(2.0, name="acc")], has_equal_digests=True)

    assert pairing.samples is None
    assert pairing.reason.startswith("the same seed does not tell enough about acc (")


def test_seven_replicates_are_too_few() -> None:
    """They take the reference's place, and must be eight."""
    metric = drawn(0.1)
    few = replace(
        metric, replicates={seed: metric.replicates[seed] for seed in range(7)}
    )

    assert pair([few], has_equal_digests=True).reason == (
        "loss: 8 seeds must have run twice, 7 have"
    )


def test_unknown_seeds_are_not_paired() -> None:
    """A seed that the reference never ran has no partner."""
    strange = replace(drawn(0.1), obtained={99: 0.0})

    pairing = pair([strange], has_equal_digests=True)

    assert pairing.reason == "loss: the reference lacks a seed that ran again"


def test_a_reference_that_crashed_is_not_paired() -> None:
    """Its seed tells nothing."""
    metric = drawn(0.1)
    crashed = replace(metric, reference={**metric.reference, 0: nan})

    pairing = pair([crashed], has_equal_digests=True)

    assert pairing.reason == "loss: a value of the reference is not finite"


def test_an_obtained_crash_stays_a_crash() -> None:
    """Subtracting what its seed does makes no number of it."""
    metric = drawn(0.05)
    crashed = replace(metric, obtained=dict.fromkeys(range(5), nan))

    pairing = pair([crashed], has_equal_digests=True)

    assert pairing.samples is not None
    assert decide(pairing.samples, Design()).rung is Rung.DIVERGED


def exponentials(values: Mapping[int, float]) -> dict[int, float]:
    """Make losses of logarithms."""
    return {seed: exp(value) for seed, value in values.items()}


def test_scales_are_applied_first() -> None:
    """Residuals of logarithms, with the margin on the log scale."""
    metric = drawn(0.05)
    losses = replace(
        metric,
        reference=exponentials(metric.reference),
        replicates=exponentials(metric.replicates),
        obtained=exponentials(metric.obtained),
        scale=Scale.LOG,
        margin=np.expm1(1.0),
    )

    one = pair([metric], has_equal_digests=True).samples
    other = pair([losses], has_equal_digests=True).samples

    assert one is not None
    assert other is not None
    assert other[0].obtained == pytest.approx(one[0].obtained)
    assert other[0].margin == pytest.approx(1.0)


def test_values_without_a_place_are_not_paired() -> None:
    """A negative loss has no logarithm."""
    pairing = pair([replace(drawn(0.1), scale=Scale.LOG)], has_equal_digests=True)

    assert pairing.samples is None
    assert "has no place on the log scale" in pairing.reason


def test_nothing_is_no_pair() -> None:
    """Without a metric there is nothing to pair."""
    assert pair([], has_equal_digests=True).reason == "there is no metric"


def test_constant_metrics_have_no_correlation() -> None:
    """What never moves cannot move together."""
    assert correlation({0: 1.0, 1: 1.0}, {0: 1.0}) == 0.0
