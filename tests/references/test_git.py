"""What git does to references: conflicts instead of mixtures, and no line endings."""

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_repro.errors import CorruptRecord, LineEndingError
from pytest_repro.records import Match, RunRecord
from pytest_repro.references import FILES, ReferenceStore
from tests.references.samples import EXPERIMENT, environment, seed_result, small_record

Git = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


@pytest.fixture
def git(tmp_path: Path) -> Git:
    """Provide git in a fresh repository, untouched by the machine's own settings."""
    project = tmp_path / "project"
    project.mkdir()
    variables = {
        "HOME": str(tmp_path),
        "PATH": os.environ["PATH"],
        "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{who}_NAME": "someone" for who in ("AUTHOR", "COMMITTER")},
        **{f"GIT_{who}_EMAIL": "a@example.org" for who in ("AUTHOR", "COMMITTER")},
    }

    def run(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["git", *arguments],  # noqa: S607  # whichever git people use
            cwd=project,
            env=variables,
            check=check,
            capture_output=True,
            text=True,
        )

    run("init", "--initial-branch=main")
    return run


@pytest.fixture
def store(tmp_path: Path, git: Git) -> ReferenceStore:
    """Provide a store in that repository, with one reference committed."""
    made = ReferenceStore(tmp_path / "project/reference_runs")
    made.write(small_record())
    commit(git, "record")
    return made


def commit(git: Git, message: str) -> None:
    """Commit everything that git sees."""
    git("add", "--all")
    git("commit", "--message", message)


def with_seed(seed: int) -> RunRecord:
    """Change the reference in its table of seeds only."""
    record = small_record()
    return replace(record, seeds=(record.seeds[0], seed_result(seed, [("m", 1.0)])))


def test_git_sees_references_and_nothing_else(git: Git, store: ReferenceStore) -> None:
    """Locks and temporary folders are never committed."""
    files = git("ls-files").stdout.splitlines()

    assert (store.root / ".staging").is_dir()
    assert git("status", "--porcelain", "--untracked-files=all").stdout == ""
    assert sorted({Path(name).name for name in files}) == sorted(
        [".gitattributes", "FORMAT", *FILES]
    )


def test_two_updates_of_one_reference_conflict(git: Git, store: ReferenceStore) -> None:
    """Two branches that both rewrite a reference cannot be merged silently."""
    git("checkout", "-b", "theirs")
    store.write(small_record(value=0.5))
    commit(git, "theirs")
    git("checkout", "main")
    store.write(small_record(value=0.75))
    commit(git, "ours")

    merge = git("merge", "theirs", check=False)

    assert merge.returncode == 1
    assert "CONFLICT" in merge.stdout
    assert store.find(EXPERIMENT, environment()).record == small_record(value=0.75)


def test_updates_of_different_tables_do_not_blend(
    git: Git, store: ReferenceStore
) -> None:
    """Git would take each table from the side that changed it; the sums say no."""
    git("checkout", "-b", "theirs")
    store.write(with_seed(8))
    commit(git, "theirs")
    git("checkout", "main")
    changed = small_record()
    store.write(replace(changed, state=changed.state[:1]))
    commit(git, "ours")

    merge = git("merge", "theirs", check=False)

    assert merge.returncode == 1
    with pytest.raises(CorruptRecord, match=r"seeds\.tsv is not what was") as caught:
        store.find(EXPERIMENT, environment())
    git(*caught.value.remedy.split("'")[1].split()[1:])
    assert store.find(EXPERIMENT, environment()).match is Match.EXACT


@pytest.mark.parametrize(
    ("side", "record"),
    [("HEAD", small_record(value=0.75)), ("MERGE_HEAD", with_seed(8))],
)
def test_side_chosen_by_the_remedy_is_whole(
    git: Git, store: ReferenceStore, side: str, record: RunRecord
) -> None:
    """What the message says to type resolves the conflict, for either side."""
    git("checkout", "-b", "theirs")
    store.write(with_seed(8))
    commit(git, "theirs")
    git("checkout", "main")
    store.write(small_record(value=0.75))
    commit(git, "ours")
    git("merge", "theirs", check=False)

    git("checkout", side, "--", "reference_runs")

    assert store.find(EXPERIMENT, environment()).record == record


def test_clone_that_converts_line_endings_verifies(
    git: Git, store: ReferenceStore, tmp_path: Path
) -> None:
    """`core.autocrlf=true` leaves references alone, thanks to `.gitattributes`."""
    clone = tmp_path / "clone"

    git("clone", "--config", "core.autocrlf=true", ".", str(clone))

    copy = ReferenceStore(clone / "reference_runs")
    assert copy.find(EXPERIMENT, environment()).record == small_record()
    assert store.root != copy.root


def test_clone_without_attributes_is_told_apart_from_damage(
    git: Git, store: ReferenceStore, tmp_path: Path
) -> None:
    """Where somebody removed `.gitattributes`, the message names the line endings."""
    (store.root / ".gitattributes").unlink()
    commit(git, "remove")
    clone = tmp_path / "clone"

    git("clone", "--config", "core.autocrlf=true", ".", str(clone))

    copy = ReferenceStore(clone / "reference_runs")
    with pytest.raises(LineEndingError, match="CRLF"):
        copy.find(EXPERIMENT, environment())


def test_damage_is_mended_by_the_command_in_the_message(
    git: Git, store: ReferenceStore
) -> None:
    """`git restore` with the folder from the message brings the reference back."""
    folder = store.entries()[0].folder
    (folder / "trace.tsv").write_bytes(b"damaged")
    with pytest.raises(CorruptRecord) as caught:
        store.find(EXPERIMENT, environment())
    command = caught.value.remedy.split("'")[1].split()

    git(*command[1:])

    assert store.find(EXPERIMENT, environment()).record == small_record()
