"""The page of the contest is made from its figures, and from nothing else."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.contest.figures import FIGURES, Figures, read, write
from benchmarks.contest.page import all_bars, pictures
from benchmarks.contest.speed import digest
from benchmarks.processes import ROOT
from benchmarks.verdicts import all_hold, main, whole_page

PAGE = ROOT / "docs" / "explanation" / "contest.md"
IMAGES = ROOT / "docs" / "images"
ARGUMENTS = ["--date", "2026-11-26", "--command", "nox -s contest", "--from-figures"]


@pytest.fixture(scope="module", name="figures")
def committed_figures() -> Figures:
    """Read what was measured."""
    return read()


@pytest.fixture(scope="module", name="faulty")
def figures_with_a_fault(figures: Figures) -> Figures:
    """Let the product disagree with the contest's rule in one case of 200."""
    others = dict(figures.others)
    others["agreement"] = [{"cases": 200, "equal": 199, "equal_with_own_drawing": 190}]
    return replace(figures, others=others)


def test_page_is_that_of_the_figures(figures: Figures) -> None:
    """Nothing on the page was written by hand, on real training neither."""
    assert PAGE.read_text(encoding="utf-8") == whole_page(figures)


def test_pictures_are_those_of_the_figures(figures: Figures) -> None:
    """The same figures draw the same bytes."""
    committed = {
        path.name: path.read_text(encoding="utf-8")
        for path in IMAGES.glob("contest-*.svg")
    }

    assert committed == pictures(figures)


def test_figures_survive_a_round_trip(figures: Figures, tmp_path: Path) -> None:
    """Reading and writing again gives the same bytes."""
    write(figures, tmp_path / "figures.json")

    assert (tmp_path / "figures.json").read_bytes() == FIGURES.read_bytes()


def test_every_bar_has_a_figure(figures: Figures) -> None:
    """Sixteen bars, none of them left out."""
    assert {bar.number for bar in all_bars(figures)} == {*range(1, 17)}


def test_gates_hold(figures: Figures) -> None:
    """Bars 1 to 3 hold; with 20,000 repetitions they hold without any widening."""
    gates = [bar for bar in all_bars(figures) if bar.is_gate]

    assert all_hold(gates, figures.widening)


def test_product_still_decides_in_the_bytes_that_were_measured(
    figures: Figures,
) -> None:
    """Verdicts, seeds, shifts and p-values, on whatever platform this runs."""
    measured = figures.others["determinism"][0]

    assert digest(int(measured["cases"])) == measured["digest"]


def test_figures_are_made_into_a_page_again(figures: Figures, tmp_path: Path) -> None:
    """`--from-figures` writes page and pictures; the exit code tells of the bars."""
    path = tmp_path / "explanation" / "contest.md"
    path.parent.mkdir()

    code = main([*ARGUMENTS, "--write", str(path)])

    assert path.read_bytes() == PAGE.read_bytes()
    assert len(list((tmp_path / "images").glob("contest-*.svg"))) == 2
    assert (code == 0) == all_hold(all_bars(figures), figures.widening)


def test_bar_that_fails_stays_on_the_page_and_fails_the_command(
    faulty: Figures, tmp_path: Path
) -> None:
    """One disagreement in 200 is printed in bold, and the exit code is 1."""
    write(faulty, tmp_path / "figures.json")
    path = tmp_path / "explanation" / "contest.md"
    path.parent.mkdir()

    code = main(
        [*ARGUMENTS, "--write", str(path), "--figures", str(tmp_path / "figures.json")]
    )

    assert code == 1
    assert "| 99.50 % | ≥ 100.00 % | **no** |" in path.read_text(encoding="utf-8")
