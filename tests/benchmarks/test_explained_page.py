"""The page about switches counts what is right, and an answer can be wrong."""

from pathlib import Path

import pytest

from benchmarks.explained import is_right
from benchmarks.explained_page import Figures, Told, read, render, write
from benchmarks.explained_table import CHANGES, Change
from benchmarks.processes import ROOT

THREADS = Change(label="threads", experiment="e.py::test_e", explained=("threads",))
DATE = Change(label="date", experiment="e.py::test_e")


def told(
    *,
    side: str = "run",
    parts: tuple[str, ...] = ("threads 2 -> 1",),
    moved: bool = True,
) -> Told:
    """Make an answer about threads."""
    return Told(
        label="threads",
        experiment="e.py::test_e",
        side=side,
        verdict="DIVERGED" if moved else "IDENTICAL",
        has_moved=moved,
        kind="circumstance" if parts else "",
        parts=parts,
        trials=2,
        is_right=moved and is_right(parts, THREADS),
        wall_s=3.0,
    )


@pytest.mark.parametrize(
    ("parts", "change", "right"),
    [
        pytest.param(("threads 2 -> 1",), THREADS, True, id="the switch"),
        pytest.param(("hash-seed=1",), THREADS, False, id="another switch"),
        pytest.param(("threads 2 -> 1", "home"), THREADS, False, id="one too many"),
        pytest.param((), THREADS, False, id="nothing"),
        pytest.param((), DATE, True, id="nothing can be told"),
        pytest.param(("hash-seed=1",), DATE, False, id="told although nothing can"),
    ],
)
def test_an_answer_is_held_against_the_table(
    parts: tuple[str, ...], change: Change, *, right: bool
) -> None:
    """Every part of it must be right, and one that cannot be known is not given."""
    assert is_right(parts, change) is right


def test_a_wrong_answer_is_counted_and_marked() -> None:
    """A change that is explained on one side alone does not count as explained."""
    rows = (told(side="reference"), told(parts=("hash-seed=1",)))

    page = render(Figures(occasion=(), rows=rows))

    assert "1 changes moved bits. Of 2 answers 1 are right." in page
    assert "on both sides: 0 of 1 changes" in page
    assert "hash-seed=1 (circumstance) ✗" in page


def test_what_moved_no_bit_is_said_and_not_counted() -> None:
    """Nothing was asked there, so nothing was answered."""
    page = render(Figures(occasion=(), rows=(told(parts=(), moved=False),)))

    assert "0 changes moved bits" in page
    assert "No bit moved, so that nothing was asked: threads." in page


def test_figures_are_read_as_they_were_written(tmp_path: Path) -> None:
    """The page can be made again from them."""
    figures = Figures(occasion=("a",), rows=(told(),))

    write(figures, tmp_path / "figures.json")

    assert read(tmp_path / "figures.json") == figures


def test_every_change_has_a_name_of_its_own() -> None:
    """Rows are told apart by it."""
    labels = [change.label for change in CHANGES]

    assert len({*labels}) == len(labels)


def test_the_page_is_that_of_the_figures() -> None:
    """Nothing on it was written by hand."""
    page = ROOT / "docs" / "explanation" / "explained.md"

    assert page.read_text(encoding="utf-8") == render(read())
