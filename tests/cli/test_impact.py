"""`pytest-repro impact`: what a change can affect, without running anything."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_repro.cli import main
from pytest_repro.cli.exits import Exit
from pytest_repro.provenance.states import state_of_file
from pytest_repro.records import Evidence, Input, InputKind, Inputs, Rung
from pytest_repro.references import ReferenceStore
from pytest_repro.replication import SHELF, EvidenceShelf
from tests.cli.samples import CNN, MLP, Facts, obtained_run, outcome_of, write_reference

GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@example.org")


def file_input(root: Path, name: str) -> Input:
    """Name a file in its present state."""
    return Input(kind=InputKind.FILE, name=name, state=state_of_file(root / name))


@pytest.fixture
def known(project: Path) -> Evidence:
    """A project in git whose only experiment passed; what is known of it."""
    (project / "data.py").write_text("A = 1\n")
    run = obtained_run(Facts())
    write_reference(project, run)
    found = ReferenceStore(project / "reference_runs").find(
        MLP, run.identity.environment
    )
    assert found.sums is not None
    items = (file_input(project, "data.py"), file_input(project, "conftest.py"))
    evidence = Evidence(
        outcome=outcome_of(run, Rung.IDENTICAL),
        environment=run.identity.environment,
        reference=found.sums,
        created_utc="2026-01-02T03:04:05Z",
        is_short=False,
        inputs=Inputs(items=items),
    )
    EvidenceShelf(project / ".repro" / SHELF).write(evidence)
    (project / ".gitignore").write_text(".repro\n")
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "first")):
        subprocess.run([*GIT, *words], cwd=project, check=True)
    return evidence


@pytest.mark.usefixtures("known")
def test_without_a_change_nothing_would_run(capsys: pytest.CaptureFixture[str]) -> None:
    """An experiment whose inputs are as they were is unaffected."""
    status = main(["impact"])

    out = capsys.readouterr().out
    assert status == Exit.HOLDS
    assert "unaffected" in out
    assert "0 experiments of 1 would run; 0 files changed since HEAD" in out


@pytest.mark.usefixtures("known")
def test_a_changed_input_is_named(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each input of the change is told, new files too."""
    (project / "data.py").write_text("A = 2\n")
    (project / "conftest.py").write_text("")

    status = main(["impact"])

    out = capsys.readouterr().out
    assert status == Exit.DIFFERS
    assert "since HEAD  conftest.py is new, data.py changed" in out
    assert "1 experiment of 1 would run; 2 files changed since HEAD" in out


@pytest.mark.usefixtures("known")
def test_files_that_nobody_read_affect_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A change elsewhere is counted, and nothing would run."""
    (project / "README.md").write_text("# A project\n")

    status = main(["impact", "HEAD"])

    assert status == Exit.HOLDS
    assert "1 file changed since HEAD" in capsys.readouterr().out


@pytest.mark.usefixtures("known")
def test_what_differs_for_other_reasons_stands_apart(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A change that was committed before is not part of this one."""
    (project / "data.py").write_text("A = 2\n")
    subprocess.run([*GIT, "commit", "-qam", "second"], cwd=project, check=True)

    status = main(["impact"])

    assert status == Exit.DIFFERS
    assert "besides  data.py changed" in capsys.readouterr().out


def test_another_reference_is_told(
    project: Path, known: Evidence, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was found of one reference says nothing of another."""
    assert known.outcome.experiment == MLP
    write_reference(project, obtained_run(Facts(accuracy=0.5)))

    status = main(["impact"])

    assert status == Exit.DIFFERS
    assert "cannot tell  its reference changed" in capsys.readouterr().out


def test_what_cannot_be_told_is_said(
    project: Path, known: Evidence, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run that could not be followed, and an experiment that nobody ran here."""
    blind = replace(known, inputs=Inputs(unseen=("it starts a process (a.py:3)",)))
    EvidenceShelf(project / ".repro" / SHELF).write(blind)
    write_reference(project, obtained_run(Facts(experiment=CNN)))

    status = main(["impact"])

    out = capsys.readouterr().out
    assert status == Exit.DIFFERS
    assert "cannot tell  it starts a process (a.py:3)" in out
    assert "cannot tell  no comparison that held is known here" in out


@pytest.mark.usefixtures("known")
def test_an_unknown_revision_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """A revision that git does not know is a fault of whoever typed it."""
    status = main(["impact", "nowhere"])

    assert status == Exit.USAGE
    assert "git knows no commit 'nowhere' here" in capsys.readouterr().err


def test_a_project_without_references_has_none_to_affect(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing was recorded, so nothing can be said."""
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "first")):
        subprocess.run([*GIT, *words], cwd=project, check=True)

    status = main(["impact"])

    assert status == Exit.NO_REFERENCE
    assert "there is no reference" in capsys.readouterr().err
