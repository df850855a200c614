"""One digest for a folder: the same wherever it lies, and another for any change."""

import os
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_repro.assets import check_unchanged, hash_tree, hold, use
from pytest_repro.digests import digest_of_bytes, digest_of_parts
from pytest_repro.errors import ReproUsageError

FILES = {"a.txt": b"one", "b/c.txt": b"two", "b/d/e.bin": b"\0" * 1000}

Change = Callable[[Path], object]


def grow(folder: Path) -> Path:
    """Write the sample tree."""
    for name, data in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    (folder / "empty").mkdir()
    return folder


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Offer the sample tree."""
    return grow(tmp_path / "tree")


def test_digest_is_that_of_its_definition(tree: Path) -> None:
    """Names and digests in the order of their bytes, folders with none."""
    found = hash_tree(tree, name="tree").digest

    names = sorted([*FILES, "b/", "b/d/", "empty/"])
    parts = [
        part
        for name in names
        for part in (
            name.encode(),
            bytes.fromhex(digest_of_bytes(FILES[name])[7:]) if name in FILES else b"",
        )
    ]
    assert found == digest_of_parts("sha256-tree-v1", tuple(parts))


def test_copy_elsewhere_has_the_same_digest(tree: Path, tmp_path: Path) -> None:
    """Neither place, nor times, nor permissions count."""
    copy = grow(tmp_path / "elsewhere" / "copy")
    (copy / "a.txt").chmod(0o600)
    os.utime(copy / "b" / "c.txt", (1, 1))

    assert use(copy, name="x").digest == use(tree, name="x").digest


CHANGES: dict[str, Change] = {
    "bytes": lambda tree: (tree / "a.txt").write_bytes(b"onE"),
    "a new file": lambda tree: (tree / "new").write_bytes(b""),
    "a lost file": lambda tree: (tree / "b" / "c.txt").unlink(),
    "another name": lambda tree: (tree / "a.txt").rename(tree / "a2.txt"),
    "another folder": lambda tree: (tree / "a.txt").rename(tree / "b" / "a.txt"),
    "a new empty folder": lambda tree: (tree / "class").mkdir(),
    "a lost empty folder": lambda tree: (tree / "empty").rmdir(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_gives_another_digest_and_is_found_after_a_run(
    tree: Path, change: str
) -> None:
    """What a program could see of a folder counts, and the files are named."""
    held = hold(tree, name="tree")
    CHANGES[change](tree)

    (found,) = check_unchanged([held])

    assert found.before == held.use.digest
    assert found.after not in {None, found.before}
    assert found.where


def test_two_names_cannot_run_into_each_other(tmp_path: Path) -> None:
    """An empty file `ab`, and two empty files `a` and `b`, are two folders."""
    for name, files in {"x": {"ab": b""}, "y": {"a": b"", "b": b""}}.items():
        (tmp_path / name).mkdir()
        for file, data in files.items():
            (tmp_path / name / file).write_bytes(data)

    digests = {use(tmp_path / name, name=name).digest for name in ("x", "y")}

    assert len(digests) == 2


def test_unchanged_tree_is_fine(tree: Path) -> None:
    """Reading and touching is no change."""
    held = hold(tree, name="tree")
    os.utime(tree / "a.txt", (1, 1))

    assert check_unchanged([held]) == ()


def test_tree_that_is_gone_is_found(tree: Path) -> None:
    """A folder that was moved away has no digest any more."""
    held = hold(tree, name="tree")
    tree.rename(tree.with_name("moved"))

    (found,) = check_unchanged([held])

    assert found.after is None


def link(tree: Path) -> None:
    """Plant a link."""
    (tree / "b" / "link").symlink_to("../a.txt")


def folder_link(tree: Path) -> None:
    """Plant a link to a folder."""
    (tree / "up").symlink_to("..")


def pipe(tree: Path) -> None:
    """Plant a pipe."""
    os.mkfifo(tree / "pipe")


def bytes_name(tree: Path) -> None:
    """Plant a name that is no UTF-8."""
    Path(os.fsdecode(os.fsencode(tree) + b"/caf\xe9")).write_bytes(b"")


def decomposed(tree: Path) -> None:
    """Plant a name whose accent is a character of its own."""
    (tree / unicodedata.normalize("NFD", "café")).write_bytes(b"")


@pytest.mark.parametrize(
    ("plant", "told"),
    [
        (link, "holds a link: b/link"),
        (folder_link, "holds a link: up"),
        (pipe, "holds a device or pipe: pipe"),
        (bytes_name, "no UTF-8: 'caf\\udce9'"),
        (decomposed, "not in Unicode's NFC"),
    ],
)
def test_what_another_machine_reads_otherwise_is_refused(
    tree: Path, plant: Change, told: str
) -> None:
    """Each with its name, and without the folder's own path."""
    plant(tree)

    with pytest.raises(ReproUsageError) as caught:
        hash_tree(tree, name="data")

    assert str(caught.value).startswith("asset 'data' holds a ")
    assert told in str(caught.value)
    assert str(tree) not in str(caught.value)


def test_composed_names_are_fine(tree: Path) -> None:
    """Letters of every script may be in a name."""
    (tree / "café-数据").write_bytes(b"")

    assert "café-数据" in {leaf.name for leaf in hash_tree(tree, name="x").leaves}


def test_linked_tree_is_followed(tree: Path, tmp_path: Path) -> None:
    """Data sets are often linked from a shared disk; only links inside are refused."""
    (tmp_path / "link").symlink_to(tree)

    assert use(tmp_path / "link", name="a") == use(tree, name="a")


def test_size_and_progress_count_every_file(tree: Path) -> None:
    """The last report is of all files."""
    heard: list[tuple[int, int, int]] = []

    found = hash_tree(tree, name="x", progress=lambda *n: heard.append(n))

    assert found.size_bytes == 1006
    assert heard == [(3, 3, 1006)]


@given(
    files=st.dictionaries(
        st.text("abc/é", min_size=1, max_size=5).filter(lambda t: "/" not in t),
        st.binary(max_size=600_000),
        max_size=4,
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
def test_each_leaf_has_the_sha256_of_its_bytes(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]
) -> None:
    """Files of any length, on both sides of the limit for one read."""
    folder = tmp_path_factory.mktemp("tree")
    for name, data in files.items():
        (folder / name).write_bytes(data)

    leaves = hash_tree(folder, name="x").leaves

    assert {leaf.name: f"sha256:{leaf.sha256.hex()}" for leaf in leaves} == {
        name: digest_of_bytes(data) for name, data in files.items()
    }
