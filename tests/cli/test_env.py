"""`pytest-repro env`: what is declared, what can be had, and what is built."""

import json
from pathlib import Path

import pytest

from pytest_repro.cli import main
from pytest_repro.cli.exits import Exit
from tests.cli.samples import Facts, obtained_run, write_obtained, write_reference

DECLARED = """\
[tool.pytest_repro.environments.two-threads]
threads = 2
requires = "EQUIVALENT"

[tool.pytest_repro.environments.unbuilt]
packages = ["six"]
"""

FACTS = {"python.version": "3.11.7", "package.six": "1.16.0"}


@pytest.fixture
def declared(project: Path) -> Path:
    """A project with two environments, one of which has to be built."""
    (project / "pyproject.toml").write_text(DECLARED)
    return project


@pytest.mark.usefixtures("declared")
def test_list_shows_what_is_declared(capsys: pytest.CaptureFixture[str]) -> None:
    """With what can be had here, and what to type for what cannot."""
    assert main(["env", "list"]) == Exit.HOLDS

    said = capsys.readouterr().out.split()
    assert said[:3] == ["here", "the", "present"]
    assert "two-threads threads 2, requires EQUIVALENT can be run here" in " ".join(
        said
    )
    assert "pytest-repro env build unbuilt" in " ".join(said)


@pytest.mark.usefixtures("declared")
def test_check_fails_where_one_cannot_be_had(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Machines get the reason for each; the others hold."""
    assert main(["env", "check", "--json"]) == Exit.CANNOT_JUDGE
    found = json.loads(capsys.readouterr().out)["environments"]

    assert [bool(one["absent"]) for one in found] == [False, False, True]
    assert main(["env", "check", "two-threads"]) == Exit.HOLDS


@pytest.mark.usefixtures("declared")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["env"], "the following arguments are required: action"),
        (["env", "bild"], "invalid choice: 'bild'"),
        (["env", "build"], "name an environment"),
        (["env", "rebuild"], "name a record"),
        (["env", "list", "--image"], "--image is for: pytest-repro env rebuild"),
        (["env", "rebuild", "x", "--base", "y"], "add --image"),
    ],
)
def test_words_without_meaning_are_refused(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each says what to type instead."""
    assert main(words) == Exit.USAGE
    assert said in capsys.readouterr().err


@pytest.mark.usefixtures("declared")
def test_an_environment_that_is_not_declared_is_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The nearest is named."""
    assert main(["env", "build", "unbilt"]) == Exit.INTEGRITY
    assert "did you mean unbuilt?" in capsys.readouterr().err


@pytest.mark.usefixtures("declared")
def test_there_is_nothing_to_build_without_packages(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Such an environment runs with the interpreter of the session."""
    assert main(["env", "build", "two-threads"]) == Exit.HOLDS
    assert "nothing to build" in capsys.readouterr().out


def test_an_image_is_written_where_there_is_no_engine(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a reference by its name, or of a run by its folder; the same bytes."""
    monkeypatch.setenv("PATH", "")
    write_reference(project, obtained_run(Facts(facts=FACTS)))
    write_obtained(project, obtained_run(Facts(facts=FACTS)))
    (run,) = (project / ".repro" / "runs").rglob("seed-0")

    assert main(["env", "rebuild", "--image", "mlp", "--into", "one"]) == Exit.HOLDS
    assert main(["env", "rebuild", str(run), "--image", "--into", "two"]) == Exit.HOLDS

    assert "no engine is offered here" in capsys.readouterr().out
    one, two = (project / name for name in ("one", "two"))
    assert (one / "Dockerfile").read_bytes() == (two / "Dockerfile").read_bytes()
    assert (one / "requirements.txt").read_text() == "six==1.16.0\n"


def test_a_python_that_is_missing_is_told(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A record of a newer one cannot be rebuilt with what is here."""
    monkeypatch.setenv("PATH", "")
    facts = {**FACTS, "python.version": "3.99.0"}
    write_reference(project, obtained_run(Facts(facts=facts)))

    assert main(["env", "rebuild", "mlp"]) == Exit.CANNOT_JUDGE
    assert "no Python 3.99 was found" in capsys.readouterr().err


@pytest.mark.campaign
def test_an_environment_is_built_and_rebuilt_for_real(
    declared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By venv and pip, from an index; the record of a run gives the same versions."""
    write_reference(declared, obtained_run(Facts(facts=FACTS)))

    assert main(["env", "build", "unbuilt"]) == Exit.HOLDS, capsys.readouterr().err
    assert main(["env", "check"]) == Exit.HOLDS
    assert main(["env", "rebuild", "mlp"]) in {Exit.HOLDS, Exit.DIFFERS}

    assert "six" not in capsys.readouterr().out.partition("1 installed")[2]
    assert list((declared / ".repro" / "rebuilt").glob("*/venv/bin/python"))


def test_verbs_look_at_the_runs_of_an_environment(
    declared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With --env; a name under which nothing ran is refused, and folders with it."""
    write_reference(declared, obtained_run(Facts(facts=FACTS)))
    write_obtained(declared / "x", obtained_run(Facts(facts=FACTS)))
    folder = declared / ".repro" / "environments"
    folder.mkdir(parents=True)
    (declared / "x" / ".repro").rename(folder / "two-threads")

    assert main(["show", "mlp", "--obtained", "--env", "two-threads"]) == Exit.HOLDS
    assert ".repro/environments/two-threads/runs" in capsys.readouterr().out
    assert main(["show", "mlp", "--env", "two-thread"]) == Exit.USAGE
    assert "did you mean two-threads?" in capsys.readouterr().err
    assert main(["show", "mlp", "--env", "../.."]) == Exit.USAGE
