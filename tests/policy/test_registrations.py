"""Registrations are read strictly, and clauses to the column."""

import re

import pytest

from pytest_repro.errors import FutureFormat, PolicyError
from pytest_repro.policy.registrations import read_registration
from pytest_repro.records import Expectation, Measured, Registration, Relation

WHOLE = """\
format = "pytest-repro/registration 1"
hypothesis = "A deeper net generalises better."
experiments = ["test_net.py::test_net"]
metrics = ["train/accuracy", "test/accuracy", "test/loss", "test/ece-l1-15-v1"]
expectations = ["CLAUSE"]
rationale = "Depth composes."
joint = ["arch", "data"]
tradeoffs = ["slower"]
author = "alice"
date = 2026-12-31

[baselines]
small = "test_net.py::test_small"
without_augmentation = "test_net.py::test_plain"

[[randomness]]
source = "sums on a GPU"
reason = "atomics are faster"
bound = "the fourth digit"

[[amendments]]
changes = ["metrics"]
reason = "a metric was forgotten"
"""
ACCURACY = Measured(metric="test/accuracy")


def read(text: str) -> Registration:
    """Read a registration as if it lay in a project."""
    return read_registration(text.encode(), name="net", path="registrations/net.toml")


def clause(text: str) -> Expectation:
    """Read the one clause of a registration."""
    return read(WHOLE.replace("CLAUSE", text)).expectations[0]


def test_everything_is_read() -> None:
    """What a person writes arrives."""
    found = read(WHOLE.replace("CLAUSE", "test/accuracy > 0"))

    assert (found.id, found.author, found.date) == ("net", "alice", "2026-12-31")
    assert found.joint == ("arch", "data")
    assert found.randomness[0].bound == "the fourth digit"
    assert found.amendments[0].changes == ("metrics",)


@pytest.mark.parametrize(
    ("text", "relation", "bound"),
    [
        ("test/accuracy >= 0.5", Relation.AT_LEAST, 0.5),
        ("test/accuracy>0.5", Relation.GREATER, 0.5),
        ("test/accuracy <= -1e-3", Relation.AT_MOST, -0.001),
        ("test/accuracy < 0.5 by 0.25", Relation.LESS, 0.25),
        ("test/accuracy > 0.5 by 0.25", Relation.GREATER, 0.75),
    ],
)
def test_direction_with_margin(text: str, relation: Relation, bound: float) -> None:
    """A margin asks for more in the direction of the relation."""
    found = clause(text)

    assert (found.plus, found.minus) == (ACCURACY, None)
    assert (found.relation, found.bound) == (relation, bound)


@pytest.mark.parametrize(
    ("text", "plus", "minus"),
    [
        ("gen_gap < 1", Measured(metric="train/accuracy"), ACCURACY),
        (
            "delta(test/loss, small) < 0",
            Measured(metric="test/loss"),
            Measured(metric="test/loss", baseline="small"),
        ),
        (
            "aug_delta > 0",
            ACCURACY,
            Measured(metric="test/accuracy", baseline="without_augmentation"),
        ),
        ("ece < 0.1", Measured(metric="test/ece-l1-15-v1"), None),
        ("every(test/accuracy) > 0", ACCURACY, None),
    ],
)
def test_quantities(text: str, plus: Measured, minus: Measured | None) -> None:
    """Derived quantities are differences of metrics that were named."""
    found = clause(text)

    assert (found.plus, found.minus) == (plus, minus)
    assert found.is_every == text.startswith("every")


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("test/acuracy > 0", 1, "did you mean test/accuracy?"),
        ("delta(test/loss, smal) < 0", 18, "did you mean small?"),
        ("gen_gap(loss) < 0", 9, "metrics does not name 'train/loss'"),
        ("dleta(test/loss, small) < 0", 1, "did you mean delta?"),
        ("test/loss = 0", 11, "expected one of <, <=, >, >=, got '='"),
        ("test/loss <", 12, "expected a bound, a number, got the end"),
        ("test/loss < nan", 13, "a bound is a finite number"),
        ("test/loss < 1_0", 13, "a bound is a finite number"),
        ("test/loss < 1 2", 15, "nothing may follow, got '2'"),
        ("test/loss < 1 by -1", 18, "a margin is positive"),
        ("every(test/loss < 1", 17, "expected ')', got '<'"),
    ],
)
def test_clause_without_meaning(text: str, column: int, message: str) -> None:
    """The column is named, and a caret stands below it."""
    with pytest.raises(PolicyError, match=re.escape(message)) as caught:
        clause(text)

    first, shown, caret = str(caught.value).splitlines()
    assert first.startswith("registrations/net.toml: ")
    assert f"expectation 1, column {column}: " in first
    assert shown == f"  {text}"
    assert caret == f"  {'^':>{column}}"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("rationale =", "rational =", "did you mean rationale?"),
        ("hypothesis =", "author2 =", "unknown key 'author2'"),
        ('joint = ["arch"', 'joint = ["arhc"', "did you mean arch?"),
        ('changes = ["metrics"]', 'changes = ["metric"]', "did you mean metrics?"),
        ("a metric was forgotten", "oops", "reason has at least ten characters"),
        ("2026-12-31", '"2026-12-31"', "date is a day"),
        ("registration 1", "registration one", "format is"),
        ("small =", '"sm all" =', "a baseline is one word"),
    ],
)
def test_registration_without_meaning(old: str, new: str, message: str) -> None:
    """A misspelt key is refused with the nearest one."""
    text = WHOLE.replace("CLAUSE", "test/accuracy > 0")
    assert old in text

    with pytest.raises(PolicyError, match=re.escape(message)):
        read(text.replace(old, new))


def test_later_format_is_told_apart() -> None:
    """A newer file asks for an upgrade and is not called damaged."""
    with pytest.raises(FutureFormat, match="pip install --upgrade"):
        read(WHOLE.replace("registration 1", "registration 2"))
