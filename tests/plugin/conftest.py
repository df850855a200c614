"""Projects to run sessions in: an empty one, and one with a recorded experiment."""

from pathlib import Path

import pytest

from tests.plugin.project import INI, WALK, Project, Session, share


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project without tests, as strict as pytest can be."""
    root = tmp_path / "project"
    root.mkdir()
    return Project(root).write({"pytest.ini": INI})


@pytest.fixture
def walk(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with one experiment, `test_walk.py::test_walk`, and its reference."""

    def build(project: Project) -> Session:
        return project.write({"test_walk.py": WALK}).record()

    shared, _ = share(tmp_path_factory, "walk", build)
    return shared.copy(tmp_path / "walk")
