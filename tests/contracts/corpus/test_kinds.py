"""Faults of loaders, augmentations, optimizers, metrics and recipes are named."""

from collections.abc import Callable

import pytest

from pytest_repro.contracts import (
    find_counterexample,
    parametrize_with_properties,
    property_named,
    replay,
    subject_of,
)
from pytest_repro.contracts.running import BrokenPromise
from tests.contracts.corpus import (
    augmentations_with_bugs,
    loaders_with_bugs,
    metrics_with_bugs,
    optimizers_with_bugs,
    recipes_with_bugs,
)

KINDS = (
    augmentations_with_bugs,
    loaders_with_bugs,
    metrics_with_bugs,
    optimizers_with_bugs,
    recipes_with_bugs,
)
SEEDED = [case for kind in KINDS for case in kind.SEEDED]


@pytest.mark.parametrize(
    ("part", "name"),
    [pytest.param(*case, id=subject_of(case[0]).name) for case in SEEDED],
)
def test_seeded_fault_is_found_by_the_property_that_names_it(
    part: object, name: str
) -> None:
    """The property finds the planted fault, and its draw shows the fault again."""
    subject = subject_of(part)

    found = find_counterexample(subject, property_named(subject.kind, name))

    assert found is not None
    assert found.finding.suspicion.endswith("?")
    assert not found.finding.suspicion.startswith("raises")
    with pytest.raises(BrokenPromise):
        replay(part, name, found.draw)


@parametrize_with_properties(loaders_with_bugs.CORRECT, examples=2)
def test_loaders_keep_their_promises(promise: Callable[[], None]) -> None:
    """No property finds a fault in ours: shuffled, streamed, in order."""
    promise()


@parametrize_with_properties(
    [*augmentations_with_bugs.CORRECT, augmentations_with_bugs.SOUND], examples=3
)
def test_augmentations_keep_their_promises(promise: Callable[[], None]) -> None:
    """No property finds a fault in any of our operations, nor in a policy."""
    promise()


@parametrize_with_properties(optimizers_with_bugs.CORRECT, examples=2)
def test_optimizers_keep_their_promises(promise: Callable[[], None]) -> None:
    """No property finds a fault in those of torch."""
    promise()


@parametrize_with_properties(metrics_with_bugs.CORRECT, examples=8)
def test_metrics_keep_their_promises(promise: Callable[[], None]) -> None:
    """No property finds a fault in ours, nor in those of torchmetrics."""
    promise()


@parametrize_with_properties(recipes_with_bugs.CORRECT)
def test_recipes_keep_their_promises(promise: Callable[[], None]) -> None:
    """No property finds a fault where parts fit together."""
    promise()


def test_corpus_is_as_large_as_it_says() -> None:
    """At least 14 faults, and something of each kind without a fault."""
    assert len(SEEDED) >= 14
    assert all(len(kind.CORRECT) >= 2 for kind in KINDS)
