"""`init` adds a first experiment to projects of different shapes, by reading them."""

import hashlib
import shutil
from pathlib import Path

import pytest

from pytest_repro.cli import main
from pytest_repro.templates.starter import DIGEST, starter_data
from tests.cli.processes import files, pytest_in

PROJECTS = Path(__file__).with_name("projects")

SHAPES = {
    "script": "python train.py",
    "lightning": "python main.py",
    "transformers": "python run_train.py --output_dir outputs",
    "notebook": "python notebook.py",
    "configured": "python train.py",
    "package": "mylib.training.train_model()",
    "trainer_class": "engine.Trainer(config=TrainConfig(), seed=repro.seed).fit()",
    "lightning_cli": "python main.py fit --trainer.max_epochs=1",
}


@pytest.fixture
def enter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Enter an empty folder; returns it."""
    root = tmp_path / "project"
    root.mkdir()
    monkeypatch.chdir(root)
    return root


@pytest.mark.parametrize("shape", SHAPES)
def test_the_program_is_found(
    enter: Path, shape: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a person would run is found, and written as Python."""
    shutil.copytree(PROJECTS / shape, enter, dirs_exist_ok=True)

    status = main(["init"])

    (test,) = enter.glob("tests/test_*_experiment.py")
    assert status == 0
    assert SHAPES[shape] in " ".join(capsys.readouterr().out.split())
    compile(test.read_text(), str(test), "exec")


@pytest.mark.parametrize("shape", SHAPES)
def test_a_second_time_nothing_changes(
    enter: Path, shape: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is there is not written again, and that is said."""
    shutil.copytree(PROJECTS / shape, enter, dirs_exist_ok=True)
    main(["init"])
    before = files(enter)
    capsys.readouterr()

    status = main(["init"])

    assert status == 0
    assert files(enter) == before
    assert "nothing  everything is as init would write it" in capsys.readouterr().out


def test_a_dry_run_writes_nothing(
    enter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The diff shows new files and added lines."""
    shutil.copytree(PROJECTS / "package", enter, dirs_exist_ok=True)
    before = files(enter)

    status = main(["init", "--dry-run"])

    printed = capsys.readouterr().out
    assert status == 0
    assert files(enter) == before
    assert "+++ b/tests/test_train_model_experiment.py" in printed
    assert '+pythonpath = ["src"]' in printed


def test_files_of_people_keep_their_lines(enter: Path) -> None:
    """Lines are added to what is there; a test and a workflow stay as they are."""
    shutil.copytree(PROJECTS / "script", enter, dirs_exist_ok=True)
    workflow = enter / ".github/workflows/reproducibility.yml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text("mine\n")
    (enter / ".gitignore").write_text("*.pyc")
    (enter / "test").mkdir()

    main(["init"])

    assert workflow.read_text() == "mine\n"
    assert (enter / ".gitignore").read_text() == "*.pyc\n.repro/\n"
    assert (enter / "test/test_train_experiment.py").exists()


def test_where_nothing_trains_that_is_said(
    enter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No test is better than one that tests nothing."""
    (enter / "tool.py").write_text("print('hello')\n")

    status = main(["init"])

    assert status == 2
    assert files(enter) == {"tool.py": b"print('hello')\n"}
    assert "found nothing that trains" in capsys.readouterr().err


def test_what_a_program_demands_comes_from_the_readme(
    enter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without it the program is told, and what nobody can tell; with it, it is run."""
    (enter / "train.py").write_text(
        "import argparse\nparser = argparse.ArgumentParser()\n"
        "parser.add_argument('--flavour', required=True)\n"
        "if __name__ == '__main__':\n    loss.backward()\n"
    )
    first = main(["init"])
    told = capsys.readouterr().err
    (enter / "README.md").write_text("$ python train.py --flavour sweet | tee log\n")

    second = main(["init"])

    assert (first, second) == (2, 0)
    assert "nobody says what to give for --flavour" in " ".join(told.split())
    assert "python train.py --flavour sweet" in capsys.readouterr().out


def test_starter_data_has_the_digest_that_is_known() -> None:
    """The formula gives the same bytes everywhere."""
    digest = hashlib.sha256(starter_data().encode()).hexdigest()

    assert f"sha256:{digest}" == DIGEST


def test_minimal_is_recorded_and_holds(enter: Path) -> None:
    """An empty folder gets an experiment that passes with no edit."""
    main(["init", "--minimal"])

    recorded = pytest_in(enter, "--repro-record", "--repro-replicas=1")
    verified = pytest_in(enter, "--repro")

    assert recorded.returncode == 0, recorded.stdout
    assert verified.returncode == 0, verified.stdout
    assert "IDENTICAL" in verified.stdout


def test_a_planted_fault_diverges(enter: Path) -> None:
    """Another learning rate of the project's own trainer is seen, and named as code."""
    shutil.copytree(PROJECTS / "plain", enter, dirs_exist_ok=True)
    main(["init"])
    pytest_in(enter, "--repro-record")
    trainer = enter / "train.py"
    trainer.write_text(trainer.read_text().replace("rate = 0.1", "rate = 0.11"))

    verified = pytest_in(enter, "--repro")

    assert verified.returncode == 1
    assert "DIVERGED   printed/loss differs at step 1" in verified.stdout
    assert "review it: pytest-repro review" in verified.stdout


@pytest.mark.campaign
@pytest.mark.parametrize("shape", SHAPES)
def test_with_no_edit_it_is_recorded_and_holds(enter: Path, shape: str) -> None:
    """Two sessions, as a person types them, of a project that was only initialised."""
    shutil.copytree(PROJECTS / shape, enter, dirs_exist_ok=True)
    main(["init"])

    recorded = pytest_in(enter, "--repro", "--repro-record")
    verified = pytest_in(enter, "--repro")

    assert recorded.returncode == 0, recorded.stdout
    assert verified.returncode == 0, verified.stdout
    assert "IDENTICAL" in verified.stdout
