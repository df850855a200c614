"""Seeded faults are found by the property that names them; real modules pass."""

from collections.abc import Callable

import pytest

from pytest_repro.contracts import ModuleContract, parametrize_with_properties
from pytest_repro.contracts.running import (
    check_at,
    find_counterexample,
    property_named,
)
from pytest_repro.contracts.subjects import subject_of
from tests.contracts.corpus import seeded_modules, sequences_with_bugs, states_with_bugs
from tests.contracts.corpus.correct_modules import CORRECT, PUBLISHED

SEEDED = [
    case
    for home in (seeded_modules, sequences_with_bugs, states_with_bugs)
    for case in home.SEEDED
]
RAISING = {"NeedsContiguous"}
"""Faults that show as an exception; of all others the property names the fault."""


@pytest.mark.parametrize(
    ("part", "name"), [pytest.param(*case, id=case[0].name) for case in SEEDED]
)
def test_seeded_fault_is_found_by_the_property_that_names_it(
    part: ModuleContract, name: str
) -> None:
    """The property finds the planted fault, and its draw shows the fault again."""
    subject, rule = subject_of(part), property_named("module", name)

    found = find_counterexample(subject, rule)

    assert found is not None
    assert found.rule == name
    assert found.finding.suspicion.endswith("?")
    assert found.finding.suspicion.startswith("raises") is (part.name in RAISING)
    assert check_at(subject, rule, found.draw) is not None


@parametrize_with_properties(CORRECT[::9], examples=3)
def test_some_correct_modules_keep_their_promises(promise: Callable[[], None]) -> None:
    """No property finds a fault where there is none: every ninth module, in short."""
    promise()


@pytest.mark.campaign
@parametrize_with_properties(CORRECT, examples=20)
def test_correct_module_keeps_its_promises(promise: Callable[[], None]) -> None:
    """No property finds a fault where there is none."""
    promise()


@pytest.mark.campaign
@parametrize_with_properties(PUBLISHED, examples=8)
def test_published_model_keeps_its_promises(promise: Callable[[], None]) -> None:
    """Nor in models of transformers."""
    promise()


def test_corpus_is_as_large_as_it_says() -> None:
    """At least 16 faults and 25 correct modules."""
    assert len(SEEDED) >= 16
    assert len(CORRECT) + len(PUBLISHED) >= 25
