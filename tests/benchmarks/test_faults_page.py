"""The page about faults tells every row, and the study fails where the gate does."""

import pytest

from benchmarks.faults import are_right
from benchmarks.faults_page import page, verdict_line
from benchmarks.machine import Occasion
from benchmarks.trials import Trial
from benchmarks.variants import Edit, Variant
from benchmarks.witness import Parting

OCCASION = Occasion(date="2025-11-21", command="nox -s faults", machine="M", load=0.5)


def trial_of(parting: Parting, *, reported: str, passed: bool) -> Trial:
    """Make a trial of a logistic regression."""
    return Trial(
        variant=Variant(experiment="logistic", label="planted", edits=()),
        parting=parting,
        passed=passed,
        verdict="IDENTICAL" if passed else "DIVERGED",
        reported=reported,
        path="" if passed else "train/loss",
    )


def trial_of_recipe(*, field: str) -> Trial:
    """Make a trial of a recipe whose learning rate was edited."""
    edit = Edit(file="test.py", anchor="lr=3e-3", replacement="lr=3.03e-3")
    return Trial(
        variant=Variant(experiment="digits_parts", label="planted", edits=(edit,)),
        parting=Parting(true="0", told="0"),
        passed=False,
        verdict="NOT_COMPARABLE: changed config",
        reported="",
        path="",
        field=field,
    )


NOWHERE = Parting(true="", told="")
FOUND = trial_of(Parting(true="3", told="4"), reported="4", passed=False)
MISSED = trial_of(Parting(true="3", told="4"), reported="", passed=True)
LATE = trial_of(Parting(true="3", told="4"), reported="5", passed=False)
IDLE = trial_of(NOWHERE, reported="", passed=True)
FLAGGED = trial_of(NOWHERE, reported="0", passed=False)
MOVED = trial_of(Parting(true="0", told="0"), reported="", passed=True)


def test_gate_that_does_everything_right_is_right() -> None:
    """A found fault, one without effect and an untouched refactoring are right."""
    assert are_right([FOUND, IDLE], [IDLE])


@pytest.mark.parametrize(
    ("faults", "refactorings"),
    [
        pytest.param([MISSED], [], id="missed fault"),
        pytest.param([LATE], [], id="wrong step"),
        pytest.param([FLAGGED], [], id="flagged without effect"),
        pytest.param([], [FLAGGED], id="flagged refactoring"),
        pytest.param([], [MOVED], id="refactoring that is none"),
    ],
)
def test_each_way_to_be_wrong_is_found(
    faults: list[Trial], refactorings: list[Trial]
) -> None:
    """One wrong answer among right ones makes the study fail."""
    assert not are_right([FOUND, *faults], [IDLE, *refactorings])


def test_changed_recipe_is_right_where_the_field_is_named() -> None:
    """It is compared with nothing, so what counts is the field that the edit sets."""
    right = trial_of_recipe(field="recipe.optim.lr")
    wrong = trial_of_recipe(field="recipe.optim.eps")

    assert are_right([right], [])
    assert not are_right([wrong], [])
    assert "2 are of a changed recipe, 1 of them name" in verdict_line(
        [FOUND, right, wrong], []
    )
    assert "| `recipe.optim.lr` | yes |" in page([right], [], OCCASION)
    assert "| `recipe.optim.eps` | **no** |" in page([wrong], [], OCCASION)


def test_counts_come_from_the_rows() -> None:
    """Misses, late steps and false alarms each show in the sentence."""
    line = verdict_line([FOUND, MISSED, LATE, IDLE, FLAGGED], [IDLE, FLAGGED])

    assert "Of 3 faults that change a bit, 2 fail" in line
    assert "1 of them with the first visible step" in line
    assert "Of 2 changes without effect 1 are flagged" in line
    assert "of 2 harmless ones 1" in line


def test_page_shows_every_row_and_is_deterministic() -> None:
    """The same trials give the same bytes, and a miss is printed in bold."""
    once = page([FOUND, MISSED, IDLE], [FLAGGED], OCCASION)
    again = page([FOUND, MISSED, IDLE], [FLAGGED], OCCASION)

    assert once == again
    assert "| planted | `DIVERGED` | 3 | 4 | 4 (`train/loss`) | yes |" in once
    assert "| planted | `IDENTICAL` | 3 | 4 | nothing | **no** |" in once
    assert once.count("planted") == 4
