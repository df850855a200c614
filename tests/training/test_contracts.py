"""Loaders of every rule keep the contract of loaders, with real worker processes."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pytest_repro.contracts import (
    LoaderContract,
    find_counterexample,
    parametrize_with_properties,
    properties_of,
    property_named,
    subject_of,
)
from pytest_repro.data import Sample
from pytest_repro.digests import digest_of_bytes
from pytest_repro.training import Draw, Joined, Named, Stream
from pytest_repro.training.batches import Batches
from pytest_repro.training.promises import promise
from pytest_repro.training.rules import AsGiven, Shuffle, Windows
from pytest_repro.training.rules_of_shares import Balance, Mix, Share, Stratify

FILES = (tuple(range(9)), tuple(range(9, 14)), tuple(range(14, 22)))
SIZES = tuple(map(len, FILES))
LABELS = "aabab" + "aaaab" * 3 + "aa"


def _read(number: int) -> Iterator[int]:
    return iter(FILES[number])


def _number(sample: Sample) -> int:
    return int(sample.id)


def _prepared(sample: int, draw: Draw) -> dict[str, Any]:
    noise = draw.numpy("noise").standard_normal(2).astype("float32")
    return {"x": sample + noise, "y": sample % 3}


def _escaped(sample: int, draw: Draw) -> dict[str, Any]:
    import numpy as np  # noqa: PLC0415  # what a worker would do

    noise = np.random.random_sample(2).astype("float32")  # noqa: NPY002  # the fault
    return {"x": sample + noise, "y": draw.epoch}


LIST = range(22)
STREAM = Stream(_read, SIZES)
JOINED = Joined({"web": range(14), "books": range(8)})
LABELLED = Named(
    [
        Sample(
            id=str(at),
            origin="here",
            preparation="none",
            digest=digest_of_bytes(str(at).encode()),
            label=label,
        )
        for at, label in enumerate(LABELS)
    ],
    _number,
)
MIXED = Mix.Config(
    shares=(Share(source="web", weight=0.5), Share(source="books", weight=0.5)),
    total=14,
)
REPEATED = Mix.Config(
    shares=(Share(source="web", weight=0.2), Share(source="books", weight=0.8)),
    total=15,
)


def _contract(source: Any, *, prepare: Any = _prepared, **fields: Any) -> Any:  # noqa: ANN401  # of a config
    """Declare what a loader promises."""
    return promise(
        Batches.Config(batch=6, **fields),
        source,
        prepare=prepare,
        fields={"x": "Float batch 2", "y": "Int batch"},
        method="fork",
    )


CONTRACTS = [
    _contract(LIST, name="shuffled"),
    _contract(LIST, name="dropped", remainder="drop"),
    _contract(LIST, name="padded", remainder="pad"),
    _contract(LIST, name="in order", rule=AsGiven.Config()),
    _contract(STREAM, name="streamed", rule=Windows.Config(window=12)),
    _contract(LIST, name="by windows", rule=Windows.Config(window=12, files=SIZES)),
    _contract(JOINED, name="mixture", rule=Shuffle.Config(rule=MIXED)),
    _contract(JOINED, name="repeated", rule=REPEATED),
    _contract(LABELLED, name="balanced", rule=Balance.Config(to="least")),
    _contract(LABELLED, name="stratified", rule=Stratify.Config()),
]


@parametrize_with_properties(CONTRACTS, examples=2)
def test_a_loader_keeps_its_promises(promise: Callable[[], None]) -> None:
    """All properties of loaders: 0, 1 and 4 workers, 1, 2 and 3 shards, resumed."""
    promise()


@pytest.mark.parametrize("declared", CONTRACTS, ids=lambda one: one.name)
def test_a_contract_leaves_no_property_out(declared: LoaderContract) -> None:
    """Ten properties say something of each; only parts of a split belong elsewhere."""
    subject = subject_of(declared)
    silent = [one.name for one in properties_of("loader") if not one.applies(subject)]

    assert silent == ["parts_disjoint"]
    assert declared.workers == (0, 1, 4)
    assert declared.shards == (1, 2, 3)


@pytest.mark.parametrize("name", ["worker_invariance", "order_repeats", "resume"])
def test_a_draw_that_leaves_its_address_breaks_the_promise(name: str) -> None:
    """A global generator in the preparation of samples is found by real workers."""
    subject = subject_of(_contract(LIST, name=f"escaped {name}", prepare=_escaped))

    assert find_counterexample(subject, property_named("loader", name)) is not None


def test_what_a_rule_does_on_purpose_is_declared() -> None:
    """An evaluation repeats its order, a small source its samples, a pad the start."""
    declared = {one.name: dict(one.expected_failures) for one in CONTRACTS}

    assert declared["shuffled"] == declared["mixture"] == {}
    assert list(declared["in order"]) == ["order_by_epoch", "order_by_seed"]
    assert declared["repeated"] == {
        "order_by_epoch": "Mix has the same order in each epoch",
        "ids_unique": "4 samples come again",
    }
    assert declared["padded"] == {
        "ids_unique": "the last batch is padded from the beginning"
    }
