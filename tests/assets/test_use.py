"""Naming a file by the digest of its bytes."""

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_repro.assets import hold, use
from pytest_repro.errors import ReproUsageError
from pytest_repro.records import AssetUse

LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"


@given(data=st.binary(max_size=300_000).filter(lambda data: data[:11] != LFS[:11]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_digest_is_sha256_of_the_bytes(tmp_path: Path, data: bytes) -> None:
    """Any content, of any length, has the digest that sha256sum prints."""
    path = tmp_path / "data.bin"
    path.write_bytes(data)

    found = use(path, name="data.bin")

    assert found == AssetUse(
        name="data.bin",
        digest=f"sha256:{hashlib.sha256(data).hexdigest()}",  # type: ignore[arg-type]  # text as it is stored
        size_bytes=len(data),
    )


def test_link_is_followed(tmp_path: Path) -> None:
    """Data sets are often linked from a shared disk; the bytes decide."""
    path = tmp_path / "data.bin"
    path.write_bytes(b"x")
    link = tmp_path / "link"
    link.symlink_to(path)

    assert use(link, name="a") == use(path, name="a")


@pytest.mark.parametrize(
    ("asked", "near"),
    [
        ("digit.npz", "near names  digits.npz"),
        ("digitz.npy", "near names  digits.npz"),
        ("photos.zip", "near names  none of 2 names is similar"),
    ],
)
def test_missing_file_names_near_ones(tmp_path: Path, asked: str, near: str) -> None:
    """A misspelt name is answered with the files that are there."""
    (tmp_path / "digits.npz").write_bytes(b"x")
    (tmp_path / "labels.csv").write_bytes(b"x")

    with pytest.raises(ReproUsageError) as caught:
        use(tmp_path / asked, name=f"data/{asked}")

    text = str(caught.value)
    assert text.startswith(f"asset 'data/{asked}' does not exist\n")
    assert near in text
    assert str(tmp_path) not in text


def test_missing_folder_is_named(tmp_path: Path) -> None:
    """If even the folder is missing, no file is to blame."""
    with pytest.raises(ReproUsageError, match="there is no folder 'dta'"):
        use(tmp_path / "dta" / "digits.npz", name="digits")


def test_file_used_as_a_folder_is_missing(tmp_path: Path) -> None:
    """A path through a file leads nowhere."""
    (tmp_path / "data").write_bytes(b"x")

    with pytest.raises(ReproUsageError, match="there is no folder 'data'"):
        use(tmp_path / "data" / "digits.npz", name="digits")


def test_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
    """Opening a pipe would wait for a writer for ever."""
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(ReproUsageError, match="a device or a pipe"):
        use(tmp_path / "pipe", name="pipe")


def test_lfs_pointer_is_refused_with_its_remedy(tmp_path: Path) -> None:
    """A checkout without git-LFS holds a note instead of the data."""
    path = tmp_path / "weights.bin"
    path.write_bytes(LFS)

    with pytest.raises(ReproUsageError, match=r"git lfs pull --include weights\.bin"):
        use(path, name="weights")


def test_name_that_no_file_can_have_is_refused(tmp_path: Path) -> None:
    """A zero byte in a name is an error of ours, not a crash."""
    with pytest.raises(ReproUsageError, match="cannot be read"):
        use(tmp_path / "a\0b", name="odd")


def test_unreadable_file_is_refused(tmp_path: Path) -> None:
    """A loop of links cannot be read, and the reason is given without the path."""
    (tmp_path / "loop").symlink_to("loop")

    with pytest.raises(ReproUsageError, match="cannot be read") as caught:
        use(tmp_path / "loop", name="loop")

    assert str(tmp_path) not in str(caught.value)


def test_held_file_remembers_where_it_is(tmp_path: Path) -> None:
    """What is held can be looked at again."""
    path = tmp_path / "data.bin"
    path.write_bytes(b"abc")

    held = hold(path, name="data")

    assert held.path == path
    assert held.use == use(path, name="data")
    assert held.stamp.size_bytes == 3
