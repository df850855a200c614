"""Common seeds in verdicts: paired where the records show it, and never otherwise."""

from dataclasses import replace
from itertools import permutations
from math import inf, nan

import numpy as np
import pytest

from pytest_repro.records import (
    Contract,
    Equivalent,
    Match,
    Metric,
    Rung,
    RunRecord,
    Scalar,
    SeedResult,
)
from pytest_repro.references import decode, encode
from pytest_repro.verdicts import undetermined
from pytest_repro.verdicts.partners import second_runs_of
from tests.verdicts.making import promise
from tests.verdicts.partners import (
    CONTRACT,
    NOISE,
    REFERENCE,
    SEEDS,
    elsewhere,
    obtained,
    reference_of,
    without_origins,
)

UNCHANGED = SEEDS + NOISE[1]
NOT_PAIRED = "; not paired by seed: "
NO_DIGESTS = (
    f"{NOT_PAIRED}the digests do not show that both sides drew the same random numbers"
)


def test_one_seed_is_enough_where_seeds_have_partners() -> None:
    """Half a standard deviation is ten times what rounding leaves unexplained."""
    verdict = elsewhere(obtained(UNCHANGED[:1]))

    assert verdict.rung is Rung.EQUIVALENT
    assert verdict.reason.endswith("; paired by seed, correlation at least 1")
    assert "over 1 obtained and 10 reference seeds" in verdict.reason
    assert verdict.findings[0].detail.endswith("; paired by seed, correlation 1")


def test_the_same_values_unpaired_are_refused() -> None:
    """What pairing gains: without it, ten seeds could not confirm such a margin."""
    verdict = elsewhere(obtained(UNCHANGED[:1]), without_origins(REFERENCE))

    assert verdict.rung is Rung.INCONCLUSIVE
    assert verdict.is_refused


def test_a_planted_shift_is_found() -> None:
    """A fault of one margin, half of what two seeds differ by."""
    shifts = [elsewhere(obtained(UNCHANGED[:n] + 0.5)).rung for n in range(1, 5)]

    assert Rung.EQUIVALENT not in shifts
    assert shifts[-1] is Rung.DIVERGED


@pytest.mark.parametrize("seeds", [1, 3, 7])
@pytest.mark.parametrize("origin", ["other {}", "seed 7", ""])
def test_unequal_digests_are_never_paired(origin: str, seeds: int) -> None:
    """The planted fault: other draws, a partner mixed up, or no evidence at all."""
    runs = obtained(UNCHANGED[:seeds], origin=origin)

    verdict, plain = elsewhere(runs), elsewhere(runs, without_origins(REFERENCE))

    assert "; paired by seed" not in verdict.reason
    assert verdict.rung is plain.rung is Rung.INCONCLUSIVE
    assert verdict.reason == plain.reason + NO_DIGESTS


@pytest.mark.parametrize("stranger", range(4))
def test_one_stranger_among_the_seeds_is_enough(stranger: int) -> None:
    """Whichever it is: all are paired, or none."""
    runs = obtained(UNCHANGED[:4])
    runs[stranger] = obtained(UNCHANGED[:4], origin="other {}")[stranger]

    verdict = elsewhere(runs)

    assert verdict.reason.endswith(NO_DIGESTS)
    assert verdict.rung is Rung.INCONCLUSIVE


def test_pairing_regardless_would_let_faults_pass() -> None:
    """Why digests decide: other draws, shifted by the margin, under forged origins."""
    draws = np.random.default_rng(8).normal(10.5, 1.0, size=(50, 1))

    honest = [elsewhere(obtained(one, origin="other {}")).holds for one in draws]
    forged = [elsewhere(obtained(one)).holds for one in draws]

    assert sum(honest) == 0
    assert sum(forged) > 5  # a tenth; 5 % of misses are allowed


def test_same_environment_is_not_paired() -> None:
    """Other bits there are no rounding, so replicates do not speak for them."""
    lower = replace(CONTRACT, required=Rung.EQUIVALENT)
    runs = obtained(UNCHANGED[:3])
    bare = replace(REFERENCE, rounding=None)

    verdict = elsewhere(runs, REFERENCE, lower, match=Match.EXACT)
    unpaired = elsewhere(runs, bare, lower, match=Match.EXACT)

    assert "; paired by seed" not in verdict.reason
    assert unpaired.rung is Rung.INCONCLUSIVE


def test_other_versions_of_the_same_key_are_paired() -> None:
    """A library was upgraded; seeds that the anchor's envelope says nothing about."""
    lower = replace(CONTRACT, required=Rung.EQUIVALENT)

    verdict = elsewhere(obtained(UNCHANGED[:3])[1:], contract=lower, match=Match.KEY)

    assert verdict.rung is Rung.EQUIVALENT
    assert "; paired by seed" in verdict.reason


def test_order_of_seeds_that_decide_nothing_alone_does_not_matter() -> None:
    """The last look has all of them; and looks before it are replayed, not stored."""
    doubtful = SEEDS + NOISE[1] + 0.3
    runs = obtained(doubtful[:3])

    verdicts = {elsewhere(list(order)).rung for order in permutations(runs)}
    again = [elsewhere(runs), elsewhere(runs)]

    assert len(verdicts) == 1
    assert again[0] == again[1]


def test_seeds_after_the_deciding_one_change_nothing() -> None:
    """Stateless: all looks are replayed from all seeds."""
    wild = [*UNCHANGED[:2], 1000.0, nan]

    early, late = elsewhere(obtained(wild[:1])), elsewhere(obtained(wild[:3]))

    assert early.rung is late.rung is Rung.EQUIVALENT
    assert early.reason == late.reason


@pytest.mark.parametrize("broken", [nan, inf, -inf])
def test_value_that_is_no_number_never_passes(broken: float) -> None:
    """Its residual is none either."""
    counts = range(1, 6)

    rungs = {elsewhere(obtained([broken] * count)).rung for count in counts}

    assert Rung.EQUIVALENT not in rungs
    assert Rung.IDENTICAL not in rungs


def test_broken_replicate_is_no_partner() -> None:
    """A reference that knows a seed only by halves pairs none."""
    again = [nan, *(SEEDS + NOISE[0])[1:]]

    verdict = elsewhere(obtained(UNCHANGED[:1]), reference_of(SEEDS, again))

    assert verdict.reason.endswith(
        f"{NOT_PAIRED}loss: a value of the reference is not finite"
    )


def test_replicates_that_drew_otherwise_do_not_count() -> None:
    """Rounding does not touch an origin, so that was another run."""
    reference = reference_of(SEEDS, SEEDS + NOISE[0], origin_again="other {}")

    assert second_runs_of(reference) == {}
    assert elsewhere(obtained(UNCHANGED[:1]), reference).is_refused


def test_fewer_than_eight_replicates_say_nothing() -> None:
    """Such a reference was not made for pairs, and nobody is told of them."""
    reference = reference_of(SEEDS, (SEEDS + NOISE[0])[:7])

    assert "paired" not in elsewhere(obtained(UNCHANGED[:1]), reference).reason


def test_seed_that_does_not_decide_is_not_paired() -> None:
    """A replicate is then as far from its seed as any other."""
    reference = reference_of(SEEDS, SEEDS[::-1])

    verdict = elsewhere(obtained(UNCHANGED[:1]), reference)

    assert f"{NOT_PAIRED}the same seed does not tell enough about" in verdict.reason


def test_seed_without_a_partner_is_not_paired() -> None:
    """The reference never ran it."""
    (run,) = obtained(UNCHANGED[:1])
    new = replace(run, seeds=(replace(run.anchor, seed=99),))

    assert elsewhere([new]).reason.endswith(NO_DIGESTS)


def test_verdict_can_be_computed_from_stored_bytes_alone() -> None:
    """Nothing that a pair takes is left out of the files."""
    read = decode(encode(REFERENCE), path="x")
    runs = [decode(encode(run), path="x") for run in obtained(UNCHANGED[:3])]

    assert read == REFERENCE
    assert elsewhere(runs, read) == elsewhere(obtained(UNCHANGED[:3]))


def test_metric_on_a_lattice_keeps_its_resolution() -> None:
    """Accuracies that every replicate repeats are not known without error."""
    grid = np.round(SEEDS * 10) / 100
    contract = replace(promise(loss=Equivalent(0.02)), seeds=10)

    verdict = elsewhere(obtained(grid[:1]), reference_of(grid, grid), contract)

    assert "margin 0.02 (4.9 reference standard deviations)" in verdict.reason
    assert verdict.rung is Rung.EQUIVALENT


def test_scale_of_the_margin_is_told() -> None:
    """The residuals are differences of logarithms."""
    contract = replace(promise(loss=Equivalent(0.05, scale="log")), seeds=10)

    verdict = elsewhere(obtained(UNCHANGED[:1]), contract=contract)

    assert verdict.rung is Rung.EQUIVALENT
    assert "paired by seed, on the log scale, correlation" in verdict.findings[0].detail


def test_wider_margin_never_turns_a_pass_into_a_fail() -> None:
    """Paired as unpaired."""
    margins = np.linspace(0.02, 1.0, 15)

    passes = [
        elsewhere(obtained(UNCHANGED[:3]), contract=_with_margin(margin)).holds
        for margin in margins
    ]

    assert passes == sorted(passes)
    assert passes[-1]


def test_anchor_tells_whether_second_runs_can_pay() -> None:
    """Its replicas spread by as much as one seed does; the others by all."""
    tight, loose = (_enveloped(spread) for spread in (0.1, 2.0))

    assert undetermined(tight, CONTRACT) == ()
    assert undetermined(loose, CONTRACT) == ("loss",)


def _with_margin(margin: float) -> Contract:
    return replace(promise(loss=Equivalent(float(margin))), seeds=10)


def _enveloped(spread: float) -> RunRecord:
    """Build a reference whose anchor alone ran again, eight times."""
    rounding = REFERENCE.rounding
    assert rounding is not None
    anchor = rounding.replicas[0]
    values = SEEDS[0] + spread * NOISE[1][:8] / 0.05
    rows = tuple(
        replace(anchor, number=number, result=_giving(anchor.result, value))
        for number, value in enumerate(values, 1)
    )
    return replace(REFERENCE, rounding=replace(rounding, replicas=rows))


def _giving(row: SeedResult, value: float) -> SeedResult:
    metric = Metric(name="loss", scalar=Scalar.of(float(value), "float64"))
    return replace(row, metrics=(metric,))
