"""`--repro-env` runs each experiment in declared environments, and judges each."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import pytest_repro
from pytest_repro.interpreters import recipe_of
from pytest_repro.interpreters.venvs import NOTE, VENV
from pytest_repro.records import DeclaredEnvironment
from tests.plugin.project import INI, WALK, Project, Session, share

DECLARED = """\
[tool.pytest_repro.environments.two-threads]
threads = 2

[tool.pytest_repro.environments.labelled]
variables = { LABEL = "7" }
requires = "EQUIVALENT"

[tool.pytest_repro.environments.unbuilt]
packages = ["six"]
"""

# Its result is that of its environment.
SEES = """\
import os

def test_sees(repro):
    repro.log("threads", float(os.environ["OMP_NUM_THREADS"]))
    repro.log("label", float(os.environ.get("LABEL", "1")))
"""

FILES = {"pyproject.toml": DECLARED, "test_sees.py": SEES, "test_walk.py": WALK}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Session]:
    """Both experiments with references, then run in every environment."""

    def build(project: Project) -> Session:
        project.write(FILES).record()
        return project.run("--repro-env=all", "--junitxml=junit.xml")

    return share(tmp_path_factory, "environments", build)


def rungs(session: Session, test: str) -> dict[str, str]:
    """Return what an experiment reached or became, by environment."""
    return {
        one["environment"]: f"{one['status']} {one['verdict']['rung']}"
        for one in session.report["outcomes"]
        if one["experiment"].endswith(test)
    }


def test_each_environment_has_an_outcome(shared: tuple[Project, Session]) -> None:
    """What does not depend on them has the same bits in all that can be had."""
    assert rungs(shared[1], "test_walk") == {
        "here": "passed IDENTICAL",
        "two-threads": "passed IDENTICAL",
        "labelled": "passed IDENTICAL",
        "unbuilt": "skipped NOT_COMPARABLE",
    }


def test_the_environment_reaches_the_worker(shared: tuple[Project, Session]) -> None:
    """Threads and variables are set before it starts, for it and for no other."""
    assert rungs(shared[1], "test_sees") == {
        "here": "passed IDENTICAL",
        "two-threads": "failed DIVERGED",
        "labelled": "failed DIVERGED",
        "unbuilt": "skipped NOT_COMPARABLE",
    }


def test_the_test_fails_if_one_environment_does(
    shared: tuple[Project, Session],
) -> None:
    """It stays one test, and says in which environments."""
    session = shared[1]

    assert session.counts == {"failed": 1, "passed": 1}
    assert "two-threads: DIVERGED: threads differs" in session.output
    assert "labelled: DIVERGED: label differs" in session.output
    assert "here: " not in session.output.partition("reproducibility")[0]


def test_the_environment_says_what_is_required(
    shared: tuple[Project, Session],
) -> None:
    """Where a contract names no rung; else the usual one."""
    required = {
        one["environment"]: one["verdict"]["required"]
        for one in shared[1].report["outcomes"]
        if one["experiment"].endswith("test_sees")
    }

    assert required["labelled"] == "EQUIVALENT"
    assert required["here"] == required["two-threads"] == "WITHIN_ROUNDING"


def test_one_that_cannot_be_had_is_told(shared: tuple[Project, Session]) -> None:
    """It is skipped with what to type, and the session goes on."""
    assert "build it: pytest-repro env build unbuilt" in shared[1].output
    assert shared[1].problems == []


def test_runs_lie_by_environment(shared: tuple[Project, Session]) -> None:
    """So that a matrix can be made of folders alone."""
    out = shared[0].root / ".repro" / "environments"
    found = sorted(str(path.relative_to(out)) for path in out.rglob("record"))

    assert [path for path in found if "test_walk" in path] == [
        f"{name}/runs/test_walk.py/test_walk/seed-0/record"
        for name in ("here", "labelled", "two-threads")
    ]


def test_nothing_is_recorded(shared: tuple[Project, Session], tmp_path: Path) -> None:
    """References are as they were, and candidates lie apart from those of here."""
    project = shared[0].copy(tmp_path / "again")
    before = project.reference_bytes()

    project.run("--repro-env=two-threads")

    assert project.reference_bytes() == before
    assert not (project.root / ".repro" / "pending").exists()


def test_each_is_told_apart_in_every_rendering(
    shared: tuple[Project, Session],
) -> None:
    """Terminal, page and JUnit name the environment; no anchor is there twice."""
    project, session = shared
    page = (project.root / ".repro" / "report" / "index.html").read_text()
    tree = ET.parse(project.root / "junit.xml")  # noqa: S314  # we wrote it
    case = next(one for one in tree.iter("testcase") if one.get("name") == "test_walk")
    names = [one.get("name") for one in case.iter("property")]

    assert "test_walk.py::test_walk in two-threads" in session.output
    assert "2 experiments in 4 environments" in session.output
    assert page.count('<details class="sheet') == page.count(' id="e-') == 8
    assert len({part[:12] for part in page.split(' id="e-')[1:]}) == 8
    assert "repro_two-threads_verdict" in names
    assert len(names) == len(set(names))


def test_git_overlooks_all_of_it(shared: tuple[Project, Session]) -> None:
    """Also where nothing was ever run but in declared environments."""
    assert (shared[0].root / ".repro" / ".gitignore").read_text() == "*\n"


def test_one_environment_can_be_recorded(tmp_path: Path) -> None:
    """What is missing is written, under the key of that environment."""
    project = Project(tmp_path).write({**FILES, "pytest.ini": INI})

    session = project.run("--repro-env=two-threads", "--repro-record")

    assert session.code == 0, session.output
    assert project.reference("test_sees.py::test_sees").seeds[0].metrics[1].name
    assert rungs(session, "test_walk")["two-threads"].startswith("recorded")


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--repro-env=two-thread",), "did you mean two-threads?"),
        (("--repro-env=unbuilt",), "pytest-repro env build unbuilt"),
        (("--repro-env=all", "--repro-record"), "one environment at a time"),
        (("--repro-env=all", "--repro-vary"), "--repro-vary does not"),
        (("--repro-env=all", "--repro-chaos=1"), "--repro-chaos does not"),
        (("--repro-env=all", "--repro-changed"), "--repro-env is none"),
        (("--repro-env=all", "--repro-in-process"), "--repro-in-process does not"),
        (("--repro-env=",), "names an environment"),
    ],
)
def test_what_has_no_meaning_is_refused(
    shared: tuple[Project, Session], tmp_path: Path, flags: tuple[str, ...], said: str
) -> None:
    """Before anything runs; an environment asked for by name is not skipped."""
    project = shared[0].copy(tmp_path / "again")

    session = project.run(*flags)

    assert session.code == pytest.ExitCode.USAGE_ERROR
    assert said in session.output


def test_the_interpreter_of_an_environment_runs_its_workers(tmp_path: Path) -> None:
    """Here a program that leaves a mark and ends."""
    project = Project(tmp_path).write(
        {"pyproject.toml": DECLARED, "test_walk.py": WALK}
    )
    declared = DeclaredEnvironment(name="unbuilt", packages=("six",))
    folder = project.root / ".repro" / "environments" / "unbuilt"
    python = folder / VENV / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\necho the interpreter of $0; exit 3\n")
    python.chmod(0o755)
    recipe = recipe_of(declared, project.root, version=pytest_repro.__version__)
    (folder / NOTE).write_bytes(recipe.to_bytes())

    session = project.run("--repro-env=unbuilt")

    assert f"the interpreter of {python}" in session.output
