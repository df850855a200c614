"""What split batches make of an effect: told, bounded, or nothing at all."""

from dataclasses import replace

import pytest

from pytest_repro.determinism import BATCHES, KEPT_WHOLE, SPLIT_BY, WHOLE
from pytest_repro.digests import digest_of_bytes
from pytest_repro.records import (
    Effect,
    Environment,
    Identity,
    Rung,
    RunRecord,
    SeedResult,
    Standing,
    Verdict,
)
from pytest_repro.replication.splitting import told_of_batches

DIGEST = digest_of_bytes(b"")
DIVERGED = Verdict(
    rung=Rung.DIVERGED, required=Rung.WITHIN_ROUNDING, reason="train/loss differs"
)
EFFECT = Effect(
    variations=("batches=2",),
    axes=("batch accumulation",),
    standing=Standing.BREAKS,
    verdict=DIVERGED,
)


def told(standing: Standing, **facts: str | int) -> Effect:
    """Tell an effect of a run that noted facts about its batches."""
    names = {"batches": BATCHES, "layers": WHOLE, "by": SPLIT_BY, "why": KEPT_WHOLE}
    noted = {BATCHES: 5, WHOLE: ""} | {names[key]: one for key, one in facts.items()}
    run = RunRecord(
        identity=Identity(
            experiment="test_it.py::test",
            config={},
            environment=Environment(key="here", axes=(), digest=DIGEST),
            determinism=noted,
        ),
        seeds=(SeedResult(seed=0, metrics=(), trace_root=DIGEST, state_root=DIGEST),),
    )
    return told_of_batches(replace(EFFECT, standing=standing), run)


def test_a_loop_that_splits_by_itself_is_held_to_its_word() -> None:
    """It said how to weight the parts, so what parts too far breaks."""
    assert told(Standing.BREAKS) == EFFECT


def test_a_trainer_that_owns_its_loop_is_never_accused() -> None:
    """A loss that is a sum is no fault of the experiment: a dependence, with a word."""
    effect = told(Standing.BREAKS, by="Lightning")

    assert effect.standing is Standing.DEPENDS
    assert effect.note.startswith("split by Lightning, which weights every part alike")


def test_layers_are_named_before_their_trainer() -> None:
    """What is known to see another batch is the better explanation."""
    effect = told(Standing.BREAKS, by="Lightning", layers="BatchNorm1d")

    assert effect.standing is Standing.DEPENDS
    assert effect.note.startswith("BatchNorm1d: a part is another batch to it")


@pytest.mark.parametrize("standing", [Standing.SAME, Standing.WITHIN])
def test_what_holds_needs_no_word(standing: Standing) -> None:
    """Sums in another order are rounding, whoever took them."""
    assert told(standing, by="Transformers") == replace(EFFECT, standing=standing)


@pytest.mark.parametrize("why", ["", "batches of 3 rows have no 2 equal parts"])
def test_batches_that_stayed_whole_clear_nothing(why: str) -> None:
    """Nothing was varied; the reason is told where somebody knows it."""
    effect = told(Standing.SAME, batches=0, why=why)

    assert (effect.standing, effect.note) == (Standing.UNTOUCHED, why)


def test_a_run_that_crashed_says_nothing_of_batches() -> None:
    """There is no record that could."""
    assert told_of_batches(EFFECT, DIVERGED) == EFFECT
