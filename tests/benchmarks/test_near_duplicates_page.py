"""The page about near duplicates is made from its figures, and from nothing else."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.near_data import IMAGE_CHANGES, digits
from benchmarks.near_duplicates import Study, measure, time_it
from benchmarks.near_duplicates_page import FIGURES, Figures, page, read, write
from benchmarks.processes import ROOT

PAGE = ROOT / "docs" / "explanation" / "near-duplicates.md"


@pytest.fixture(scope="module", name="figures")
def committed_figures() -> Figures:
    """Read what was measured."""
    return read()


def test_page_is_that_of_the_figures(figures: Figures) -> None:
    """Nothing on the page was written by hand."""
    assert PAGE.read_text(encoding="utf-8") == page(figures)


def test_figures_survive_a_round_trip(figures: Figures, tmp_path: Path) -> None:
    """Reading and writing again gives the same bytes."""
    write(figures, tmp_path / "figures.json")

    assert (tmp_path / "figures.json").read_bytes() == FIGURES.read_bytes()


def test_what_is_missed_is_in_bold(figures: Figures) -> None:
    """A recall below the bar is seen at once."""
    (study, *_) = figures.studies
    one = {"recall": {"planted": 0.5}, "false alarms": 0, "false alarm share": 0.0}

    text = page(replace(figures, studies=({**study, "thresholds": {"0.9": one}},)))

    assert "| planted | **50.0%** |" in text


def test_a_study_counts_what_it_planted() -> None:
    """Of a few real digits: each copy with noise is told, and no other sample is."""
    noise = {"noise": IMAGE_CHANGES["noise of a fiftieth"]}

    found = measure(
        Study("few", digits()[:200], noise, "arrays_from"), copies=5, thresholds=[0.99]
    )

    assert found["thresholds"]["0.99"]["recall"] == {"noise": 1.0}
    assert found["thresholds"]["0.99"]["false alarms"] == 0


def test_a_size_is_timed() -> None:
    """Size, seconds and findings stand in one row."""
    ((size, elapsed_s, _, leaks),) = time_it(lambda count: digits()[:count], [50])

    assert (size, leaks) == (50, 0)
    assert elapsed_s > 0
