"""The golden path's file is replaced as a whole, or not at all."""

import os
from pathlib import Path

import pytest

from pytest_repro.digests import digest_of_bytes
from pytest_repro.errors import StoreBusy, StoreReadOnly, UnsafePath
from pytest_repro.policy.golden import GoldenPath, Pin
from pytest_repro.policy.golden_text import with_pin
from pytest_repro.references import ReferenceStore
from pytest_repro.replication.golden_file import read_file, write_file

PIN = Pin(
    experiment="a.py::b",
    environment="mars",
    owner="alice",
    sums=digest_of_bytes(b"sums"),
)
PATH = with_pin(GoldenPath(), PIN)


@pytest.fixture
def store(tmp_path: Path) -> ReferenceStore:
    """A store with nothing in it."""
    (tmp_path / "reference_runs").mkdir()
    return ReferenceStore(tmp_path / "reference_runs")


def names(store: ReferenceStore) -> list[str]:
    """List what lies in the folder of the store."""
    return sorted(path.name for path in store.root.iterdir())


def test_what_was_written_is_read(store: ReferenceStore) -> None:
    """And nothing else is left behind."""
    write_file(store, PATH, before=None)

    file = read_file(store)

    assert file is not None
    assert file.path == PATH
    assert file.shown == "reference_runs/golden.toml"
    assert names(store) == ["golden.toml"]


def test_a_project_without_a_path_has_none(store: ReferenceStore) -> None:
    """That is no error, with or without a folder of references."""
    assert read_file(store) is None
    assert read_file(ReferenceStore(store.root / "absent")) is None


def test_what_a_crash_left_behind_is_cleared_away(store: ReferenceStore) -> None:
    """A draft of an interrupted writer is in nobody's way."""
    (store.root / ".golden.toml.unfinished").write_text("half")

    write_file(store, PATH, before=None)

    assert names(store) == ["golden.toml"]


def test_what_somebody_else_wrote_meanwhile_stays(store: ReferenceStore) -> None:
    """The later writer is told, and loses nothing of the earlier one's."""
    write_file(store, PATH, before=None)
    seen = (store.root / "golden.toml").read_bytes()
    (store.root / "golden.toml").write_text("changed by hand")

    with pytest.raises(StoreBusy, match="was changed meanwhile"):
        write_file(store, GoldenPath(), before=seen)

    assert (store.root / "golden.toml").read_text() == "changed by hand"
    assert names(store) == ["golden.toml"]


def test_a_link_is_not_followed(store: ReferenceStore, tmp_path: Path) -> None:
    """Whoever plants one must not choose what is read."""
    (tmp_path / "elsewhere.toml").write_text('format = "pytest-repro/golden 1"\n')
    (store.root / "golden.toml").symlink_to(tmp_path / "elsewhere.toml")

    with pytest.raises(UnsafePath, match="a symbolic link"):
        read_file(store)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_told(store: ReferenceStore) -> None:
    """With the file at fault."""
    store.root.chmod(0o555)

    with pytest.raises(StoreReadOnly, match=r"golden\.toml"):
        write_file(store, PATH, before=None)
