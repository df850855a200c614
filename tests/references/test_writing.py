"""A write replaces one reference as a whole, and touches nothing else."""

import stat
from pathlib import Path, PurePosixPath

import pytest

from pytest_repro.errors import (
    CorruptRecord,
    FutureFormat,
    RecordError,
    StoreBusy,
    StoreError,
)
from pytest_repro.records import Match
from pytest_repro.references import (
    FILES,
    ReferenceStore,
    encode,
    read_record,
    write_record,
)
from pytest_repro.references.folders import Folder
from pytest_repro.references.replacement import locked
from tests.references.samples import EXPERIMENT, edited, environment, small_record

KEY = "linux-x86_64-avx2-cpu-2.13"
FOLDER = f"experiments/test_digits.py/test_digits_cnn/{KEY}"


@pytest.fixture
def store(tmp_path: Path) -> ReferenceStore:
    """Provide an empty store."""
    return ReferenceStore(tmp_path / "reference_runs", lock_timeout_s=0.2)


def tree(root: Path) -> dict[str, bytes]:
    """Read every file that git would see."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".staging" not in path.parts
    }


def test_first_write_makes_the_store(store: ReferenceStore) -> None:
    """`FORMAT`, `.gitattributes`, the five files of the reference, and nothing else."""
    folder = store.write(small_record())

    assert folder == store.root / FOLDER
    found = tree(store.root)
    assert sorted(found) == sorted(
        ["FORMAT", ".gitattributes", *(f"{FOLDER}/{name}" for name in FILES)]
    )
    assert found["FORMAT"] == b"pytest-repro/references 1\n"
    assert found[".gitattributes"].endswith(b"* -text -merge\n")
    assert store.read(folder) == small_record()


def test_files_have_the_permissions_of_other_files(
    store: ReferenceStore, tmp_path: Path
) -> None:
    """References are for everyone who may read the repository."""
    (tmp_path / "ordinary").write_text("")
    ordinary = stat.S_IMODE((tmp_path / "ordinary").stat().st_mode)

    folder = store.write(small_record())

    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == {ordinary}


def test_rewrite_replaces_every_file(store: ReferenceStore) -> None:
    """After an update the folder holds the new files, whole."""
    store.write(small_record())

    folder = store.write(small_record(value=0.5))

    assert {path.name: path.read_bytes() for path in folder.iterdir()} == encode(
        small_record(value=0.5)
    )


def test_identical_bytes_are_not_written_again(store: ReferenceStore) -> None:
    """The folder keeps its very inode, so nothing has to be backed up again."""
    before = store.write(small_record()).stat()

    after = store.write(small_record()).stat()

    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_writing_one_reference_leaves_the_others_alone(store: ReferenceStore) -> None:
    """Updating never deletes, and never touches a neighbour."""
    store.write(small_record())
    store.write(small_record("experiments/test_digits.py::test_digits_mlp"))
    before = tree(store.root)

    store.write(small_record(value=0.5))

    after = tree(store.root)
    changed = {name for name in before if before[name] != after[name]}
    assert sorted(after) == sorted(before)
    assert changed == {
        f"{FOLDER}/{name}" for name in ("SHA256SUMS", "seeds.tsv", "trace.tsv")
    }


def test_files_of_the_store_are_written_once(store: ReferenceStore) -> None:
    """What people changed in `.gitattributes` stays."""
    store.write(small_record())
    (store.root / ".gitattributes").write_text("* -text -merge diff\n")

    store.write(small_record(value=0.5))

    assert (store.root / ".gitattributes").read_text() == "* -text -merge diff\n"


def test_rewrite_drops_the_signature_of_the_older_state(store: ReferenceStore) -> None:
    """A signature speaks of the bytes that it signed."""
    folder = store.write(small_record())
    (folder / "run.dsse.json").write_text("{}")

    store.write(small_record())
    kept = (folder / "run.dsse.json").exists()
    store.write(small_record(value=0.5))

    assert kept
    assert not (folder / "run.dsse.json").exists()


@pytest.mark.parametrize("name", FILES)
def test_damaged_reference_can_be_written_anew(
    store: ReferenceStore, name: str
) -> None:
    """That is how it is mended."""
    folder = store.write(small_record())
    (folder / name).write_bytes(b"damaged")

    store.write(small_record(value=0.5))

    assert store.read(folder) == small_record(value=0.5)


def test_files_of_others_are_never_lost(store: ReferenceStore) -> None:
    """A folder that holds more than a reference is not replaced."""
    folder = store.write(small_record())
    (folder / "notes.txt").write_text("mine")
    before = tree(store.root)

    with pytest.raises(RecordError, match=r"'notes\.txt' would be lost"):
        store.write(small_record(value=0.5))
    assert tree(store.root) == before


def test_reference_of_another_experiment_is_not_replaced(store: ReferenceStore) -> None:
    """Whatever the folder is called, its content says whose it is."""
    folder = store.write(small_record())
    folder.parent.rename(folder.parent.with_name("test_other"))

    with pytest.raises(CorruptRecord, match="belongs to another folder"):
        store.write(small_record("experiments/test_digits.py::test_other"))


def test_reference_of_a_later_version_is_not_replaced(store: ReferenceStore) -> None:
    """An old tool must not destroy what a newer one wrote."""
    folder = store.write(small_record())
    run = (folder / "run.json").read_bytes()
    later = run.replace(b"pytest-repro/run/1", b"pytest-repro/run/2")
    for name, data in edited(small_record(), "run.json", later).items():
        (folder / name).write_bytes(data)

    with pytest.raises(FutureFormat, match="schema pytest-repro/run/2"):
        store.write(small_record(value=0.5))


def test_busy_folder_is_refused_after_a_while(store: ReferenceStore) -> None:
    """The second of two writers says so instead of waiting for ever."""
    folder = store.write(small_record())
    path = PurePosixPath(folder.relative_to(store.root))

    with (
        Folder.open(store.root, shown="r") as root,
        locked(root, store.root, path, timeout_s=1),
        pytest.raises(StoreBusy, match=r"writing reference_runs/.*: waited 0\.2 s"),
    ):
        store.write(small_record(value=0.5))
    assert store.read(folder) == small_record()


def test_lock_of_one_reference_does_not_stop_another(store: ReferenceStore) -> None:
    """There is one lock a folder."""
    folder = store.write(small_record())
    path = PurePosixPath(folder.relative_to(store.root))

    with (
        Folder.open(store.root, shown="r") as root,
        locked(root, store.root, path, timeout_s=1),
    ):
        store.write(small_record("other.py::test"))

    assert len(store.entries()) == 2


def test_file_in_the_way_is_refused(store: ReferenceStore) -> None:
    """Where the folder should be lies a file: nothing is replaced."""
    (store.root / FOLDER).parent.mkdir(parents=True)
    (store.root / FOLDER).write_text("a file")

    with pytest.raises(RecordError, match="no folder"):
        store.write(small_record())
    assert (store.root / FOLDER).read_text() == "a file"


def test_empty_folder_in_the_way_is_incomplete_and_replaced(
    store: ReferenceStore,
) -> None:
    """A folder without files is no reference, but neither is it "missing"."""
    (store.root / FOLDER).mkdir(parents=True)

    with pytest.raises(RecordError, match="there is no SHA256SUMS"):
        store.find(EXPERIMENT, environment())
    store.write(small_record())

    assert store.find(EXPERIMENT, environment()).match is Match.EXACT


def test_record_of_a_worker_needs_no_store(tmp_path: Path) -> None:
    """A worker writes its record into a folder of its own, whole."""
    write_record(tmp_path / "record", small_record())

    assert read_record(tmp_path / "record") == small_record()
    assert [path.name for path in tmp_path.iterdir()] == ["record"]


def test_record_of_a_worker_is_not_overwritten(tmp_path: Path) -> None:
    """A folder is handed over once."""
    write_record(tmp_path / "record", small_record())

    with pytest.raises(StoreError, match="cannot write"):
        write_record(tmp_path / "record", small_record(value=0.5))
    assert read_record(tmp_path / "record") == small_record()


def test_missing_record_of_a_worker_is_a_record_error(tmp_path: Path) -> None:
    """A worker that died has left nothing, and that is told in our words."""
    with pytest.raises(RecordError, match="it cannot be read: No such file"):
        read_record(tmp_path / "record")
