"""The study about places: its page says what its figures say, and it can find fault."""

from pathlib import Path

from benchmarks.processes import ROOT
from benchmarks.where import answer_of, is_right_class, is_right_operation
from benchmarks.where_page import Answered, Figures, read, render, renewed
from benchmarks.where_table import PLACES, Place
from tests.benchmarks.where_answers import FAULT, told

PLACE = Place(
    classes=("optimizer",), operations=("aten.add_.*",), lines=("optimizer.step(",)
)

ORDER = ["logistic", "digits_cnn"]


def answered(experiment: str, operation: str) -> Answered:
    """Make an answer."""
    return Answered(
        experiment=experiment,
        label="planted",
        verdict="DIVERGED",
        cause="optimizer",
        step=0,
        operation=operation,
        source="train.py:1",
        explained="code",
        is_right_class=True,
        is_right_operation=True,
    )


def test_page_is_that_of_the_figures() -> None:
    """Nobody wrote a number by hand."""
    page = ROOT / "docs" / "explanation" / "where.md"

    assert page.read_text(encoding="utf-8") == render(read())


def test_every_fault_of_the_table_was_asked_about() -> None:
    """No row was left out, whatever the answer."""
    asked = {(row.experiment, row.label) for row in read().rows}

    assert asked == {(name, label) for name, rows in PLACES.items() for label in rows}


def test_answers_about_some_experiments_leave_the_others() -> None:
    """They take the place of older ones about the same, and the page says so."""
    cnn, old, new = (
        answered("digits_cnn", "aten.mul"),
        answered("logistic", "aten.mul"),
        answered("logistic", "aten.add"),
    )
    known = Figures(occasion=("Made on Monday.",), rows=(old, cnn))
    found = Figures(occasion=("Made on Tuesday.", "", "Busy."), rows=(new,))

    both = renewed(known, found, order=ORDER)

    assert both.rows == (new, cnn)
    assert both.occasion[0] == "Made on Monday."
    assert both.occasion[-1] == "Of `logistic` anew: Made on Tuesday."


def test_a_wrong_class_is_not_right() -> None:
    """Only the classes of the table count."""
    assert is_right_class("optimizer", PLACE)
    assert not is_right_class("forward", PLACE)
    assert not is_right_class("", PLACE)


def test_operation_and_line_must_both_be_right() -> None:
    """The right operator in another line is wrong, and so is another operator."""
    here, there = "    optimizer.step()", "    loss.backward()"

    assert is_right_operation([("aten.add_.Tensor", "a.py:1", here)], PLACE)
    assert not is_right_operation([("aten.add_.Tensor", "a.py:2", there)], PLACE)
    assert not is_right_operation([("aten.mul_.Tensor", "a.py:1", here)], PLACE)
    assert not is_right_operation([], PLACE)


def test_the_line_is_read_from_the_side_that_made_the_call(tmp_path: Path) -> None:
    """What the reference called is looked up in the project without the fault."""
    base, project = tmp_path / "base", tmp_path / "project"
    for folder, line in ((base, "optimizer.step()"), (project, "pass")):
        folder.mkdir()
        (folder / "train.py").write_text(f"{line}\n", encoding="utf-8")

    theirs = answer_of(told(side="reference"), PLACE, FAULT, base, project)
    ours = answer_of(told(side="obtained"), PLACE, FAULT, base, project)

    assert theirs.is_right_operation
    assert not ours.is_right_operation
