"""`pytest-repro reject`: a candidate goes, the reference stays, a line is kept."""

import json
from pathlib import Path

import pytest

from pytest_repro.cli import main
from pytest_repro.references import ReferenceStore
from tests.cli.samples import (
    CNN,
    MLP,
    Facts,
    leave_candidate,
    obtained_run,
    write_reference,
)
from tests.cli.test_accept import only_reference, waiting

LOG = Path(".repro") / "rejections.jsonl"


@pytest.fixture
def moved(project: Path) -> Path:
    """A project with one reference and a candidate that moved."""
    write_reference(project, obtained_run(Facts()))
    leave_candidate(project, obtained_run(Facts(accuracy=0.5)))
    return project


def test_candidate_is_dropped_and_remembered(
    moved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The log has who, when and why; the reference is what it was."""
    status = main(["reject", "mlp", "--reason", "labels were shuffled"])

    (line,) = (moved / LOG).read_text().splitlines()
    entry = json.loads(line)
    assert status == 0
    assert f"rejected {MLP}" in capsys.readouterr().out
    assert waiting(moved) == []
    assert len(only_reference(moved).history) == 1
    assert (entry["experiment"], entry["reason"]) == (MLP, "labels were shuffled")


def test_same_results_are_known_again(
    moved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A session that finds the same is told that it was rejected; others are not."""
    main(["reject", "mlp", "--reason", "labels were shuffled"])
    leave_candidate(moved, obtained_run(Facts(accuracy=0.5)))
    capsys.readouterr()

    main(["review"])
    same = capsys.readouterr().out
    leave_candidate(moved, obtained_run(Facts(accuracy=0.625)))
    main(["review"])
    other = capsys.readouterr().out

    assert "labels were shuffled" in same
    assert "labels were shuffled" not in other


def test_line_that_cannot_be_read_is_passed_over(moved: Path) -> None:
    """A torn log neither stops a review nor a rejection."""
    (moved / LOG).write_text("{torn\n")

    assert main(["review"]) == 1
    assert main(["reject", "--all"]) == 0
    assert len((moved / LOG).read_text().splitlines()) == 2


def test_all_rejects_every_candidate(
    moved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And says so to a machine."""
    leave_candidate(moved, obtained_run(Facts(experiment=CNN)))

    status = main(["reject", "--all", "--json"])

    rejected = json.loads(capsys.readouterr().out)["rejected"]
    assert status == 0
    assert [one["experiment"] for one in rejected] == [CNN, MLP]
    assert waiting(moved) == []


def test_log_that_cannot_be_written_keeps_the_candidate(moved: Path) -> None:
    """Nothing is dropped without a line about it."""
    (moved / LOG).mkdir()

    status = main(["reject", "mlp"])

    assert status == 2
    assert waiting(moved) == [MLP]


def test_nothing_to_reject(project: Path) -> None:
    """Without a candidate it gives 5."""
    del project

    assert main(["reject", "--all"]) == 5


def test_rejected_candidate_is_gone_as_a_whole(moved: Path) -> None:
    """Not even a part of it can be taken for a reference."""
    main(["reject", "mlp"])

    assert ReferenceStore(moved / ".repro" / "pending").entries() == ()
