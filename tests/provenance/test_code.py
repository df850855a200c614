"""Which code ran: commit, changes since, and why nothing is known."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from pytest_repro import canonical
from pytest_repro.digests import digest_of_bytes, parse_digest
from pytest_repro.provenance import collect_code
from pytest_repro.provenance.code import KNOWN
from pytest_repro.provenance.git import Absence, Git, GitError
from tests.provenance.repository import git, make_repository


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Offer a clean repository."""
    return make_repository(tmp_path / "project")


def collect(root: Path) -> dict[str, canonical.Json]:
    """Describe the code of `train.py`."""
    return collect_code(root, root / "train.py")


def dirty_digest(root: Path) -> str:
    """Digest the changes, which must exist."""
    found = collect(root)
    assert found["is_dirty"] is True
    return parse_digest(str(found["dirty_digest"]))


def test_clean_checkout_is_its_commit(repository: Path) -> None:
    """Without changes, commit and tree say everything."""
    found = collect(repository)

    assert found == {
        "state": KNOWN,
        "source": "train.py",
        "source_digest": digest_of_bytes(b"lr = 1\n"),
        "commit": git(repository, "rev-parse", "HEAD"),
        "tree": git(repository, "rev-parse", "HEAD^{tree}"),
        "is_dirty": False,
        "dirty_digest": None,
        "remote": None,
        "is_shallow": False,
        "has_submodules": False,
    }


def test_description_fits_into_a_record(repository: Path) -> None:
    """What is said of the code survives the strict reader unchanged."""
    found = collect(repository)

    assert canonical.loads(canonical.dumps(found)) == found


def test_equal_changes_have_equal_digests(repository: Path) -> None:
    """The digest depends on the changed bytes, and comes back with them."""
    file = repository / "train.py"
    file.write_text("lr = 2\n", encoding="utf-8")
    first = dirty_digest(repository)
    file.write_text("lr = 3\n", encoding="utf-8")
    second = dirty_digest(repository)
    file.write_text("lr = 2\n", encoding="utf-8")

    assert first != second
    assert dirty_digest(repository) == first


def test_touched_file_is_clean(repository: Path) -> None:
    """A new time stamp is no change."""
    os.utime(repository / "train.py", (1, 1))

    assert collect(repository)["is_dirty"] is False


def test_deleting_staging_and_linking_are_different_changes(repository: Path) -> None:
    """Each way to change a file is seen and told from the others."""
    file = repository / "data.csv"
    file.unlink()
    deleted = dirty_digest(repository)
    file.symlink_to("train.py")
    linked = dirty_digest(repository)
    file.unlink()
    file.write_text("1,2,3\n", encoding="utf-8")
    git(repository, "add", "data.csv")
    staged = dirty_digest(repository)

    assert len({deleted, linked, staged}) == 3


def test_new_python_file_is_a_change(repository: Path) -> None:
    """A module that was never added can change results; new data files are assets."""
    (repository / "notes.txt").write_text("x", encoding="utf-8")
    (repository / ".gitignore").write_text("ignored.py\n.gitignore\n", encoding="utf-8")
    (repository / "ignored.py").write_text("x", encoding="utf-8")
    clean = collect(repository)
    (repository / "new.py").write_text("x = 1\n", encoding="utf-8")

    assert clean["is_dirty"] is False
    assert dirty_digest(repository)


def test_root_may_be_a_folder_of_the_repository(repository: Path) -> None:
    """Changes anywhere in the repository count, and paths stay relative."""
    root = repository / "inner"
    root.mkdir()
    (repository / "new.py").write_text("x = 1\n", encoding="utf-8")

    found = collect_code(root, repository / "train.py")

    assert found["is_dirty"] is True
    assert found["source"] == "train.py"


def test_names_that_need_quoting_are_read(repository: Path) -> None:
    """Spaces, line ends and other scripts in file names do not confuse anything."""
    (repository / "zwölf\n äpfel.py").write_text("x = 1\n", encoding="utf-8")
    git(repository, "add", ".")

    first = dirty_digest(repository)

    (repository / "zwölf\n äpfel.py").write_text("x = 2\n", encoding="utf-8")
    assert dirty_digest(repository) != first


def test_remote_has_no_password(repository: Path) -> None:
    """The address of the remote is kept without what logs in, and unexpanded."""
    git(repository, "remote", "add", "origin", "https://bob:s3cret@example.org/a.git")
    git(repository, "config", "url.https://t0ken@example.org/.insteadOf", "https://")

    assert collect(repository)["remote"] == "https://example.org/a.git"


def test_folder_outside_a_repository_has_no_version(tmp_path: Path) -> None:
    """No repository is a value, not an error; the source is still digested."""
    (tmp_path / "train.py").write_text("lr = 1\n", encoding="utf-8")

    found = collect(tmp_path)

    assert found == {
        "state": Absence.NO_REPOSITORY.value,
        "source": "train.py",
        "source_digest": digest_of_bytes(b"lr = 1\n"),
    }


def test_repository_without_a_commit_has_no_version(tmp_path: Path) -> None:
    """A repository in which nothing was committed says so."""
    git(tmp_path, "init", "--quiet")

    assert collect(tmp_path)["state"] == Absence.NO_COMMIT.value


def test_missing_git_is_a_value(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine without git runs experiments all the same."""
    monkeypatch.setenv("PATH", "")

    assert collect(repository)["state"] == Absence.NO_GIT.value


def test_git_of_the_project_is_not_run(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With `.` on the path, a program named git in the checkout stays unused."""
    planted = repository / "git"
    planted.write_text("#!/bin/sh\ntouch ran\n", encoding="utf-8")
    planted.chmod(0o755)
    monkeypatch.chdir(repository)
    monkeypatch.setenv("PATH", ".")

    assert collect(repository)["state"] == Absence.NO_GIT.value
    assert not (repository / "ran").exists()


def test_variables_of_a_hook_are_ignored(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Inside a git hook, GIT_DIR names the hook's repository, not this one."""
    other = make_repository(tmp_path / "other")
    git(other, "commit", "--quiet", "--allow-empty", "--message=second")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))

    assert collect(repository)["commit"] == git(repository, "rev-parse", "HEAD")


def test_slow_git_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A git that hangs, on a dead network drive say, does not hang a run."""
    slow = tmp_path / "git"
    slow.write_text(f"#!{sys.executable}\nimport time\ntime.sleep(60)\n", "utf-8")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(GitError) as caught:
        Git(tmp_path, timeout_s=0.2)

    assert caught.value.absence is Absence.TIMED_OUT


def test_broken_repository_is_a_value(repository: Path) -> None:
    """Lost objects make git fail, and nothing else."""
    shutil.rmtree(repository / ".git" / "objects")
    (repository / ".git" / "objects").mkdir()

    assert collect(repository)["state"] != KNOWN


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_repository_of_somebody_else_is_a_value(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A foreign repository, as in many containers, is refused by git."""
    monkeypatch.setenv("HOME", str(tmp_path))
    os.chown(repository, 12345, 12345)
    os.chown(repository / ".git", 12345, 12345)

    assert collect(repository)["state"] == Absence.REFUSED.value


def test_shallow_clone_is_told(repository: Path, tmp_path: Path) -> None:
    """A clone without history is known and marked."""
    git(repository, "commit", "--quiet", "--allow-empty", "--message=second")
    git(tmp_path, "clone", "--quiet", "--depth=1", repository.as_uri(), "shallow")

    found = collect(tmp_path / "shallow")

    assert found["is_shallow"] is True
    assert found["remote"] == "local"


def test_submodule_is_told(repository: Path, tmp_path: Path) -> None:
    """A repository with submodules is read; a moved submodule is a change."""
    inner = make_repository(tmp_path / "inner")
    allowed = ("-c", "protocol.file.allow=always")
    git(repository, *allowed, "submodule", "--quiet", "add", inner.as_uri(), "lib")
    git(repository, "commit", "--quiet", "--message=lib")
    before = collect(repository)
    git(repository / "lib", "commit", "--quiet", "--allow-empty", "--message=moved")

    assert before["has_submodules"] is True
    assert before["is_dirty"] is False
    assert dirty_digest(repository)


def test_missing_lfs_is_a_value(repository: Path) -> None:
    """A changed file under a required LFS filter is read with or without git-lfs."""
    attributes = "*.csv filter=lfs\n"
    (repository / ".git" / "info" / "attributes").write_text(attributes, "utf-8")
    git(repository, "config", "filter.lfs.clean", "git-lfs clean -- %f")
    git(repository, "config", "filter.lfs.required", "true")
    (repository / "data.csv").write_text("3,4\n", encoding="utf-8")

    assert collect(repository)["state"] in {KNOWN, Absence.UNREADABLE.value}


def test_source_may_be_named_from_the_root(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relative source is looked for in the project, wherever the process stands."""
    monkeypatch.chdir(tmp_path)

    assert collect_code(repository, Path("train.py")) == collect(repository)


def test_source_that_is_gone_has_no_digest(repository: Path) -> None:
    """A test made in memory has no file, and that is no error."""
    found = collect_code(repository, repository / "nowhere.py")

    assert (found["source"], found["source_digest"]) == ("nowhere.py", None)
