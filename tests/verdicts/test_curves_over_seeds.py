"""Curves over seeds: what final metrics miss is found."""

from dataclasses import replace

from pytest_repro.records import Equivalent, Match, Rung, RunRecord
from pytest_repro.verdicts import freeze_margins
from tests.verdicts.making import (
    LOWER,
    OTHER_KEY,
    Made,
    approve,
    folded,
    judged,
    promise,
)
from tests.verdicts.training import (
    CURVE,
    REFERENCE,
    WITH_CURVE,
    WITHOUT_CURVE,
    bumped,
    curve,
    new,
    passes,
    run,
)


def test_unchanged_curve_is_equivalent() -> None:
    """New seeds of the same code; the family is the metric and ten means."""
    verdict = folded(new(), REFERENCE, WITH_CURVE)

    assert verdict.rung is Rung.EQUIVALENT
    assert verdict.holds
    assert len(verdict.findings) == 11
    assert "train/loss steps 69-116 (log)" in {one.name for one in verdict.findings}


def test_bump_that_the_end_forgets_is_found_by_the_curve_alone() -> None:
    """The vector of the notes, section 3.7: finals are equal, the middle is not."""
    runs = new(bumped)

    with_curve = folded(runs, REFERENCE, WITH_CURVE)
    without = folded(runs, REFERENCE, WITHOUT_CURVE)

    assert with_curve.rung is Rung.DIVERGED
    assert "train/loss steps" in with_curve.reason
    assert not passes(with_curve)
    assert without.rung is Rung.EQUIVALENT
    assert without.holds


def test_pattern_asks_as_a_name_does() -> None:
    """A group is one family; the bump is found through ``*``."""
    contract = replace(WITH_CURVE, tolerances=(("*", CURVE),))

    assert folded(new(bumped), REFERENCE, contract).rung is Rung.DIVERGED
    assert folded(new(), REFERENCE, contract).rung is Rung.EQUIVALENT


def test_seed_of_the_reference_asks_the_same() -> None:
    """Its own traces are kept of the anchor only, the numbers of all."""
    runs = [bumped(seed) for seed in range(6)]

    assert folded(runs, REFERENCE, WITH_CURVE).rung is Rung.DIVERGED
    assert folded(runs[1:], REFERENCE, WITH_CURVE).rung is Rung.DIVERGED


def test_other_environment_asks_the_curve_too() -> None:
    """There it is all that can be asked."""
    good = new(lambda seed: run(seed, key=OTHER_KEY))
    bad = new(lambda seed: run(seed, key=OTHER_KEY, trace=curve(seed, bump=0.08)))

    same = folded(good, REFERENCE, WITH_CURVE, Match.NEAREST)

    assert same.rung is Rung.EQUIVALENT
    assert len(same.findings) == 11
    assert folded(bad, REFERENCE, WITH_CURVE, Match.NEAREST).rung is Rung.DIVERGED


def test_curve_alone_suffices_where_nothing_else_is_logged() -> None:
    """An experiment of traces has distributions since each seed keeps numbers."""

    def bare(seed: int) -> RunRecord:
        return Made(
            seed=seed,
            metrics={},
            traces={"train/loss": curve(seed)},
            contract=contract,
            key=OTHER_KEY,
        ).run()

    contract = replace(promise(train__loss=CURVE), required=LOWER, seeds=10)
    reference = approve(*(bare(seed) for seed in range(10)))

    verdict = folded(new(bare), reference, contract, Match.NEAREST)

    assert verdict.rung is Rung.EQUIVALENT


def test_single_seed_leaves_one_question_a_number() -> None:
    """Each says that one seed shows nothing."""
    verdict = judged(run(0, trace=curve(77)), REFERENCE, WITH_CURVE)

    assert verdict.rung is Rung.INCONCLUSIVE
    assert len(verdict.findings) == 10
    assert all("one seed cannot show" in one.detail for one in verdict.findings)


def test_automatic_margin_is_frozen_for_each_number() -> None:
    """Every bin has a spread of its own; the contract of the reference shows it."""
    contract = replace(
        promise(train__loss=Equivalent("auto", scale="log")), required=LOWER, seeds=10
    )

    def made(seed: int) -> RunRecord:
        return replace(run(seed, contract=contract))

    plain = approve(*(made(seed) for seed in range(10)))
    reference = freeze_margins(plain)
    names = [name for name, _ in reference.identity.contract.tolerances]

    assert names[0] == "train/loss"
    assert len(names) == 11
    bare = WITH_CURVE.tolerances[:1]
    both = replace(contract, tolerances=(*bare, *contract.tolerances))
    assert folded(new(made), reference, both).rung is Rung.EQUIVALENT
    assert folded(new(bumped), reference, both).rung is Rung.DIVERGED
    assert not passes(folded(new(made), plain, both))


def test_stated_margin_of_a_curve_is_left_alone() -> None:
    """Only what asks to be measured is."""
    assert freeze_margins(REFERENCE) == REFERENCE


def test_reference_can_be_judged_under_its_own_contract() -> None:
    """Frozen margins name numbers that no experiment logs."""
    contract = replace(promise(train__loss=Equivalent("auto")), required=LOWER)
    reference = freeze_margins(
        approve(*(run(seed, contract=contract) for seed in range(5)))
    )

    verdict = judged(reference, reference, reference.identity.contract)

    assert verdict.rung is Rung.IDENTICAL
