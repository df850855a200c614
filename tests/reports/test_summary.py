"""Counts and words that all renderings share."""

from dataclasses import replace

import pytest

from pytest_repro.records import Action, Rung
from pytest_repro.reports import Status, final_line, status_of
from pytest_repro.reports.summary import (
    count_statuses,
    duration_text,
    seeds_text,
    sort_outcomes,
)
from tests.reports.making import DIVERGED, IDENTICAL, outcome_of, session_of, skipped


@pytest.mark.parametrize(
    ("action", "status"),
    [
        (Action.COMPARED, Status.FAILED),
        (Action.RECORDED, Status.RECORDED),
        (Action.UPDATED, Status.UPDATED),
        (Action.SKIPPED, Status.SKIPPED),
    ],
)
def test_only_a_comparison_that_holds_has_passed(
    action: Action, status: Status
) -> None:
    """What was written or skipped is called so, whatever its verdict."""
    assert status_of(replace(outcome_of(DIVERGED), action=action)) is status
    assert status_of(outcome_of(IDENTICAL)) is Status.PASSED


def test_rung_below_the_required_one_has_failed() -> None:
    """Equivalent is not enough where rounding is required."""
    verdict = replace(IDENTICAL, rung=Rung.EQUIVALENT)

    assert status_of(outcome_of(verdict)) is Status.FAILED


def test_every_outcome_is_counted() -> None:
    """The counts add up to the number of experiments; skips cost no seeds."""
    recorded = replace(outcome_of(DIVERGED), action=Action.RECORDED)
    outcomes = [outcome_of(IDENTICAL), outcome_of(DIVERGED), recorded, skipped()]
    session = session_of(outcomes)

    assert sum(count_statuses(session).values()) == 4
    assert final_line(session) == (
        "1 passed, 1 failed, 1 recorded, 1 skipped · 4 experiments, 3 seeds of 24"
        " · report .repro/report/index.html"
    )


def test_outcomes_are_sorted_by_node_id() -> None:
    """The order in which workers finished is not shown."""
    names = ["b", "a", "c"]
    outcomes = [outcome_of(IDENTICAL, experiment=name) for name in names]

    found = sort_outcomes(session_of(outcomes))

    assert [outcome.experiment for outcome in found] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("wall_s", "text"),
    [
        (0.0, "0.0 s"),
        (4.14, "4.1 s"),
        (59.94, "59.9 s"),
        (60.0, "1 min 0 s"),
        (125.4, "2 min 5 s"),
        (3599.7, "1 h 0 min"),
        (7530.0, "2 h 5 min"),
    ],
)
def test_duration_is_told_as_people_say_it(wall_s: float, text: str) -> None:
    """Tenths of a second, then minutes, then hours."""
    assert duration_text(wall_s) == text


def test_single_seed_is_singular() -> None:
    """One seed of one is not one seeds."""
    assert seeds_text(replace(outcome_of(IDENTICAL), seeds_allowed=1)) == "1 of 1 seed"
