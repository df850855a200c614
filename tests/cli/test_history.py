"""`pytest-repro history`: rates, times, and since when a metric is another."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_repro.cli import main
from pytest_repro.records import Drift, Observation, Revision
from pytest_repro.references import History
from tests.cli.samples import (
    FIRST,
    MLP,
    Facts,
    golden,
    obtained_run,
    write_reference,
)
from tests.reports.observing import OTHER_KEY, night, shifted

SECOND = Revision(
    number=2,
    created_utc="2026-02-01T00:00:00Z",
    created_by="pytest_repro 0.1.0",
    reason="the loader shuffles anew",
    drift=(Drift(metric="test/accuracy", absolute=0.004, relative=0.0044),),
)
THIRD = replace(SECOND, number=3)


def remember(root: Path, *observed: Observation) -> Path:
    """Leave a history; returns its only file."""
    history = History(root / ".repro" / "history")
    history.append(observed)
    return next(history.root.rglob("*.jsonl"))


def furnish(root: Path) -> None:
    """Leave a history of two environments, and a reference that crept."""
    there = [replace(night(n), environment_key=OTHER_KEY) for n in range(3)]
    remember(root, *shifted(), *there)
    write_reference(root, obtained_run(Facts()), history=(FIRST, SECOND, THIRD))


def test_golden_history(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The whole text on one experiment in two environments."""
    furnish(project)

    status = main(["history", "mlp"])

    assert status == 0
    assert capsys.readouterr().out == golden("history.txt")


def test_golden_overview(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line for each experiment, with rate, interval and times."""
    furnish(project)
    remember(project, replace(night(3), experiment="a.py::test_a", owner="@text"))

    status = main(["history"])

    assert status == 0
    assert capsys.readouterr().out == golden("history_all.txt")


def test_lines_by_owner_and_by_environment(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same numbers, added up otherwise."""
    furnish(project)
    remember(project, replace(night(3), owner="@text"))

    main(["history", "--by=owner", "--json"])
    by_owner = json.loads(capsys.readouterr().out)["groups"]
    main(["history", "--by=environment", "--json"])
    by_environment = json.loads(capsys.readouterr().out)["groups"]

    assert [one["name"] for one in by_owner] == ["@text", "nobody"]
    assert [one["held"]["total"] for one in by_environment] == [31, 3]


def test_one_metric_of_one_environment(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``--metric`` and ``--key`` leave the rest out."""
    furnish(project)

    main(["history", "mlp", "--metric=loss", "--key=cuda", "--json"])

    (found,) = json.loads(capsys.readouterr().out)["environments"]
    assert found["key"] == OTHER_KEY
    assert list(found["metrics"]) == ["test/loss"]
    assert found["metrics"]["test/loss"]["points"][0]["bits"] == "float32:3e800000"


@pytest.mark.parametrize(
    "argv", [["cnn"], ["mlp", "--metric=f1"], ["mlp", "--key=tpu"]]
)
def test_what_was_never_observed_is_named(
    project: Path, capsys: pytest.CaptureFixture[str], argv: list[str]
) -> None:
    """Nothing is shown instead of it."""
    furnish(project)

    status = main(["history", *argv])

    captured = capsys.readouterr()
    assert status == 5
    assert captured.out == ""
    assert "no observed" in captured.err


@pytest.mark.usefixtures("project")
def test_without_a_history_there_is_a_remedy(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """No history is no error of the store: it says how one begins."""
    status = main(["history"])

    assert status == 5
    assert "each session adds to it: pytest --repro" in capsys.readouterr().err


def test_options_of_one_experiment_need_one(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A metric of nothing in particular has no meaning."""
    del project

    status = main(["history", "--metric=loss"])

    assert status == 64
    assert "name it first" in capsys.readouterr().err


def test_a_torn_end_is_told_and_costs_no_status(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A crash is no damage that somebody must repair."""
    path = remember(project, *shifted())
    path.write_bytes(path.read_bytes()[:-9])

    status = main(["history"])

    captured = capsys.readouterr()
    assert status == 0
    assert "1 experiment, 29 observations" in captured.out
    assert "cut short here" in captured.err


def test_a_damaged_line_is_told_and_has_its_status(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The other nights are shown all the same."""
    path = remember(project, *shifted())
    path.write_bytes(path.read_bytes().replace(b'"seeds":1', b'"seeds":9,"x":1', 1))

    status = main(["history"])

    captured = capsys.readouterr()
    assert status == 3
    assert "29 observations" in captured.out
    assert ".jsonl:1: no observation" in captured.err


def test_nights_of_another_machine_are_added_once(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``--merge`` says how many were new."""
    remember(project, night(0))
    History(project / "theirs").append([night(0), night(1)])

    main(["history", "--merge=theirs"])
    first = capsys.readouterr().out
    main(["history", "--merge=theirs"])
    second = capsys.readouterr().out

    assert first.startswith("1 observation of theirs added to .repro/history\n")
    assert second.startswith("0 observations of theirs added")
    assert "1 experiment, 2 observations" in second


@pytest.mark.usefixtures("project")
def test_a_folder_that_is_no_history_is_not_merged(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A misspelt folder is not an empty history."""
    assert main(["history", "--merge=their"]) == 64
    assert "no history to merge in their" in capsys.readouterr().err


def test_the_folder_comes_from_the_ini_file(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By `repro_history`, as sessions take it; ``--history`` names another."""
    (project / "pytest.ini").write_text("[pytest]\nrepro_history = kept\n")
    History(project / "kept").append([night(0)])
    History(project / "other").append([night(0), night(1)])

    main(["history"])
    by_ini = capsys.readouterr().out
    main(["history", "--history=other"])
    by_flag = capsys.readouterr().out

    assert "1 experiment, 1 observation" in by_ini
    assert "1 experiment, 2 observations" in by_flag


def test_the_experiment_of_the_samples_is_the_same(project: Path) -> None:
    """Observed nights and the reference of the samples belong together."""
    assert night(0).experiment == MLP
    assert project.is_dir()
