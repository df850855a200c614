"""The page about what properties catch is made from its figures, and nothing else."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.contracts import catch, hold, main
from benchmarks.contracts_page import FIGURES, Figures, page, read, write
from benchmarks.processes import ROOT
from tests.contracts.corpus.metrics_with_bugs import CORRECT, SEEDED

PAGE = ROOT / "docs" / "explanation" / "contracts.md"
PERCENT = next(part for part, _ in SEEDED if part.name == "percent")


@pytest.fixture(scope="module", name="figures")
def committed_figures() -> Figures:
    """Read what was measured."""
    return read()


def test_page_is_made_again_from_figures(tmp_path: Path) -> None:
    """Nothing on the page was written by hand."""
    arguments = ["--date", "2026-11-27", "--command", "c", "--from-figures"]

    code = main([*arguments, "--write", str(tmp_path / "page.md")])

    assert code == 0
    assert (tmp_path / "page.md").read_bytes() == PAGE.read_bytes()


def test_figures_survive_a_round_trip(figures: Figures, tmp_path: Path) -> None:
    """Reading and writing again gives the same bytes."""
    write(figures, tmp_path / "figures.json")

    assert (tmp_path / "figures.json").read_bytes() == FIGURES.read_bytes()


def test_what_is_missed_or_blamed_or_slow_is_in_bold(figures: Figures) -> None:
    """A missed fault, a false alarm and a slow module are seen at once."""
    (fault, *_), (part, *_), (time, *_) = figures.faults, figures.correct, figures.times
    bad = replace(
        figures,
        faults=({**fault, "suspicion": ""},),
        correct=({**part, "alarms": ["finite"]},),
        times=({**time, "ten_cpu_s": 1.6},),
    )

    text = page(bad)

    assert not bad.is_clean
    assert "**missed**" in text
    assert "**0 of 1**" in text
    assert "| **finite** |" in text
    assert "of 1.5 s wanted" in text
    assert ": too long.**" in text


def test_a_planted_fault_is_caught_by_its_property_alone() -> None:
    """The property that does not name it finds nothing, which counts as missed."""
    named, other = (catch(PERCENT, rule) for rule in ("bounded", "deterministic"))

    assert (named["kind"], named["part"]) == ("metric", "percent")
    assert named["suspicion"].endswith("?")
    assert other["suspicion"] == ""


def test_a_part_with_a_fault_is_an_alarm_among_correct_ones() -> None:
    """And a correct one keeps all that it promises."""
    blamed, sound = (hold(part, examples=3) for part in (PERCENT, CORRECT[0]))

    assert blamed["alarms"] == ["bounded"]
    assert sound["alarms"] == []
    assert set(sound["words"]) == {"kept"}
