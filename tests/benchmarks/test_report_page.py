"""The page about the page is made from its figures, and from nothing else."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.processes import ROOT
from benchmarks.report import main
from benchmarks.report_page import FIGURES, Figures, page, read, write
from benchmarks.report_project import KINDS, PLAN, Size, make
from pytest_repro import wire
from pytest_repro.records import Rung, Session
from pytest_repro.replication.telling import Shelves, tell

PAGE = ROOT / "docs" / "explanation" / "page.md"


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


def test_page_is_made_again_from_figures(tmp_path: Path) -> None:
    """Without a browser and without a session."""
    arguments = ["--date", "2026-11-26", "--command", "c", "--from-figures"]

    code = main([*arguments, "--write", str(tmp_path / "page.md")])

    assert code == 0
    assert (tmp_path / "page.md").read_bytes() == PAGE.read_bytes()


def test_what_misses_its_bar_is_bold(figures: Figures) -> None:
    """Too many bytes, and a cost that grows faster than the session."""
    small, hundred, *_ = figures.rows
    large = replace(small, size_bytes=300_001)
    slow = replace(hundred, experiments=500, cpu_s=hundred.cpu_s * 10)

    text = page(replace(figures, rows=(large, hundred, slow)))

    assert "**Ten experiments take 300 kB of 300 kB: too many.**" in text
    assert "at most: not linear.**" in text


def test_a_session_has_one_experiment_of_each_kind(tmp_path: Path) -> None:
    """Seven of ten are identical, two equivalent, one diverged; all records whole."""
    path = make(tmp_path, Size(experiments=len(PLAN), seeds=10, steps=60))

    session = wire.read(Session, path.with_name("report.json").read_bytes())
    shelves = Shelves(
        root=tmp_path, references=tmp_path / "reference_runs", out=tmp_path / ".repro"
    )
    sheets = list(tell(session, shelves))

    assert [sheet.unread for sheet in sheets] == [()] * len(PLAN)
    rungs = [sheet.outcome.verdict.rung for sheet in sheets]
    assert rungs == [Rung.DIVERGED, *[Rung.EQUIVALENT] * 2, *[Rung.IDENTICAL] * 7]
    first = [sheet.outcome.seeds[0].verdict.rung for sheet in sheets]
    assert first.count(Rung.WITHIN_ROUNDING) == 1
    assert all(sheet.curves for sheet in sheets)
    assert set(PLAN) == set(KINDS)
