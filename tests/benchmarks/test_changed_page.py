"""The page about running only what changed is made from what was measured."""

from benchmarks.changed import CHANGES
from benchmarks.changed_page import Saving, page
from benchmarks.machine import Occasion
from benchmarks.processes import ROOT

OCCASION = Occasion(date="2026-01-02", command="nox", machine="Two cores", load=0.5)


def test_every_figure_stands_on_the_page() -> None:
    """What ran, both times, and their difference, also one that is no saving."""
    saving = Saving(
        what="data", file="data.py", ran=2, experiments=7, some_s=12.5, all_s=10.0
    )

    text = page([saving], OCCASION)

    assert "| data | `data.py` | 2 of 7 | 12.5 s | 10.0 s | -2.5 s |" in text
    assert "Made on 2026-01-02 by `nox`." in text


def test_every_file_that_is_changed_exists() -> None:
    """A file that was moved would make the study fail half-way."""
    assert [name for _, name in CHANGES if not (ROOT / name).is_file()] == []
