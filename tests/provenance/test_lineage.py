"""How a work tree stands to a revision."""

from pathlib import Path

import pytest

from pytest_repro.errors import ReproUsageError
from pytest_repro.provenance import check_revision, files_since, is_ancestor
from tests.provenance.repository import git, make_repository


def test_every_kind_of_change_is_listed(tmp_path: Path) -> None:
    """Changed, deleted and new files count, and none that git ignores."""
    root = make_repository(tmp_path / "project")
    commit = check_revision(root, "HEAD")
    (root / "train.py").write_text("lr = 2\n")
    (root / "data.csv").unlink()
    (root / ".gitignore").write_text("ignored\n")
    (root / "ignored").write_text("")

    assert files_since(root, commit) == {".gitignore", "data.csv", "train.py"}


def test_history_has_a_direction(tmp_path: Path) -> None:
    """A commit is an ancestor of itself and of later ones, and of no earlier one."""
    root = make_repository(tmp_path / "project")
    first = check_revision(root, "main")
    git(root, "commit", "--quiet", "--allow-empty", "--message=second")
    second = check_revision(root, "main")

    assert is_ancestor(root, first, second)
    assert is_ancestor(root, second, second)
    assert not is_ancestor(root, second, first)
    assert not is_ancestor(root, "", second)
    assert not is_ancestor(root, "0" * 40, second)


@pytest.mark.parametrize("name", ["nowhere", "--all", "HEAD:train.py"])
def test_what_is_no_commit_is_refused(tmp_path: Path, name: str) -> None:
    """An unknown name, an option and a file are no revisions."""
    root = make_repository(tmp_path / "project")

    with pytest.raises(ReproUsageError, match="git knows no commit"):
        check_revision(root, name)


def test_a_folder_without_git_has_no_history(tmp_path: Path) -> None:
    """The reason is told."""
    with pytest.raises(ReproUsageError, match="not in a repository"):
        check_revision(tmp_path, "HEAD")
    with pytest.raises(ReproUsageError, match="git cannot say what changed"):
        files_since(tmp_path, "HEAD")
