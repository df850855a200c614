"""The page about digests is made from its figures, and from nothing else."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.device_digests import PARTS
from benchmarks.digests import contenders, main, measure
from benchmarks.digests_page import FIGURES, Figures, page, read, write
from benchmarks.processes import ROOT

PAGE = ROOT / "docs" / "explanation" / "digests.md"
FAST = {"digest [GB/s]": 70.0, "copy, read and written [GB/s]": 100.0}


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


def test_every_contender_has_a_row(figures: Figures) -> None:
    """A rival that is missing is listed, and so is every one that is not."""
    assert [row["name"] for row in figures.rows] == list(contenders())


def test_missing_rival_is_said_to_be_missing(figures: Figures) -> None:
    """No figure is made up for what is not installed."""
    row = {"name": "a rival", "large [GB/s]": None, "small [µs]": None}

    text = page(replace(figures, rows=(row,)))

    assert "| a rival | not installed | not installed |" in text


def test_unmeasured_device_is_said_to_be_unmeasured(figures: Figures) -> None:
    """Without figures of a device the page says so."""
    assert "**Not measured**" in page(replace(figures, device={}))


def test_failed_part_is_shown(figures: Figures) -> None:
    """A part that failed on the device stays on the page, with its error."""
    device = {"equality": {"error": "Traceback\nValueError: planted", "seconds": 1.0}}

    text = page(replace(figures, device=device))

    assert "| equality | **failed**: `ValueError: planted` |" in text
    assert "**The bandwidth was not obtained.**" in text


@pytest.mark.parametrize(
    ("ratio", "line"),
    [
        (0.7, "\n70 GB/s digested, 100 GB/s read and written by a copy: 70%.\n"),
        (0.5, "read and written by a copy: 50%, below the bar.**\n"),
    ],
)
def test_bar_is_held_against_the_ratio(
    figures: Figures, ratio: float, line: str
) -> None:
    """What falls below 60 % is printed in bold."""
    device = {"bandwidth": {**FAST, "of the copy": ratio}}

    assert line in page(replace(figures, device=device))


def test_short_study() -> None:
    """Every contender that is here gets two positive figures."""
    rows = measure(100_000, 1)

    found = [row for row in rows if row["large [GB/s]"] is not None]
    assert {"`quick64-v1`", "SHA-256 (`hashlib`)"} <= {row["name"] for row in found}
    assert all(row["large [GB/s]"] > 0 < row["small [µs]"] for row in found)


def test_figures_of_a_device_are_put_on_the_page(
    figures: Figures, tmp_path: Path
) -> None:
    """What was measured on another machine comes in as a file."""
    write(replace(figures, device={}), tmp_path / "figures.json")
    device = tmp_path / "device.json"
    device.write_text('{"machine": {"device": "A GPU", "torch": "2"}}')
    files = ["--figures", f"{tmp_path}/figures.json", "--write", f"{tmp_path}/page.md"]
    study = ["--date", "2026-11-26", "--command", "c", "--from-figures"]

    code = main([*study, *files, "--device-figures", str(device)])

    assert code == 0
    assert "A GPU, torch 2." in (tmp_path / "page.md").read_text(encoding="utf-8")


def test_what_matters_most_is_measured_first() -> None:
    """Equality, waiting and bandwidth come before what only explains them."""
    assert list(PARTS)[1:4] == ["equality", "no synchronisation", "bandwidth"]
