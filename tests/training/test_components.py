"""A recipe says how data is loaded before there is any, and a run records what came."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from pytest_repro import Recipe
from pytest_repro.data import Sample
from pytest_repro.digests import digest_of_bytes
from pytest_repro.errors import ReproUsageError
from pytest_repro.experiment import Orders, Run
from pytest_repro.recipes import digest, dump, load, with_
from pytest_repro.recipes.catalogue import entry_of
from pytest_repro.recipes.catalogue_lint import lint_entries
from pytest_repro.recipes.entry_points import load_modules
from pytest_repro.training import (
    Arm,
    AsGiven,
    Balance,
    Batches,
    Joined,
    Mix,
    Named,
    Select,
    Share,
    Shuffle,
    Stratify,
    Stream,
    Windows,
)
from tests.experiment.resuming import every_step, outline, run

SOURCES = Joined({"web": range(40), "books": range(10)})
MIX = Mix.Config(
    shares=(Share(source="web", weight=0.7), Share(source="books", weight=0.3)),
    total=16,
)
MIXED = Batches.Config(batch=5, rule=Shuffle.Config(rule=MIX))
LABELS = "aaaaaaabbc"
SCORES = {"a": 0.5, "b": 0.9, "c": 0.1}


def labelled() -> Named:
    """Name ten samples of three labels."""
    samples = [
        Sample(
            id=f"{at}",
            origin="here",
            preparation="none",
            digest=digest_of_bytes(b""),
            label=label,
        )
        for at, label in enumerate(LABELS)
    ]
    return Named(samples, lambda sample: sample.id)


def recorded(config: Batches.Config, source: object) -> Mapping[str, int]:
    """Load under a run, and return the numbers that it recorded."""

    def experiment(one: Run) -> None:
        config.build().load(one, source)  # type: ignore[arg-type]  # any source

    found = run(experiment, Orders()).metrics
    return {one.name: int(one.scalar.value) for one in found}


def test_the_catalogue_tells_of_every_way_to_load() -> None:
    """Eight components of the kind data, and nothing that the lint misses."""
    found = load_modules(["pytest_repro.training"]).components
    entries = [entry_of(one) for one in found if one.kind == "data"]

    assert [one.id for one in entries] == [
        "data/AsGiven@1",
        "data/Balance@1",
        "data/Batches@1",
        "data/Mix@1",
        "data/Select@1",
        "data/Shuffle@1",
        "data/Stratify@1",
        "data/Windows@1",
    ]
    assert lint_entries(entries) == ()


@pytest.mark.parametrize(
    "config",
    [
        MIXED,
        Batches.Config(rule=Windows.Config(window=7, files=(1, 2)), remainder="pad"),
        Batches.Config(rule=Balance.Config(to=3)),
        Select.Config(score="entropy", count=4),
    ],
    ids=["mixed", "windows", "balanced", "selected"],
)
def test_a_dump_opens_as_what_was_dumped(config: object) -> None:
    """Rules within rules, shares, and a bound that is infinite."""
    recipe = Recipe(data=config)

    assert load(dump(recipe)) == recipe


def test_a_share_can_be_set_from_outside() -> None:
    """Another total is another recipe."""
    recipe = Recipe(data=MIXED)

    other = with_(recipe, data__rule__rule__total=20)

    assert other.data.rule.rule.total == 20
    assert digest(other) != digest(recipe)


def test_realised_counts_are_recorded() -> None:
    """Of 16 samples eleven and five; a rest that is dropped is not counted."""
    kept = recorded(MIXED, SOURCES)
    dropped = recorded(
        Batches.Config(batch=5, rule=MIX, remainder="drop", name="fit"), SOURCES
    )
    padded = recorded(Batches.Config(batch=5, rule=MIX, remainder="pad"), SOURCES)

    assert kept == {
        "data/train/samples": 16,
        "data/train/samples/books": 5,
        "data/train/samples/web": 11,
    }
    assert list(dropped.values()) == [15, 5, 10]
    assert next(iter(dropped)) == "data/fit/samples"
    assert list(padded.values()) == [20, 6, 14]


def test_realised_counts_are_those_of_the_samples() -> None:
    """Dropped, padded and shuffled anew, in three epochs, counted one by one."""
    plans = [
        Batches.Config(batch=5, rule=Shuffle.Config(rule=MIX), remainder=remainder)
        .build()
        .plan(SOURCES, seed=3)
        for remainder in ("keep", "drop", "pad")
    ]
    cases = [(plan, epoch) for plan in plans for epoch in range(3)]

    found = [plan.realised(epoch) for plan, epoch in cases]

    assert found == [
        {"web": sum(ids < 40), "books": sum(ids >= 40)}
        for ids in (plan.picks(e, 0, len(plan.deal)).indices for plan, e in cases)
    ]
    assert len({str(one) for one in found}) > 2


def test_labels_are_counted() -> None:
    """Balanced they are as many; stratified as many as there are."""
    balanced = recorded(Batches.Config(rule=Balance.Config(to=2)), labelled())
    stratified = recorded(Batches.Config(rule=Stratify.Config()), labelled())

    assert list(balanced.values()) == [6, 2, 2, 2]
    assert list(stratified.values()) == [10, 7, 2, 1]


def test_a_source_without_counts_has_its_size_alone() -> None:
    """An order says nothing about sources and labels."""
    assert recorded(Batches.Config(), range(9)) == {"data/train/samples": 9}


def test_another_plan_has_another_fingerprint() -> None:
    """The control arm has the same counts, and is not the same."""
    arms = [
        Mix.Config(shares=MIX.shares, total=16, arm=arm)
        for arm in (Arm.DECLARED, Arm.SOURCE_BLIND, Arm.SIZE_MATCHED)
    ]
    plans = [
        Batches.Config(batch=5, rule=arm).build().plan(SOURCES, seed=0) for arm in arms
    ]

    assert [one.realised() for one in plans] == [
        {"web": 11, "books": 5},
        {"web": 11, "books": 5},
        {"web": 13, "books": 3},
    ]
    assert len({one.digest for one in plans}) == 3


def mixed(one: Run) -> None:
    """Walk over two epochs of a mixture."""
    loader = MIXED.build().load(one, SOURCES)
    for step, ids in one.steps(loader.epochs(2)):
        one.log("sum", int(ids.sum()), step=step)


def test_a_resumed_run_has_the_record_of_the_whole(tmp_path: Path) -> None:
    """Plans and counts are recorded once, whether or not a run was resumed."""
    whole = outline(run(mixed, Orders()))

    kept = every_step(mixed, tmp_path)

    assert len(kept) == 8
    assert [outline(run(mixed, Orders(resume_from=one))) for one in kept] == [whole] * 8


def test_a_selection_is_recorded() -> None:
    """A digest of its log, and how many of how many."""

    def experiment(one: Run) -> None:
        select = Select.Config(score="entropy", count=2, at_least=0.2).build()
        assert select.choose(one, tuple(SCORES), SCORES.__getitem__).ids == ("a", "b")

    found = run(experiment, Orders())

    assert [one.name for one in found.state] == ["data/selection/selection"]
    assert {one.name: one.scalar.value for one in found.metrics} == {
        "data/selection/candidates": 3,
        "data/selection/chosen": 2,
    }


@pytest.mark.parametrize(
    ("config", "source", "message"),
    [
        (MIX, range(9), "one of several sources, got a range"),
        (Balance.Config(), range(9), "a range has none"),
        (Windows.Config(), range(9), "declare their sizes"),
    ],
    ids=["mix", "balance", "windows"],
)
def test_a_rule_refuses_a_source_that_says_too_little(
    config: object, source: object, message: str
) -> None:
    """It names what is missing, and what to write."""
    with pytest.raises(ReproUsageError, match=message) as caught:
        config.build().of(source)  # type: ignore[attr-defined]  # a config

    assert "\n  remedy  " in str(caught.value)


def test_what_loads_nothing_is_refused() -> None:
    """No batch, no such arm, nothing to choose."""
    with pytest.raises(ReproUsageError, match="samples from 1 on, got 0"):
        Batches.Config(batch=0).build()
    with pytest.raises(ReproUsageError, match="arm: one of declared, size-matched"):
        Mix.Config(shares=(), total=1, arm="blind").build()
    with pytest.raises(ReproUsageError, match="from 1 on, got 0"):
        Select.Config(score="s", count=0).build()


def test_a_stream_brings_the_sizes_of_its_files() -> None:
    """A list of the same samples has the same batches once sizes are declared."""
    files = ((0, 1, 2, 3), (4, 5, 6, 7, 8))
    stream = Stream(lambda number: iter(files[number]), (4, 5))
    streamed = Batches.Config(rule=Windows.Config(window=3), batch=2)
    listed = Batches.Config(rule=Windows.Config(window=3, files=(4, 5)), batch=2)

    plans = [
        streamed.build().plan(stream, seed=1),
        listed.build().plan(range(9), seed=1),
    ]

    assert plans[0].digest == plans[1].digest
    assert AsGiven.Config().build().of(stream).text == "9 in order"
