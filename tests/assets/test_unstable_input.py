"""Finding the files that changed while an experiment ran."""

import dataclasses
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_repro.assets import Held, Unstable, check_unchanged, hold, use
from pytest_repro.digests import Digest
from pytest_repro.errors import ReproUsageError


@pytest.fixture
def held(tmp_path: Path) -> Held:
    """Offer a file that was hashed."""
    path = tmp_path / "data.bin"
    path.write_bytes(b"before")
    return hold(path, name="data")


def overwrite(path: Path) -> None:
    """Write in place, with the old size."""
    path.write_bytes(b"behind")


def overwrite_and_hide(path: Path) -> None:
    """Write in place, and set the old time again."""
    status = path.stat()
    path.write_bytes(b"behind")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def replace(path: Path) -> None:
    """Move another file of the same size and time into its place."""
    status = path.stat()
    other = path.with_name("other")
    other.write_bytes(b"behind")
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    other.replace(path)


def append(path: Path) -> None:
    """Make it longer."""
    with path.open("ab") as file:
        file.write(b"!")


@pytest.mark.parametrize("change", [overwrite, overwrite_and_hide, replace, append])
def test_changed_file_is_found(held: Held, change: Callable[[Path], None]) -> None:
    """However a file was changed, the change is found, with both digests."""
    change(held.path)

    found = check_unchanged([held])

    after = use(held.path, name="data").digest
    assert found == (Unstable(name="data", before=held.use.digest, after=after),)
    assert after != held.use.digest


def test_file_that_is_gone_is_found(held: Held) -> None:
    """A deleted file has no digest any more."""
    held.path.unlink()

    (found,) = check_unchanged([held])

    assert found.after is None


def test_unchanged_file_is_fine(held: Held) -> None:
    """Reading a file is no change."""
    held.path.read_bytes()

    assert check_unchanged([held, held]) == ()


def test_new_stamp_on_the_same_bytes_is_fine(held: Held) -> None:
    """A file that was touched, or restored from a copy, is hashed again and passes."""
    os.utime(held.path, (1, 1))

    assert check_unchanged([held]) == ()


def test_small_file_is_hashed_whatever_its_stamp_says(held: Held) -> None:
    """Two writes within one tick of the clock leave one stamp, and are found."""
    overwrite(held.path)
    same_tick = dataclasses.replace(held, stamp=hold(held.path, name="data").stamp)

    assert [found.name for found in check_unchanged([same_tick])] == ["data"]


def test_large_file_is_trusted_by_its_stamp(tmp_path: Path) -> None:
    """Gigabytes are not hashed again unless the file system says that they changed."""
    path = tmp_path / "large.bin"
    with path.open("wb") as file:
        file.truncate(64 * 2**20)
    held = hold(path, name="large")
    other = dataclasses.replace(held.use, digest=Digest("sha256:00"))

    assert check_unchanged([dataclasses.replace(held, use=other)]) == ()
    append(path)
    assert [found.name for found in check_unchanged([held])] == ["large"]


def test_only_changed_files_are_named_in_order(tmp_path: Path) -> None:
    """Of several files those that changed are listed, in the order given."""
    every = []
    for name in ("c", "a", "b"):
        (tmp_path / name).write_bytes(b"before")
        every.append(hold(tmp_path / name, name=name))
    overwrite(tmp_path / "b")
    overwrite(tmp_path / "c")

    assert [found.name for found in check_unchanged(every)] == ["c", "b"]


def test_file_that_changes_while_it_is_hashed_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that somebody is writing has no digest worth keeping."""
    path = tmp_path / "growing.bin"
    path.write_bytes(b"before")
    true_digest = hashlib.file_digest

    def digest_while_writing(*arguments: object) -> object:
        append(path)
        return true_digest(*arguments)  # type: ignore[arg-type]  # passed through

    monkeypatch.setattr(hashlib, "file_digest", digest_while_writing)

    with pytest.raises(ReproUsageError, match="changes while it is read"):
        hold(path, name="growing")
