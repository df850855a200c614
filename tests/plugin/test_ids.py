"""Whatever a node id holds, its experiment runs, is recorded and found again."""

from pathlib import Path

import pytest

from pytest_repro.records import Rung
from tests.plugin.project import Project, Session, share

FILES = {
    "deep/er/test_values.py": """\
import pytest

LONG = "x" * 299
IDS = ["a[0]", "b::c", "d/e f g", "ü-ζ-漢", "A", "a", LONG + "x", LONG + "y"]

@pytest.mark.parametrize("number", range(len(IDS)), ids=IDS)
def test_strange(repro, number):
    repro.log("number", number)

@pytest.mark.parametrize("rate", [0.5])
@pytest.mark.parametrize("layers", [(8, 8)])
class TestModel:
    def test_fit(self, repro, rate, layers):
        repro.log("rate", rate * len(layers))

    class TestInner:
        def test_fit(self, repro, rate, layers):
            repro.log("rate", -rate)
""",
    "twin/test_same.py": "def test_name(repro):\n    repro.log('side', 1)\n",
    "twin/other/test_same_name.py": "def test_name(repro):\n    repro.log('side', 2)\n",
}
COUNT = 8 + 1 + 1 + 2


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Session]:
    """A project whose strange ids are recorded, by two processes at once."""

    def build(project: Project) -> Session:
        arguments = ("--repro-record", "-n", "2")
        return project.write(FILES).run(*arguments, plugins=("xdist",))

    return share(tmp_path_factory, "ids", build)


def test_every_id_is_recorded(shared: tuple[Project, Session]) -> None:
    """No two ids share a reference, however similar they are."""
    project, session = shared

    owners = [entry.experiment for entry in project.store.entries()]

    assert session.code == 0
    assert len(owners) == len(set(owners)) == COUNT
    assert [one["experiment"] for one in session.report["outcomes"]] == owners


def test_each_reference_holds_its_own_numbers(shared: tuple[Project, Session]) -> None:
    """The parameters that reached the worker are those of the id."""
    project, _ = shared

    numbers = [
        metric.scalar.value
        for entry in project.store.entries()
        if "test_strange" in entry.experiment
        for metric in project.store.read(entry.folder).anchor.metrics
    ]

    assert sorted(numbers) == list(range(8))


def test_parameters_are_the_config(shared: tuple[Project, Session]) -> None:
    """What was varied stands in the record, by name."""
    project, _ = shared
    name = "deep/er/test_values.py::TestModel::test_fit[layers0-0.5]"

    config = project.reference(name).identity.config

    assert config == {"rate": "0.5", "layers": "['8', '8']"}


def test_references_are_found_again(
    shared: tuple[Project, Session], tmp_path: Path
) -> None:
    """A long, a nested and a strange one are compared with their own."""
    project = shared[0].copy(tmp_path / "again")

    session = project.run("--repro", "-k", "xxxy or TestInner or b::c")

    assert session.code == 0
    assert len(session.outcomes) == 3
    assert {one.verdict.rung for one in session.outcomes.values()} == {Rung.IDENTICAL}
