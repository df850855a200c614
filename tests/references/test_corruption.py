"""No accident to a stored reference goes unnoticed, and each says what it was."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_repro.errors import (
    ConflictedRecord,
    CorruptRecord,
    FutureFormat,
    IncompleteRecord,
    LineEndingError,
    PointerRecord,
    RecordError,
)
from pytest_repro.references import (
    FILES,
    ReferenceStore,
    decode,
    decode_rows,
    encode,
)
from tests.references.samples import EXPERIMENT, environment, small_record

POINTER = (
    b"version https://git-lfs.github.com/spec/v1\n"
    b"oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\n"
    b"size 12345\n"
)
CONFLICT = b"<<<<<<< HEAD\n%s=======\nother\n>>>>>>> branch\n"


def flips(data: bytes) -> Iterator[bytes]:
    """Every neighbour of some bytes that differs in one bit."""
    for index in range(len(data)):
        for bit in range(8):
            changed = bytes([data[index] ^ (1 << bit)])
            yield data[:index] + changed + data[index + 1 :]


def survivors(name: str, damaged: Iterator[bytes]) -> list[bytes]:
    """Damage one file in many ways; return what was read all the same."""
    files = encode(small_record())
    unnoticed = []
    for data in damaged:
        try:
            decode({**files, name: data}, path="here")
        except RecordError:
            continue
        unnoticed.append(data)
    return unnoticed


@pytest.mark.parametrize("name", FILES)
def test_every_flipped_bit_is_noticed(name: str) -> None:
    """All bits of all files, `SHA256SUMS` included."""
    assert survivors(name, flips(encode(small_record())[name])) == []


@pytest.mark.parametrize("name", FILES)
def test_every_truncation_is_noticed(name: str) -> None:
    """Cut after any byte, down to nothing."""
    data = encode(small_record())[name]

    assert survivors(name, (data[:length] for length in range(len(data)))) == []


def test_unharmed_record_counts_as_a_survivor() -> None:
    """The search for unnoticed damage can find something."""
    data = encode(small_record())["trace.tsv"]

    assert survivors("trace.tsv", iter([data])) == [data]


@pytest.fixture
def store(tmp_path: Path) -> ReferenceStore:
    """Provide a store that holds the small record."""
    made = ReferenceStore(tmp_path / "reference_runs")
    made.write(small_record())
    return made


def refusal(store: ReferenceStore) -> RecordError:
    """Look the small record up, and return why that was refused."""
    with pytest.raises(RecordError) as caught:
        store.find(EXPERIMENT, environment())
    return caught.value


def folder_of(store: ReferenceStore) -> Path:
    """Return where the small record lies."""
    return store.entries()[0].folder


@pytest.mark.parametrize("name", FILES)
def test_deleted_file_makes_the_record_incomplete(
    store: ReferenceStore, name: str
) -> None:
    """A reference without one of its files is never "missing"."""
    (folder_of(store) / name).unlink()

    error = refusal(store)

    assert type(error) is IncompleteRecord
    assert name in str(error)


def test_extra_file_is_refused(store: ReferenceStore) -> None:
    """The set of files must be equal to the listed one, not only contain it."""
    (folder_of(store) / "notes.txt").write_text("mine")

    error = refusal(store)

    assert type(error) is CorruptRecord
    assert "'notes.txt' is not listed in SHA256SUMS" in str(error)


def test_signature_may_lie_beside_the_record(store: ReferenceStore) -> None:
    """`run.dsse.json` is reserved: it is not listed, and does no harm."""
    (folder_of(store) / "run.dsse.json").write_text("{}")

    assert store.find(EXPERIMENT, environment()).record == small_record()


@pytest.mark.parametrize("name", FILES)
def test_line_endings_of_windows_are_named(store: ReferenceStore, name: str) -> None:
    """A checkout that made CRLF of LF is told from damage, with what to type."""
    path = folder_of(store) / name
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    error = refusal(store)

    assert type(error) is LineEndingError
    assert error.path.endswith(f"/{name}")
    assert ".gitattributes" in error.remedy


@pytest.mark.parametrize("name", FILES)
def test_pointer_of_git_lfs_is_named(store: ReferenceStore, name: str) -> None:
    """A file that LFS did not fetch asks for `git lfs pull`."""
    (folder_of(store) / name).write_bytes(POINTER)

    error = refusal(store)

    assert type(error) is PointerRecord
    assert error.remedy == "fetch the content: git lfs pull"


@pytest.mark.parametrize("name", FILES)
def test_conflict_markers_of_git_are_named(store: ReferenceStore, name: str) -> None:
    """A half-merged file asks for one side, whole."""
    path = folder_of(store) / name
    path.write_bytes(CONFLICT % path.read_bytes())

    error = refusal(store)

    assert type(error) is ConflictedRecord
    assert "git checkout MERGE_HEAD -- " in error.remedy


def test_files_of_two_references_are_no_reference(store: ReferenceStore) -> None:
    """A hybrid of two valid records, as a bad merge makes it, is refused."""
    other = encode(small_record(value=0.5))
    (folder_of(store) / "seeds.tsv").write_bytes(other["seeds.tsv"])

    error = refusal(store)

    assert type(error) is CorruptRecord
    assert "seeds.tsv is not what was written" in str(error)
    assert "  obtained   sha256:" in str(error)
    assert "  reference  sha256:" in str(error)


@pytest.mark.parametrize(
    "line", ["pytest-repro/references 2\n", "pytest-repro/references 10"]
)
def test_store_of_a_later_version_is_refused(store: ReferenceStore, line: str) -> None:
    """`FORMAT` guards against a layout that this version cannot know."""
    (store.root / "FORMAT").write_text(line)

    with pytest.raises(FutureFormat, match="this is a reader of 1"):
        store.write(small_record())
    assert type(refusal(store)) is FutureFormat


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", CorruptRecord),
        (b"pytest-repro/references 0\n", CorruptRecord),
        (b"pytest-repro/references 1\r\n", LineEndingError),
        (b"something else\n", CorruptRecord),
    ],
)
def test_damaged_store_file_is_refused(
    store: ReferenceStore, data: bytes, kind: type[RecordError]
) -> None:
    """A `FORMAT` that says anything else is no store of ours."""
    (store.root / "FORMAT").write_bytes(data)

    assert type(refusal(store)) is kind


def test_store_without_its_format_file_is_read(store: ReferenceStore) -> None:
    """Each folder says its version itself, so a lost `FORMAT` loses nothing."""
    (store.root / "FORMAT").unlink()

    assert store.find(EXPERIMENT, environment()).record == small_record()


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("x", "is malformed"),
        (f"{'0' * 64} *run.json", "is malformed"),
        (f"{'0' * 64}  ../run.json", "is malformed"),
        (f"{'0' * 64}  SHA256SUMS", "is malformed"),
        (f"{'A' * 64}  run.json", "is malformed"),
        (f"{'0' * 64}  a.txt\n{'0' * 64}  a.txt", "out of order or stands there twice"),
        ("x" * 20_000, "over the limit"),
    ],
)
def test_malformed_sums_are_refused(line: str, fault: str) -> None:
    """`SHA256SUMS` has one spelling too, and names plain files only."""
    files = encode(small_record())

    with pytest.raises(CorruptRecord, match=fault):
        decode({**files, "SHA256SUMS": f"{line}\n".encode()}, path="here")


def test_entry_that_cannot_be_read_is_not_left_out(store: ReferenceStore) -> None:
    """A list of references without the damaged one would call it an orphan."""
    (folder_of(store) / "run.json").write_text("{}")

    with pytest.raises(CorruptRecord, match=r"test_digits_cnn/linux-.*: the schema is"):
        store.entries()


def test_entry_without_identity_is_not_left_out(store: ReferenceStore) -> None:
    """A folder with tables and no `run.json` is a reference that lost it."""
    (folder_of(store) / "run.json").unlink()

    with pytest.raises(IncompleteRecord, match=r"there is no run\.json"):
        store.entries()


def test_folder_full_of_files_is_refused_unread(store: ReferenceStore) -> None:
    """Thousands of files would be read only to be refused."""
    folder = folder_of(store)
    for number in range(40):
        (folder / f"{number}.txt").write_text("x")

    assert "45 files are over the limit of 32" in str(refusal(store))


def test_huge_file_is_refused_unread(store: ReferenceStore) -> None:
    """A sparse file of a gigabyte costs nothing to plant and much to read."""
    with (folder_of(store) / "state.tsv").open("r+b") as file:
        file.truncate(1 << 30)

    assert "over the limit of 268435456" in str(refusal(store))


def test_fifo_in_place_of_a_file_does_not_hang(store: ReferenceStore) -> None:
    """A pipe that nobody writes to would block a reader for ever."""
    path = folder_of(store) / "trace.tsv"
    path.unlink()
    os.mkfifo(path)

    assert "no regular file" in str(refusal(store))


def test_unreadable_reference_says_why(store: ReferenceStore) -> None:
    """A path that the system refuses is a record error too, not a traceback."""
    with pytest.raises(RecordError, match="there is no reference"):
        store.read(Path("nowhere"))


@pytest.mark.parametrize("name", FILES)
def test_rows_alone_are_read_from_whole_records_only(name: str) -> None:
    """What is not decoded must still be what was written."""
    files = encode(small_record())

    with pytest.raises(RecordError):
        decode_rows({**files, name: files[name][:-1]}, path="here")


def test_rows_are_those_of_the_record() -> None:
    """Identity, seeds, history and failure are the same; traces are left out."""
    record = small_record()

    rows = decode_rows(encode(record), path="here")

    assert (rows.identity, rows.seeds) == (record.identity, record.seeds)
    assert (rows.history, rows.horizon) == (record.history, record.horizon)
    assert (rows.series, rows.state) == ((), ())


def test_extras_can_be_left_out() -> None:
    """All else is the same."""
    record = small_record()

    found = decode(encode(record), path="here", has_extras=False)

    assert (found.series, found.state) == (record.series, record.state)
    assert (found.ledger, found.operations) == ((), ())
