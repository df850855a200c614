"""Without `--repro`: experiments are skipped, seen, and cost nothing."""

import pytest

from tests.plugin.project import WALK, Project

MIXED = {
    "test_experiment.py": WALK,
    "test_unit.py": "def test_adds():\n    assert 1 + 1 == 2\n",
    "recipe.py": '"""\n>>> 1 + 1\n2\n"""\n',
}


def test_experiments_are_skipped_with_the_reason(project: Project) -> None:
    """An experiment that did not run is never shown as passed."""
    session = project.write(MIXED).run("-rs", "--doctest-modules")

    assert session.code == 0
    assert session.counts == {"passed": 2, "skipped": 1}
    assert "needs --repro" in session.output


def test_nothing_is_left_behind(project: Project) -> None:
    """A session without experiments writes no folder of ours."""
    project.write(MIXED).run("-p", "no:cacheprovider")

    names = {path.name for path in project.root.iterdir()} - {"__pycache__"}

    assert names == {"pytest.ini", *MIXED}


def test_no_repro_beats_the_ini_file(project: Project) -> None:
    """Whoever wants a quick session need not edit a file."""
    session = project.write(MIXED).run("-o", "repro=true", "--no-repro")

    assert session.counts == {"passed": 1, "skipped": 1}


def test_no_repro_beats_repro(project: Project) -> None:
    """Also when an alias of somebody added the flag."""
    session = project.write(MIXED).run("--repro", "--no-repro")

    assert session.counts == {"passed": 1, "skipped": 1}


def test_ini_key_makes_it_the_default(walk: Project) -> None:
    """Panes of editors pass no flags; `repro = true` does for all of them."""
    session = walk.run("-o", "repro=true")

    assert session.code == 0
    assert session.outcomes["test_walk"].passed


@pytest.mark.parametrize(
    ("expression", "selected"),
    [("repro", "test_experiment.py::test_walk"), ("not repro", "test_unit.py::")],
)
def test_marker_is_added_to_users_of_the_fixture(
    project: Project, expression: str, selected: str
) -> None:
    """`-m` tells experiments from tests although nobody wrote the marker."""
    project.write(MIXED)

    session = project.run("--collect-only", "-qq", "-m", expression)

    (line,) = (one for one in session.output.splitlines() if ".py:" in one)
    assert line.startswith(selected.partition("::")[0])


def test_collecting_with_repro_runs_nothing(project: Project) -> None:
    """`--collect-only` lists experiments and judges nobody."""
    session = project.write(MIXED).run("--repro", "--collect-only", "-q")

    assert session.code == 0
    assert "test_experiment.py::test_walk" in session.output
    assert not (project.root / ".repro").exists()


def test_markers_says_what_the_marker_takes(project: Project) -> None:
    """Each argument of the marker is listed."""
    session = project.run("--markers")

    (line,) = (x for x in session.output.splitlines() if "@pytest.mark.repro" in x)
    for name in ("seeds", "metrics", "require", "timeout", "allow_nonfinite"):
        assert f"{name}=" in line


@pytest.mark.parametrize(
    "text",
    [
        "--repro               run the experiments and compare them",
        "--repro-reason=TEXT",
        "--repro-orphans={error,warn,ignore}",
        "repro_matmul_precision (string):",
    ],
)
def test_help_explains_flags_and_ini_keys(help_text: str, text: str) -> None:
    """What the table of options says is what `--help` prints."""
    assert text in help_text


@pytest.fixture(scope="module")
def help_text(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What `pytest --help` prints."""
    project = Project(tmp_path_factory.mktemp("help"))
    return project.run("--help", variables={"COLUMNS": "100"}).output
