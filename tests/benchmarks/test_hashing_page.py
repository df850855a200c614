"""The page about hashing is made from its figures, and from nothing else."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.hashing import main, measure, ways_of_a_file, ways_of_a_tree
from benchmarks.hashing_page import FIGURES, Figures, page, read, write
from benchmarks.processes import ROOT

PAGE = ROOT / "docs" / "explanation" / "hashing.md"


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


def test_every_way_has_a_row(figures: Figures) -> None:
    """None that is measured is left out."""
    assert list(figures.file_mb_s) == list(ways_of_a_file())
    assert list(figures.tree_files_s) == list(ways_of_a_tree())


def test_full_study_is_committed(figures: Figures) -> None:
    """The page speaks of a large file and of very many small ones."""
    assert figures.large_bytes >= 2**30
    assert figures.files >= 100_000


@pytest.mark.parametrize(
    ("rate", "line"),
    [
        (950, "- 95% of `sha256sum`, warm; the bar is 90%.\n"),
        (800, "- **80% of `sha256sum`, warm; the bar is 90%: missed.**\n"),
    ],
)
def test_bar_is_held_against_the_ratio(figures: Figures, rate: int, line: str) -> None:
    """What falls below it is printed in bold."""
    ours, tool, reading = ways_of_a_file()
    rates = {
        ours: {"warm": rate, "cold": 100},
        tool: {"warm": 1000, "cold": 100},
        reading: {"warm": 1000, "cold": 100},
    }

    assert line in page(replace(figures, file_mb_s=rates))


def test_short_study(tmp_path: Path) -> None:
    """Every way goes through a small file and a small tree, warm and cold."""
    found = measure(tmp_path, large_bytes=3_000_000, files=1_500, rounds=1)

    rates = [*found.file_mb_s.values(), *found.tree_files_s.values()]
    assert all(rate > 0 for own in rates for rate in own.values())
    assert all(rate > 0 for rate in found.memory_mb_s.values())


def test_page_is_written_again_from_its_figures(tmp_path: Path) -> None:
    """Without measuring anything."""
    written = tmp_path / "page.md"

    code = main(
        [
            *("--date", "2026-11-27", "--command", "c", "--from-figures"),
            *("--figures", str(FIGURES), "--write", str(written)),
        ]
    )

    assert code == 0
    assert written.read_bytes() == PAGE.read_bytes()
