"""`--repro-changed-since`: only what passed at commits of a revision counts."""

from pathlib import Path

import pytest

from pytest_repro.records import Action
from tests.plugin.project import INI, WALK, Project, Session, share
from tests.provenance.repository import git

FILES = {"pytest.ini": INI, "test_walk.py": WALK, ".gitignore": ".repro\n"}


@pytest.fixture
def passed(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project in git that passed at the commit of its branch `main`."""

    def build(project: Project) -> Session:
        project.write(FILES).record()
        git(project.root, "init", "--quiet", "--initial-branch=main")
        git(project.root, "add", "--all")
        git(project.root, "commit", "--quiet", "--message=first")
        return project.run("--repro")

    shared, _ = share(tmp_path_factory, "changed-since", build)
    return shared.copy(tmp_path / "since")


def test_what_passed_there_is_left_out(passed: Project) -> None:
    """A commit that touches no input leaves the experiment out."""
    passed.write({"README.md": "# Walking\n"})
    git(passed.root, "add", "--all")
    git(passed.root, "commit", "--quiet", "--message=second")

    session = passed.run("--repro-changed-since=main~1")

    assert session.outcomes["test_walk"].action is Action.UNCHANGED


def test_what_a_branch_found_of_itself_does_not_count(passed: Project) -> None:
    """What passed with changes of its own is no evidence from the main branch."""
    passed.write({"test_walk.py": WALK + "# one line more\n"})
    passed.run("--repro")

    of_itself = passed.run("--repro-changed").outcomes["test_walk"]
    of_main = passed.run("--repro-changed-since=main").outcomes["test_walk"]

    assert of_itself.action is Action.UNCHANGED
    assert of_main.action is Action.COMPARED
    assert "no comparison that held is known here" in of_main.message


def test_an_unknown_revision_is_refused(passed: Project) -> None:
    """Nothing is left out on the word of a revision that does not exist."""
    session = passed.run("--repro-changed-since=nowhere")

    assert session.code == pytest.ExitCode.USAGE_ERROR
    assert "git knows no commit 'nowhere' here" in session.output
