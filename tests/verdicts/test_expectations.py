"""Expectations are held against seeds, with the uncertainty that seeds have."""

import pytest

from pytest_repro.records import Answer, Expectation, Measured, Relation
from pytest_repro.verdicts.expectations import Side, hold_against
from tests.replication.registering import row

ACCURACY = Measured(metric="test/accuracy")


def expect(
    relation: Relation, bound: float, minus: Measured | None = None
) -> Expectation:
    """Expect something of the accuracy."""
    return Expectation(
        text="…", plus=ACCURACY, minus=minus, relation=relation, bound=bound
    )


def side(*values: float, first: int = 0) -> Side:
    """Make what an experiment measured, one value a seed."""
    return Side(
        rows=tuple(
            row(seed, test__accuracy=value) for seed, value in enumerate(values, first)
        )
    )


@pytest.mark.parametrize(
    ("bound", "answer"),
    [
        (0.89, Answer.HELD),
        (0.95, Answer.DID_NOT_HOLD),
        (0.905, Answer.CANNOT_TELL),
    ],
)
def test_whole_interval_decides(bound: float, answer: Answer) -> None:
    """A mean of 0.91 ± 0.0159 (Student's t, two degrees) holds, or not, or is open."""
    found = hold_against(
        expect(Relation.AT_LEAST, bound), side(0.9125, 0.915, 0.9025), {}
    )

    assert found.answer is answer
    assert found.obtained == "0.91"
    assert found.detail.endswith("of the mean, 3 seeds")


def test_one_seed_decides_by_itself() -> None:
    """There is no interval, and that is told."""
    found = hold_against(expect(Relation.LESS, 0.5), side(0.4), {})

    assert (found.answer, found.detail) == (Answer.HELD, "1 seed, so no interval")


def test_pairs_of_seeds_cancel_what_they_share() -> None:
    """Seeds that vary alike on both sides tell a small difference for certain."""
    minus = Measured(metric="test/accuracy", baseline="small")
    own, small = side(0.11, 0.52, 0.93), side(0.10, 0.50, 0.91)

    paired = hold_against(expect(Relation.GREATER, 0, minus), own, {"small": small})
    others = side(0.10, 0.50, 0.91, first=7)
    apart = hold_against(expect(Relation.GREATER, 0, minus), own, {"small": others})

    assert paired.answer is Answer.HELD
    assert "3 pairs of equal seeds" in paired.detail
    assert apart.answer is Answer.CANNOT_TELL
    assert "3 seeds against 3 seeds" in apart.detail


def test_every_seed_counts() -> None:
    """One seed on the wrong side is enough, and it is named."""
    every = Expectation(
        text="…",
        plus=ACCURACY,
        minus=None,
        relation=Relation.GREATER,
        bound=0.5,
        is_every=True,
    )

    found = hold_against(every, side(0.9, 0.4, 0.8), {})

    assert found.answer is Answer.DID_NOT_HOLD
    assert found.detail == "the worst of 3 seeds, seed 1"


@pytest.mark.parametrize(
    ("own", "message"),
    [
        (Side(missing="no run came to its end"), "no run came to its end"),
        (Side(rows=(row(0, loss=1.0),)), "no final metric test/accuracy was logged"),
        (side(0.5, float("nan")), "test/accuracy is nan with seed 1"),
    ],
)
def test_what_was_not_measured_cannot_tell(own: Side, message: str) -> None:
    """It neither held nor did it not, and the reason is told."""
    found = hold_against(expect(Relation.GREATER, 0), own, {})

    assert found.answer is Answer.CANNOT_TELL
    assert found.detail.startswith(message)
