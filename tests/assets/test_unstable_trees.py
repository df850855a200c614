"""Folders whose files change, vanish or fail while very many of them are hashed."""

import os
from errno import EIO
from pathlib import Path

import pytest

from pytest_repro.assets import hash_tree
from pytest_repro.digests import digest_of_bytes
from pytest_repro.errors import ReproUsageError

FILES = {f"{number % 3}/{number:03}.bin": b"%d" % number for number in range(100)}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Offer a folder that takes several batches."""
    for name, data in FILES.items():
        (tmp_path / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tree" / name).write_bytes(data)
    return tmp_path / "tree"


def test_leaves_of_many_batches_are_in_order_and_each_its_own(tree: Path) -> None:
    """No file gets the digest of another, however many are open at once."""
    heard: list[tuple[int, int, int]] = []

    found = hash_tree(tree, name="x", progress=lambda *n: heard.append(n))

    assert [(leaf.name, f"sha256:{leaf.sha256.hex()}") for leaf in found.leaves] == [
        (name, digest_of_bytes(FILES[name])) for name in sorted(FILES)
    ]
    assert heard == sorted(heard)
    assert heard[-1] == (100, 100, found.size_bytes)


def test_file_that_grows_while_it_waits_for_its_turn_is_refused(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was looked at when it was opened, and is longer when it is read."""
    true_advise = os.posix_fadvise

    def advise_and_write(descriptor: int, *rest: int) -> None:
        true_advise(descriptor, *rest)
        with (tree / "1" / "001.bin").open("ab") as file:
            file.write(b"!")

    monkeypatch.setattr(os, "posix_fadvise", advise_and_write)

    with pytest.raises(ReproUsageError, match=r"'1/001\.bin' changes while it is read"):
        hash_tree(tree, name="data")


def test_file_that_vanishes_before_its_turn_is_named(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its name in the folder, not by where the folder lies."""
    true_open = os.open

    def open_what_was_lost(path: str, flags: int) -> int:
        (tree / "2" / "050.bin").unlink(missing_ok=True)
        return true_open(path, flags)

    monkeypatch.setattr(os, "open", open_what_was_lost)

    with pytest.raises(ReproUsageError) as caught:
        hash_tree(tree, name="data")

    monkeypatch.undo()
    told = "asset 'data' cannot be read: No such file or directory: 2/050.bin"
    assert str(caught.value) == told


def test_disk_that_fails_leaves_no_file_open(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All files of a batch are closed, whichever of them failed."""

    def fail(*_: int) -> None:
        raise OSError(EIO, os.strerror(EIO))

    monkeypatch.setattr(os, "posix_fadvise", fail)
    before = sorted(Path("/proc/self/fd").iterdir())

    with pytest.raises(ReproUsageError, match=r"cannot be read: Input/output error$"):
        hash_tree(tree, name="data")

    assert sorted(Path("/proc/self/fd").iterdir()) == before
