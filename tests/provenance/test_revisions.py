"""Files of a revision: read from git's objects, whatever the repository would do."""

import shutil
from pathlib import Path, PurePosixPath

import pytest

from pytest_repro.errors import NoRevision, PointerRecord, RecordError, UnsafePath
from pytest_repro.provenance import Revisions
from tests.provenance.repository import git, make_repository

FOLDER = PurePosixPath("runs/it")
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Make a repository in which a folder has three states, the second on a branch."""
    root = make_repository(tmp_path / "project")
    write(root, "one")
    git(root, "checkout", "--quiet", "-b", "side")
    write(root, "two")
    git(root, "checkout", "--quiet", "main")
    git(root, "merge", "--quiet", "--no-ff", "-s", "ours", "side", "-m", "merged")
    write(root, "three")
    return root


def write(root: Path, text: str) -> None:
    """Give the folder another state, and commit it."""
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "a.txt").write_text(text)
    (folder / "b.txt").write_text("same")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", f"--message={text} of it")


def head(root: Path) -> str:
    """Name the last commit."""
    return git(root, "rev-parse", "HEAD")


def test_each_state_is_read_as_it_was(repository: Path) -> None:
    """Also one that lost against another side of a merge."""
    revisions = Revisions(repository)

    commits = revisions.commits_of(FOLDER)
    states = [revisions.files_at(one.name, FOLDER)["a.txt"] for one in commits]

    assert sorted({one.subject for one in commits} - {"merged"}) == [
        "one of it",
        "three of it",
        "two of it",
    ]
    assert set(states) == {b"one", b"two", b"three"}
    assert commits[0].date_utc.endswith("Z")


def test_the_work_tree_is_not_looked_at(repository: Path) -> None:
    """What is not committed is in no revision, and nothing is written."""
    before = git(repository, "status", "--porcelain")
    (repository / FOLDER / "a.txt").write_text("four")

    files = Revisions(repository).files_at(head(repository), FOLDER)

    assert files == {"a.txt": b"three", "b.txt": b"same"}
    assert before == ""


def test_a_project_below_the_top_is_its_own_root(repository: Path) -> None:
    """Paths are relative to the root of the project."""
    revisions = Revisions(repository / "runs")

    assert revisions.files_at(head(repository), PurePosixPath("it"))["b.txt"] == b"same"


def test_what_was_not_there_is_nothing(repository: Path) -> None:
    """An absent folder or file is no error."""
    revisions = Revisions(repository)

    assert revisions.files_at(head(repository), PurePosixPath("runs/other")) == {}
    assert revisions.file_at(head(repository), FOLDER / "c.txt") is None
    assert revisions.commits_of(PurePosixPath("runs/other")) == ()


@pytest.mark.parametrize("name", ["HEAD~99", "nonsense", "--output=x", "a\0b", ""])
def test_a_commit_that_does_not_exist_is_refused(repository: Path, name: str) -> None:
    """And no option of git slips in."""
    with pytest.raises(NoRevision, match="git knows no commit"):
        Revisions(repository).resolve(name)


def test_a_commit_is_found_by_any_of_its_names(repository: Path) -> None:
    """As git reads them."""
    revisions = Revisions(repository)

    assert revisions.resolve("HEAD") == revisions.resolve(head(repository)[:12])


@pytest.mark.parametrize(
    "place", [FOLDER / "a.txt", FOLDER, FOLDER.parent], ids=["file", "folder", "above"]
)
def test_a_link_in_a_tree_is_refused(repository: Path, place: PurePosixPath) -> None:
    """Wherever it stands on the way."""
    target = repository / place
    moved = repository / "moved"
    shutil.move(target, moved)
    target.symlink_to(moved)
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message=linked")

    with pytest.raises(UnsafePath, match="a symbolic link"):
        Revisions(repository).files_at(head(repository), FOLDER)


def test_a_submodule_in_a_tree_is_refused(repository: Path, tmp_path: Path) -> None:
    """Its files are in another repository."""
    make_repository(tmp_path / "other")
    git(repository, "rm", "-rq", str(FOLDER))
    shutil.rmtree(repository / FOLDER, ignore_errors=True)
    words = ("-c", "protocol.file.allow=always", "submodule", "add", "--quiet")
    git(repository, *words, str(tmp_path / "other"), str(FOLDER))
    git(repository, "commit", "--quiet", "--message=other")

    with pytest.raises(UnsafePath, match="a submodule"):
        Revisions(repository).files_at(head(repository), FOLDER)


def test_a_pointer_is_no_file(repository: Path) -> None:
    """Git-LFS keeps the content elsewhere."""
    (repository / FOLDER / "a.txt").write_bytes(POINTER)
    git(repository, "commit", "--quiet", "--all", "--message=pointer")

    with pytest.raises(PointerRecord, match="git-LFS pointer"):
        Revisions(repository).files_at(head(repository), FOLDER)


def test_a_shallow_clone_says_how_to_get_the_rest(
    repository: Path, tmp_path: Path
) -> None:
    """Older commits are missing there, and not unknown."""
    first = git(repository, "rev-list", "--max-parents=0", "HEAD")
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{repository}", "clone")
    revisions = Revisions(tmp_path / "clone")

    assert revisions.is_shallow
    with pytest.raises(NoRevision, match="git fetch --unshallow"):
        revisions.resolve(first)
    with pytest.raises(NoRevision, match="git fetch --unshallow"):
        revisions.files_at(first, FOLDER)


def test_an_object_that_is_missing_is_told(repository: Path) -> None:
    """As in a partial clone, from which nothing is fetched."""
    name = git(repository, "rev-parse", f"HEAD:{FOLDER}/a.txt")
    (repository / ".git" / "objects" / name[:2] / name[2:]).unlink()

    with pytest.raises(NoRevision, match="git fetch --refetch"):
        Revisions(repository).files_at(head(repository), FOLDER)


def test_without_a_repository_there_is_no_history(tmp_path: Path) -> None:
    """The reason is git's."""
    with pytest.raises(NoRevision, match="not in a repository"):
        Revisions(tmp_path)


def test_a_folder_of_very_many_files_is_refused(repository: Path) -> None:
    """No reference has so many."""
    for number in range(70):
        (repository / FOLDER / f"{number}.txt").write_text("")
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message=many")

    with pytest.raises(RecordError, match="over the limit of 64"):
        Revisions(repository).files_at(head(repository), FOLDER)


def test_names_that_git_would_read_as_patterns_are_names(repository: Path) -> None:
    """Stars, brackets and colons choose no other file."""
    wild = PurePosixPath("runs/*")

    assert Revisions(repository).files_at(head(repository), wild) == {}
    assert Revisions(repository).commits_of(PurePosixPath(":/runs")) == ()


def test_nothing_that_the_repository_names_is_run(repository: Path) -> None:
    """Neither a text converter, nor a filter, nor a signature checker, nor a pager."""
    trap = repository / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {repository}/sprung\ncat\n")
    trap.chmod(0o755)
    (repository / ".gitattributes").write_text("* diff=trap filter=trap\n")
    for key in (
        "diff.trap.textconv",
        "filter.trap.smudge",
        "core.pager",
        "gpg.program",
        "core.fsmonitor",
    ):
        git(repository, "config", key, str(trap))
    git(repository, "config", "log.showSignature", "true")
    revisions = Revisions(repository)

    revisions.commits_of(FOLDER)
    revisions.files_at(head(repository), FOLDER)

    assert not (repository / "sprung").exists()


def test_a_replaced_commit_is_not_believed(repository: Path) -> None:
    """Whoever has replaced objects sees what everybody else sees."""
    name = git(repository, "rev-parse", f"HEAD:{FOLDER}/a.txt")
    other = git(repository, "hash-object", "-w", "train.py")
    git(repository, "replace", name, other)

    files = Revisions(repository).files_at(head(repository), FOLDER)

    assert files["a.txt"] == b"three"
