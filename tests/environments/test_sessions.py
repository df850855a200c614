"""One call in a noxfile makes a session of each environment, for the real nox."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.plugin.project import WALK, Project, Session, environment, share

NOXFILE = """\
import pytest_repro.environments

pytest_repro.environments.sessions()
"""

DECLARED = """\
[tool.pytest_repro.environments.two-threads]
threads = 2

[tool.pytest_repro.environments.labelled]
variables = { LABEL = "7" }
"""


FILES = {"noxfile.py": NOXFILE, "pyproject.toml": DECLARED, "test_walk.py": WALK}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with two environments, a noxfile and a reference."""

    def build(project: Project) -> Session:
        return project.write(FILES).record()

    return share(tmp_path_factory, "noxfile", build)[0]


def nox(project: Project, *words: str) -> tuple[int, str]:
    """Run the real nox in a project; returns its status and all that it said."""
    variables = environment({"PYTEST_ADDOPTS": "-p pytest_repro.plugin"})
    done = subprocess.run(
        [sys.executable, "-m", "nox", *words],
        cwd=project.root,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_each_environment_is_a_session(tmp_path: Path) -> None:
    """In the order of the file; a plain nox runs none of them."""
    code, said = nox(Project(tmp_path).write(FILES), "-l")

    assert code == 0
    assert "- repro-two-threads [repro] -> Run the experiments in" in said
    assert said.index("repro-two-threads") < said.index("repro-labelled")
    assert "* repro" not in said


def test_a_session_runs_the_experiments_there(
    recorded: Project, tmp_path: Path
) -> None:
    """With the arguments that follow, and the runs lie where a matrix finds them."""
    project = recorded.copy(tmp_path / "again")

    code, said = nox(project, "-s", "repro-two-threads", "--", "-q")

    assert code == 0, said
    assert "--repro-env=two-threads -q" in said
    folder = project.root / ".repro" / "environments" / "two-threads" / "runs"
    assert len(list(folder.rglob("record"))) == 1


def test_a_session_fails_where_an_experiment_does(
    recorded: Project, tmp_path: Path
) -> None:
    """So that CI can be a matrix of such sessions."""
    changed = {"test_walk.py": WALK.replace("random.random()", "1.0")}
    project = recorded.copy(tmp_path / "again").write(changed)

    code, said = nox(project, "-s", "repro-labelled")

    assert code != 0
    assert "labelled: DIVERGED" in said


def test_what_is_declared_wrongly_is_told(tmp_path: Path) -> None:
    """Before any session starts, as everywhere."""
    wrong = {"pyproject.toml": DECLARED.replace("threads =", "thread =")}
    project = Project(tmp_path).write({**FILES, **wrong})

    code, said = nox(project, "-l")

    assert code != 0
    assert "did you mean threads?" in said
