"""Sheets of a session on disk: what is read, and what is told where that fails."""

from dataclasses import replace
from pathlib import Path

import pytest

from pytest_repro.records import Outcome, Rung, RunRecord, Session
from pytest_repro.references import experiment_folder
from pytest_repro.replication.telling import Shelves, obtained_folders, tell
from pytest_repro.reports.sheets import Sheet
from tests.cli.samples import (
    CNN,
    MLP,
    Facts,
    damage,
    obtained_run,
    outcome_of,
    write_obtained,
    write_reference,
)

MOVED = Facts(losses=(2.25, 1.5, 1.25, 1.0))


def told(root: Path, *outcomes: Outcome) -> list[Sheet]:
    """Make the sheets of a session in a project."""
    shelves = Shelves(
        root=root, references=root / "reference_runs", out=root / ".repro"
    )
    return list(tell(Session(version="0", outcomes=outcomes), shelves))


def left(root: Path, run: RunRecord, rung: Rung) -> Outcome:
    """Leave a reference and a run, and say what became of them."""
    folder = write_reference(root, obtained_run(Facts(experiment=MLP)))
    write_obtained(root, run)
    outcome = outcome_of(run, rung, seeds=[run.anchor.seed])
    return replace(outcome, reference=str(folder.relative_to(root)))


def record_of(root: Path, experiment: str = MLP, seed: int = 0) -> Path:
    """Name the folder of an obtained record."""
    runs = root / ".repro" / "runs" / experiment_folder(experiment)
    return runs / f"seed-{seed}" / "record"


def test_both_sides_are_drawn(tmp_path: Path) -> None:
    """A run that parts is laid over its reference, with what else differs."""
    outcome = left(tmp_path, obtained_run(MOVED), Rung.DIVERGED)

    (sheet,) = told(tmp_path, outcome)

    (curve,) = sheet.curves
    assert curve.parted == 2
    assert len(curve.reference) == len(curve.obtained) == 4
    assert sheet.unread == ()


def test_traces_of_the_reference_stand_for_the_same_bits(tmp_path: Path) -> None:
    """Of an identical run the traces are not read: those of the reference are drawn."""
    outcome = left(tmp_path, obtained_run(Facts()), Rung.IDENTICAL)

    (sheet,) = told(tmp_path, outcome)

    assert [curve.is_same for curve in sheet.curves] == [True]
    assert sheet.gaps[0].absolute == 0.0


def test_other_traces_are_read_whatever_the_verdict_says(tmp_path: Path) -> None:
    """Those of the reference stand only for traces with the same digest."""
    outcome = left(tmp_path, obtained_run(MOVED), Rung.IDENTICAL)

    (sheet,) = told(tmp_path, outcome)

    assert [curve.is_same for curve in sheet.curves] == [False]


@pytest.mark.parametrize("file", ["trace.tsv", "seeds.tsv"])
def test_a_damaged_run_is_told_in_its_place(tmp_path: Path, file: str) -> None:
    """Identical or not, bytes that are not what was written are found."""
    outcome = left(tmp_path, obtained_run(Facts()), Rung.IDENTICAL)
    damage(record_of(tmp_path), file, b"0", b"1")

    (sheet,) = told(tmp_path, outcome)

    assert sheet.unread[0].startswith("the run of seed 0 cannot be read: ")
    assert file in sheet.unread[0]
    assert sheet.curves[0].reference


def test_a_damaged_reference_is_told_in_its_place(tmp_path: Path) -> None:
    """The run is shown without it, and the next experiment is not affected."""
    outcome = left(tmp_path, obtained_run(MOVED), Rung.DIVERGED)
    damage(tmp_path / outcome.reference, "trace.tsv", b"2.25", b"2.26")
    other = obtained_run(Facts(experiment=CNN))
    write_obtained(tmp_path, other)

    found = told(tmp_path, outcome, outcome_of(other, Rung.IDENTICAL, seeds=[0]))

    assert found[0].unread[0].startswith("the reference cannot be read: ")
    assert found[0].curves[0].obtained
    assert found[1].unread == ()


def test_a_reference_that_is_gone_is_told(tmp_path: Path) -> None:
    """Also one that lies where no reference may lie."""
    run = obtained_run(Facts())
    found = outcome_of(run, Rung.DIVERGED, seeds=[0])
    outcome = replace(found, reference="../elsewhere")

    (sheet,) = told(tmp_path, outcome)

    assert "not below the store" in sheet.unread[0]


def test_seeds_of_other_sessions_are_left_out(tmp_path: Path) -> None:
    """Only what the session says it ran belongs to its page."""
    outcome = left(tmp_path, obtained_run(MOVED), Rung.DIVERGED)
    write_obtained(tmp_path, obtained_run(Facts(seed=7)))

    (sheet,) = told(tmp_path, outcome)

    assert list(obtained_folders(tmp_path / ".repro" / "runs", MLP)) == [0, 7]
    assert sheet.curves[0].seed == 0


def test_one_experiment_is_read_at_a_time(tmp_path: Path) -> None:
    """Sheets come one by one: what lies on disk by then is what is read."""
    outcome = left(tmp_path, obtained_run(MOVED), Rung.DIVERGED)
    shelves = Shelves(
        root=tmp_path, references=tmp_path / "reference_runs", out=tmp_path / ".repro"
    )
    sheets = tell(Session(version="0", outcomes=(outcome, outcome)), shelves)

    first = next(sheets)
    damage(tmp_path / outcome.reference, "trace.tsv", b"2.25", b"2.26")
    second = next(sheets)

    assert (len(first.unread), len(second.unread)) == (0, 1)
