"""Options that the project's own conftest files declare reach the worker."""

from pathlib import Path

import pytest

from tests.plugin.project import Project, Session, share

CONFTEST = """\
import enum, pathlib
import pytest

class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"

AT_CONFIGURE = []

def pytest_addoption(parser):
    parser.addoption("--size", type=int, default=1)
    parser.addoption("--fast", action="store_true")
    parser.addoption("--layer", action="append", default=[])
    parser.addoption("--data", type=pathlib.Path, default=None)
    parser.addoption("--colour", type=Colour, default=Colour.RED)

def pytest_configure(config):
    AT_CONFIGURE.append(config.getoption("size"))

@pytest.fixture
def option(request):
    return request.config.getoption
"""

EXPERIMENT = """\
from conftest import AT_CONFIGURE

def test_options(repro, option):
    repro.log("size", option("size"))
    repro.log("fast", option("fast"))
    repro.log("layers", len(option("layer")))
    repro.log("data", len(option("data").parts))
    repro.log("at-configure", AT_CONFIGURE[0])
"""

GIVEN = ("--size=5", "--fast", "--layer=a", "--layer=b", "--data=x/y/z")


@pytest.fixture
def shared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Session]:
    """A project with options of its own, recorded with values given."""

    def build(project: Project) -> Session:
        files = {"conftest.py": CONFTEST, "test_options.py": EXPERIMENT}
        return project.write(files).run("--repro-record", *GIVEN)

    return share(tmp_path_factory, "options", build)


def test_every_value_arrives_with_its_type(shared: tuple[Project, Session]) -> None:
    """Numbers, flags, lists and paths, and before the project configures itself."""
    project, session = shared

    metrics = project.reference("test_options.py::test_options").anchor.metrics

    assert session.code == 0
    assert {one.name: one.scalar.value for one in metrics} == {
        "size": 5,
        "fast": True,
        "layers": 2,
        "data": 3,
        "at-configure": 5,
    }


def test_values_arrive_from_xdist_workers_and_addopts(
    shared: tuple[Project, Session], tmp_path: Path
) -> None:
    """However they were given, they are the same."""
    project = shared[0].copy(tmp_path / "xdist")
    ini = "[pytest]\naddopts = -n 1 " + " ".join(GIVEN)

    session = project.write({"pytest.ini": ini}).run("--repro", plugins=("xdist",))

    assert session.code == 0


def test_value_that_cannot_travel_is_refused(
    shared: tuple[Project, Session], tmp_path: Path
) -> None:
    """An experiment must not train with a default that nobody asked for."""
    project = shared[0].copy(tmp_path / "colour")

    session = project.run("--repro", "--colour=blue")

    assert session.code == 4
    assert "option colour of the project holds" in session.output
