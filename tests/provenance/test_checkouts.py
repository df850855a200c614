"""A project with some files as they were, asked of real repositories."""

from pathlib import Path

import pytest

from pytest_repro.provenance.checkouts import changes_since, link_checkout
from tests.provenance.repository import git


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a project with one commit."""
    root = tmp_path / "project"
    (root / "src").mkdir(parents=True)
    (root / "src" / "train.py").write_text("rate = 0.1\n")
    (root / "src" / "data.py").write_text("rows = 8\n")
    (root / "gone.py").write_text("gone = 1\n")
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "first")
    return root


def test_every_change_is_listed_with_its_past(project: Path) -> None:
    """Changed, deleted and new files come with what they were, by path."""
    commit = git(project, "rev-parse", "HEAD")
    (project / "src" / "train.py").write_text("rate = 0.2\n")
    (project / "gone.py").unlink()
    (project / "new.py").write_text("new = 1\n")
    (project / "notes.txt").write_text("not code\n")

    found = changes_since(project, commit)

    assert [(one.path, one.before) for one in found] == [
        ("gone.py", b"gone = 1\n"),
        ("new.py", None),
        ("src/train.py", b"rate = 0.1\n"),
    ]
    assert found[2].diff == ("-rate = 0.1", "+rate = 0.2")


def test_a_commit_that_git_does_not_know_has_no_changes(project: Path) -> None:
    """Nothing can be put back then, and that is no error."""
    assert changes_since(project, "0" * 40) == ()


def test_some_changes_are_taken_back_and_the_rest_is_linked(project: Path) -> None:
    """One file is as it was, its neighbour is that of the work tree."""
    commit = git(project, "rev-parse", "HEAD")
    (project / "src" / "train.py").write_text("rate = 0.2\n")
    (project / "src" / "data.py").write_text("rows = 9\n")
    (project / "new.py").write_text("new = 1\n")
    (project / "data.bin").write_bytes(b"untracked")
    folder = project / ".repro" / "checkout"
    folder.mkdir(parents=True)
    wanted = [
        change
        for change in changes_since(project, commit)
        if change.path in {"src/train.py", "new.py"}
    ]

    link_checkout(project, folder, wanted)

    assert (folder / "src" / "train.py").read_text() == "rate = 0.1\n"
    assert (folder / "src" / "data.py").read_text() == "rows = 9\n"
    assert (folder / "data.bin").read_bytes() == b"untracked"
    assert not (folder / "new.py").exists()
    assert (project / "src" / "train.py").read_text() == "rate = 0.2\n"


def test_a_deleted_file_is_there_again(project: Path) -> None:
    """What the commit had and the work tree has not can be put back."""
    commit = git(project, "rev-parse", "HEAD")
    (project / "src" / "data.py").unlink()
    folder = project / ".repro" / "checkout"
    folder.mkdir(parents=True)

    link_checkout(project, folder, changes_since(project, commit))

    assert (folder / "src" / "data.py").read_text() == "rows = 8\n"
    assert not (project / "src" / "data.py").exists()
