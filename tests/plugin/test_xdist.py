"""pytest-xdist: outcomes travel, references are written once, a crash is survived."""

from pathlib import Path

import pytest

from pytest_repro.records import Action
from tests.plugin.project import WALK, Project, Session, share

NAMES = [f"test_walk_{number}" for number in range(3)]
FILES = {f"{name}.py": WALK.replace("test_walk", name) for name in NAMES} | {
    "test_dies.py": "import os\n\ndef test_dies():\n    os._exit(1)\n"
}
TWO = ("-n", "2")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Session]:
    """Three experiments, recorded by two processes."""

    def build(project: Project) -> Session:
        arguments = ("--repro-record", "--deselect", "test_dies.py", *TWO)
        return project.write(FILES).run(*arguments, plugins=("xdist",))

    return share(tmp_path_factory, "xdist", build)


def test_every_outcome_reaches_the_report(shared: tuple[Project, Session]) -> None:
    """The controller knows what each of its processes did."""
    _, session = shared

    assert session.code == 0
    assert session.counts == {"passed": 3}
    assert sorted(session.outcomes) == NAMES
    assert {one.action for one in session.outcomes.values()} == {Action.RECORDED}


def test_processes_write_references_side_by_side(
    shared: tuple[Project, Session],
) -> None:
    """No reference is lost or half-written, and each was approved once."""
    project, _ = shared

    found = [project.store.read(entry.folder) for entry in project.store.entries()]

    assert [record.identity.experiment.rpartition("::")[2] for record in found] == NAMES
    assert {len(record.history) for record in found} == {1}


def test_summary_is_printed_once(shared: tuple[Project, Session]) -> None:
    """By the controller, after all is over."""
    _, session = shared

    assert session.output.count("= reproducibility =") == 1
    assert session.output.count("3 recorded · 3 experiments") == 1


def test_grouped_tests_keep_their_ids(
    shared: tuple[Project, Session], tmp_path: Path
) -> None:
    """A group may become part of a node id (pytest 9.0), and is none of ours."""
    project = shared[0].copy(tmp_path / "grouped")
    text = "import pytest\npytestmark = pytest.mark.xdist_group('gpu')\n"

    session = project.write({"test_walk_0.py": text + FILES["test_walk_0.py"]}).run(
        "--repro", "--dist", "loadgroup", *TWO, "test_walk_0.py", plugins=("xdist",)
    )

    assert session.code == 0
    assert session.outcomes["test_walk_0"].passed


def test_process_that_dies_takes_no_experiment_with_it(
    shared: tuple[Project, Session], tmp_path: Path
) -> None:
    """Another takes over; and after a crash nothing is known to be gone."""
    project = shared[0].copy(tmp_path / "dies")
    (project.root / "test_walk_2.py").unlink()

    session = project.run("--repro", "-n", "1", plugins=("xdist",))

    assert session.code == 1
    assert session.counts == {"failed": 1, "passed": 2}
    assert session.outcomes["test_walk_1"].passed
    assert session.problems == []


def test_no_processes_is_no_xdist(
    shared: tuple[Project, Session], tmp_path: Path
) -> None:
    """With ``-n 0`` everything happens here, as if xdist were not installed."""
    project = shared[0].copy(tmp_path / "none")

    session = project.run("--repro", "-n", "0", "test_walk_1.py", plugins=("xdist",))

    assert session.code == 0
    assert sorted(session.outcomes) == ["test_walk_1"]
