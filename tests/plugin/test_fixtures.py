"""An experiment's fixtures are set up in its worker, and nowhere else."""

from pathlib import Path

import pytest

from tests.plugin.project import Project, Session, share

CONFTEST = """\
import os, pathlib, random
import pytest

LOG = pathlib.Path(__file__).parent / "setups.txt"

def note(what):
    with LOG.open("a") as stream:
        stream.write(f"{what} {os.getpid()} {random.random()}\\n")

@pytest.fixture(scope="session", autouse=True)
def session_wide():
    note("session")
    yield
    note("session-end")

@pytest.fixture(scope="module", autouse=True)
def module_wide():
    note("module")

@pytest.fixture
def data(tmp_path):
    note("data")
    (tmp_path / "data.txt").write_text("3 4 5")
    yield [int(x) for x in (tmp_path / "data.txt").read_text().split()]
    note("data-end")

@pytest.fixture(params=["small", "large"])
def size(request):
    return {"small": 1, "large": 2}[request.param]
"""

EXPERIMENT = """\
import random
import pytest

def setup_module():
    from conftest import note
    note("setup_module")

class TestThing:
    def setup_method(self):
        self.base = 10

    def test_fit(self, repro, data, size):
        repro.log("sum", sum(data) * size + self.base)
        repro.log("draw", random.random())

@pytest.mark.usefixtures("data")
def test_used(repro):
    repro.log("draw", random.random())
"""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Session]:
    """A project with fixtures of every scope, recorded."""

    def build(project: Project) -> Session:
        files = {"conftest.py": CONFTEST, "test_thing.py": EXPERIMENT}
        base = f"--basetemp={project.root / 'tmp'}"
        return project.write(files).run("--repro-record", "-s", base)

    return share(tmp_path_factory, "fixtures", build)


def setups(project: Project) -> list[list[str]]:
    """Return what fixtures noted: a name, a process, a random number."""
    lines = (project.root / "setups.txt").read_text().splitlines()
    return [line.split() for line in lines]


def test_every_experiment_gets_its_fixtures(shared: tuple[Project, Session]) -> None:
    """Values, parameters, classes and `setup_method` work as in any test."""
    project, session = shared

    small = project.reference("test_thing.py::TestThing::test_fit[small]")
    large = project.reference("test_thing.py::TestThing::test_fit[large]")

    assert session.code == 0
    assert [small.anchor.metrics[1].scalar.value] == [22]
    assert [large.anchor.metrics[1].scalar.value] == [34]


def test_fixtures_run_once_in_each_worker_and_never_in_the_parent(
    shared: tuple[Project, Session],
) -> None:
    """Three experiments make three processes, each with one set of fixtures."""
    found = setups(shared[0])

    by_process: dict[str, list[str]] = {}
    for name, process, _ in found:
        by_process.setdefault(process, []).append(name)

    once = ["session", "module", "setup_module", "data", "data-end", "session-end"]
    assert len(by_process) == 3
    assert [sorted(names) for names in by_process.values()] == [sorted(once)] * 3


def test_fixtures_are_set_up_with_the_seed_already_set(
    shared: tuple[Project, Session],
) -> None:
    """The same numbers are drawn by the first fixture of every worker."""
    found = setups(shared[0])

    draws = {draw for name, _, draw in found if name == "session"}

    assert len(draws) == 1


def test_fixtures_of_unit_tests_stay_in_the_parent(
    shared: tuple[Project, Session], tmp_path: Path
) -> None:
    """A test beside sets its fixtures up as ever, and experiments do not mind."""
    project = shared[0].copy(tmp_path / "beside")
    unit = "def test_sum(data):\n    assert sum(data) == 12\n"
    (project.root / "setups.txt").unlink()
    base = f"--basetemp={tmp_path / 'tmp'}"

    session = project.write({"test_unit.py": unit}).run(
        "--repro", base, "-k", "test_used or test_sum"
    )

    assert session.code == 0
    assert session.counts == {"passed": 2, "deselected": 2}
    assert len({process for _, process, _ in setups(project)}) == 2
