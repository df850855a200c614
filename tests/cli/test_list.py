"""`pytest-repro list`: what is kept, what waits, what is damaged."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_repro.cli import main
from pytest_repro.records import Action, Cause, Rung
from tests.cli.samples import (
    CNN,
    KEY,
    MLP,
    OTHER_KEY,
    Facts,
    golden,
    obtained_run,
    outcome_of,
    write_candidate,
    write_reference,
    write_report,
)


def furnish(root: Path) -> None:
    """Keep three references, one of them damaged; two candidates wait."""
    ordinary = obtained_run(Facts())
    write_reference(root, ordinary, obtained_run(Facts(seed=1)))
    broken = write_reference(root, obtained_run(Facts(key=OTHER_KEY)))
    (broken / "SHA256SUMS").unlink()
    write_reference(root, obtained_run(Facts(experiment=CNN)))
    write_candidate(root, obtained_run(Facts(accuracy=0.5)))
    write_candidate(root, obtained_run(Facts(experiment=f"{CNN}_wide")))
    write_report(
        root,
        outcome_of(ordinary, Rung.DIVERGED),
        outcome_of(
            obtained_run(Facts(experiment=CNN)),
            Rung.NOT_COMPARABLE,
            cause=Cause.CRASHED,
        ),
    )


def test_golden_list(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The whole text of a list with everything that can be in one."""
    furnish(project)

    status = main(["list"])

    assert status == 3
    assert capsys.readouterr().out == golden("list.txt")


def test_a_damaged_reference_does_not_hide_the_others(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One whose very name cannot be read stands in the list by its folder."""
    folder = write_reference(project, obtained_run(Facts()))
    write_reference(project, obtained_run(Facts(experiment=CNN)))
    (folder / "run.json").write_text("{")

    status = main(["list"])

    out = capsys.readouterr().out
    assert status == 3
    assert CNN in out
    assert f"experiments/test_digits.py/test_digits_mlp/{KEY}" in out
    assert "2 references, 1 corrupt" in out


def test_a_copied_reference_is_damage(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder that was copied under another name is not believed."""
    folder = write_reference(project, obtained_run(Facts()))
    folder.rename(folder.with_name(OTHER_KEY))

    status = main(["list"])

    assert status == 3
    assert "belongs to another folder" in capsys.readouterr().out


def test_json_names_what_the_text_counts(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Machines get the same rows, with the names of seeds and metrics."""
    furnish(project)

    status = main(["list", "--json"])

    told = json.loads(capsys.readouterr().out)
    first, *_ = [row for row in told["references"] if row["experiment"] == MLP]
    assert told["exit"] == status == 3
    assert first == {
        "candidate": f".repro/pending/experiments/test_digits.py/test_digits_mlp/{KEY}",
        "damage": None,
        "experiment": MLP,
        "folder": f"reference_runs/experiments/test_digits.py/test_digits_mlp/{KEY}",
        "key": KEY,
        "last_session": "DIVERGED",
        "metrics": ["test/accuracy"],
        "recorded_utc": "2026-01-02T03:04:05Z",
        "revision": 1,
        "seeds": [0, 1],
    }


def test_json_is_one_document_without_a_store(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A missing store is an answer for machines too."""
    del project

    status = main(["list", "--json"])

    told = json.loads(capsys.readouterr().out)
    assert told["exit"] == status == 5
    assert told["references"] == []
    assert "no references in reference_runs" in told["problems"][0]


def test_a_candidate_is_no_reference(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With candidates alone there is still no reference."""
    write_candidate(project, obtained_run(Facts()))

    status = main(["list"])

    assert status == 5
    assert "0 references, 0 corrupt, 1 candidate\n" in capsys.readouterr().out


def test_an_unreadable_report_is_said_and_changes_nothing_else(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A report is a convenience; the references are listed without it."""
    write_reference(project, obtained_run(Facts()))
    write_report(project).write_text("{")

    status = main(["list"])

    printed = capsys.readouterr()
    assert status == 0
    assert MLP in printed.out
    assert "the last report cannot be read: .repro/report/report.json" in printed.err


def test_what_the_session_wrote_is_told_as_such(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A reference recorded just now was missing a moment ago, which is no news."""
    run = obtained_run(Facts())
    write_reference(project, run)
    missing = outcome_of(run, Rung.NOT_COMPARABLE, cause=Cause.MISSING_REFERENCE)
    write_report(project, replace(missing, action=Action.RECORDED))

    main(["list"])

    assert "last session  recorded\n" in capsys.readouterr().out


def test_a_store_of_a_later_format_is_not_guessed_at(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A newer version wrote it, so it cannot be judged to be whole."""
    write_reference(project, obtained_run(Facts()))
    (project / "reference_runs" / "FORMAT").write_text("pytest-repro/references 2\n")

    status = main(["list"])

    assert status == 3
    assert "CORRUPT" in capsys.readouterr().out


def test_a_damaged_candidate_is_said(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is no reference, so the store still holds."""
    write_reference(project, obtained_run(Facts()))
    (write_candidate(project, obtained_run(Facts())) / "run.json").write_text("{")

    status = main(["list"])

    assert status == 0
    assert ".repro/pending/experiments" in capsys.readouterr().err
