"""What a verdict under a variation comes to, and what that makes of an experiment."""

from dataclasses import replace
from itertools import product

import pytest

from pytest_repro.digests import digest_of_bytes
from pytest_repro.records import (
    Action,
    Cause,
    Close,
    Contract,
    Environment,
    Equivalent,
    Identity,
    Rounding,
    Rung,
    RunRecord,
    Scorecard,
    SeedResult,
    Standing,
    Variation,
    Verdict,
)
from pytest_repro.replication.scoring import effect_of, required_under, varied

DIGEST = digest_of_bytes(b"")
PLAIN = RunRecord(
    identity=Identity(
        experiment="test_it.py::test",
        config={},
        environment=Environment(key="here", axes=(), digest=DIGEST),
    ),
    seeds=(SeedResult(seed=0, metrics=(), trace_root=DIGEST, state_root=DIGEST),),
)
ENVELOPED = replace(PLAIN, rounding=Rounding(noise="loud", replicas=()))
STRICT = Variation(name="home=empty", axis="home")
LOOSE = Variation(name="threads=2", axis="threads", required=Rung.WITHIN_ROUNDING)
MARGIN = Contract(tolerances=(("loss", Equivalent(0.1)),))
CLOSE = Contract(tolerances=(("loss", Close(rtol=0.1)),))


def verdict(rung: Rung, required: Rung) -> Verdict:
    """Make a verdict; one without anything to compare has crashed."""
    cause = Cause.CRASHED if rung is Rung.NOT_COMPARABLE else None
    return Verdict(rung=rung, required=required, reason="because", cause=cause)


def standing(
    rung: Rung,
    variation: Variation,
    *,
    contract: Contract | None = None,
    against: RunRecord = PLAIN,
) -> Standing:
    """Say what a variation did, by its verdict."""
    return effect_of(
        (variation,),
        verdict(rung, variation.required),
        contract=contract or Contract(),
        against=against,
    ).standing


@pytest.mark.parametrize(("rung", "against"), list(product(Rung, [PLAIN, ENVELOPED])))
def test_what_must_not_matter_breaks_at_the_first_bit(
    rung: Rung, against: RunRecord
) -> None:
    """No envelope excuses an order of files."""
    is_same = rung is Rung.IDENTICAL

    found = standing(rung, STRICT, against=against)

    assert found is (Standing.SAME if is_same else Standing.BREAKS)


@pytest.mark.parametrize(
    ("rung", "bare", "measured"),
    [
        (Rung.IDENTICAL, Standing.SAME, Standing.SAME),
        (Rung.WITHIN_ROUNDING, Standing.WITHIN, Standing.WITHIN),
        (Rung.EQUIVALENT, Standing.DEPENDS, Standing.BREAKS),
        (Rung.INCONCLUSIVE, Standing.DEPENDS, Standing.DEPENDS),
        (Rung.DIVERGED, Standing.DEPENDS, Standing.BREAKS),
        (Rung.NOT_COMPARABLE, Standing.BREAKS, Standing.BREAKS),
    ],
)
def test_rounding_breaks_only_what_says_how_far(
    rung: Rung, bare: Standing, measured: Standing
) -> None:
    """An envelope or a tolerance for one seed decides; a margin over seeds does not."""
    assert standing(rung, LOOSE) is bare
    assert standing(rung, LOOSE, contract=MARGIN) is bare
    assert standing(rung, LOOSE, against=ENVELOPED) is measured
    assert standing(rung, LOOSE, contract=CLOSE) is measured


def test_contract_that_asks_for_less_is_heeded_for_rounding_alone() -> None:
    """It may allow kernels to round further, and never files to be shuffled."""
    lenient = Contract(required=Rung.EQUIVALENT)

    assert required_under(LOOSE, lenient) is Rung.EQUIVALENT
    assert required_under(STRICT, lenient) is Rung.IDENTICAL
    assert required_under(LOOSE, Contract(required=Rung.IDENTICAL)) is LOOSE.required
    assert required_under(LOOSE, Contract()) is LOOSE.required


@pytest.mark.parametrize(
    ("rung", "expected", "passed"),
    [
        (Rung.IDENTICAL, "same bits under every variation", True),
        (Rung.WITHIN_ROUNDING, "bits depend on threads, within rounding", True),
        (Rung.INCONCLUSIVE, "bits depend on threads, and nothing says how far", True),
        (
            Rung.NOT_COMPARABLE,
            "bits depend on threads; under threads=2: because",
            False,
        ),
    ],
)
def test_outcome_says_what_the_worst_effect_was(
    rung: Rung, expected: str, *, passed: bool
) -> None:
    """It passes or fails by the scorecard, and its verdict says why."""
    seen = verdict(rung, LOOSE.required)
    effect = effect_of((LOOSE,), seen, contract=Contract(), against=PLAIN)
    card = Scorecard(experiment="test_it.py::test", seed=0, effects=(effect,))

    outcome = varied(card, Contract(), key="here")

    assert outcome.action is Action.VARIED
    assert outcome.passed is passed
    assert outcome.verdict.reason == expected
