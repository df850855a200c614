"""No link is ever followed: not to read, not to write, not to list (T11, T18)."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_repro.errors import UnsafePath
from pytest_repro.references import FILES, ReferenceStore
from pytest_repro.references.folders import Folder
from tests.references.samples import EXPERIMENT, environment, small_record

PARTS = [
    "experiments",
    "experiments/test_digits.py",
    "experiments/test_digits.py/test_digits_cnn",
    "experiments/test_digits.py/test_digits_cnn/linux-x86_64-avx2-cpu-2.13",
]


@pytest.fixture
def store(tmp_path: Path) -> ReferenceStore:
    """Provide a store that holds the small record."""
    made = ReferenceStore(tmp_path / "reference_runs")
    made.write(small_record())
    return made


def replace_by_link(path: Path, outside: Path) -> None:
    """Move something out of the store, and leave a link to it."""
    path.rename(outside)
    path.symlink_to(outside)


USES: list[Callable[[ReferenceStore], object]] = [
    lambda store: store.find(EXPERIMENT, environment()),
    lambda store: store.read(store.root / PARTS[-1]),
    lambda store: store.entries(),
    lambda store: store.write(small_record(value=0.5)),
]
NAMES = ["find", "read", "entries", "write"]


@pytest.mark.parametrize("use", USES, ids=NAMES)
@pytest.mark.parametrize("part", PARTS)
def test_linked_folder_is_refused(
    store: ReferenceStore,
    tmp_path: Path,
    part: str,
    use: Callable[[ReferenceStore], object],
) -> None:
    """Every folder on the way is looked at, not only the last."""
    outside = tmp_path / "outside"
    replace_by_link(store.root / part, outside)
    before = sorted((path, path.stat().st_mtime_ns) for path in outside.rglob("*"))

    with pytest.raises(UnsafePath, match="symbolic link"):
        use(store)

    after = sorted((path, path.stat().st_mtime_ns) for path in outside.rglob("*"))
    assert after == before


@pytest.mark.parametrize("use", USES, ids=NAMES)
def test_linked_store_is_refused(
    store: ReferenceStore, tmp_path: Path, use: Callable[[ReferenceStore], object]
) -> None:
    """Nor may the store itself be a link that somebody committed."""
    replace_by_link(store.root, tmp_path / "outside")

    with pytest.raises(UnsafePath, match="symbolic link"):
        use(store)


@pytest.mark.parametrize("name", FILES)
def test_linked_file_is_refused(
    store: ReferenceStore, tmp_path: Path, name: str
) -> None:
    """Even if the content is the right one."""
    replace_by_link(store.root / PARTS[-1] / name, tmp_path / "outside")

    with pytest.raises(UnsafePath, match="symbolic link") as caught:
        store.find(EXPERIMENT, environment())
    assert caught.value.path.endswith(name)


def test_link_to_a_secret_does_not_show_it(
    store: ReferenceStore, tmp_path: Path
) -> None:
    """An error about a linked file does not print what the link leads to."""
    (tmp_path / "secret").write_text("token 123")
    path = store.root / PARTS[-1] / "seeds.tsv"
    path.unlink()
    path.symlink_to(tmp_path / "secret")

    with pytest.raises(UnsafePath) as caught:
        store.find(EXPERIMENT, environment())
    assert "token" not in str(caught.value)


def test_linked_format_file_is_refused(store: ReferenceStore, tmp_path: Path) -> None:
    """`FORMAT` is read before anything else, and just as carefully."""
    replace_by_link(store.root / "FORMAT", tmp_path / "outside")

    with pytest.raises(UnsafePath):
        store.find(EXPERIMENT, environment())


@pytest.mark.parametrize("what", ["area", "staging"])
def test_linked_staging_area_is_refused(
    store: ReferenceStore, tmp_path: Path, what: str
) -> None:
    """A lock or a temporary file is not created behind a link."""
    (area,) = (path for path in (store.root / ".staging").iterdir() if path.is_dir())
    outside = tmp_path / "outside"
    replace_by_link(area if what == "area" else area.parent, outside)
    before = sorted(outside.rglob("*"))

    with pytest.raises(UnsafePath, match="symbolic link"):
        store.write(small_record(value=0.5))
    assert sorted(outside.rglob("*")) == before


def test_linked_lock_is_refused(store: ReferenceStore, tmp_path: Path) -> None:
    """A lock file that is a link would create or truncate a file elsewhere."""
    (lock,) = (store.root / ".staging").glob("*/lock")
    lock.unlink()
    lock.symlink_to(tmp_path / "created")

    with pytest.raises(OSError, match="symbolic links"):
        store.write(small_record(value=0.5))
    assert not (tmp_path / "created").exists()


def test_link_that_appears_while_reading_is_refused(
    store: ReferenceStore, tmp_path: Path
) -> None:
    """A folder that is held stays that folder, and the next name is checked again."""
    with Folder.open(store.root, shown="store") as root:
        with root.enter("experiments") as held:
            replace_by_link(store.root / "experiments", tmp_path / "outside")
            same = held.names()
        with pytest.raises(UnsafePath):
            root.enter("experiments")

    assert same == ["test_digits.py"]
