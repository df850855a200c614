"""An archive from a stranger is read or refused; nothing of it is ever written."""

import stat
import zipfile
from pathlib import Path

import pytest

from pytest_repro.errors import RecordError
from pytest_repro.references import read_archive
from pytest_repro.references.contents import find_candidates
from tests.references.archiving import (
    FOLDER,
    RUN,
    Spoil,
    add,
    candidate_entries,
    cut,
    declared,
    flagged,
    link,
    many,
    moved,
    preceded,
    replaced,
    write_archive,
)
from tests.references.samples import small_record

TABLE = b"PK\1\2"

REPORT = {"report/report.json": b"{}", "runs/x/record/run.json": b"not looked at"}


@pytest.mark.parametrize(
    ("base", "beside"),
    [
        pytest.param("", {}, id="inside of the folder"),
        pytest.param("pending/", REPORT, id="the whole output"),
        pytest.param(
            ".repro/pending/",
            {f".repro/{name}": data for name, data in REPORT.items()},
            id="from the root",
        ),
    ],
)
def test_every_layout_of_an_artifact_is_read(
    tmp_path: Path, base: str, beside: dict[str, bytes]
) -> None:
    """CI services take the folders away that all entries share."""
    store = {f"{base}FORMAT": b"pytest-repro/references 1\n"}
    entries = {**beside, **store, **candidate_entries(base)}
    path = write_archive(tmp_path / "a.zip", entries)

    (found,) = read_archive(path)

    assert found.record == small_record()
    assert found.folder is None
    assert found.source.startswith("archive sha256:")


def test_archive_without_candidates_has_none(tmp_path: Path) -> None:
    """A session in which all passed uploads its report alone."""
    path = write_archive(tmp_path / "a.zip", {"report/report.json": b"{}"})

    assert read_archive(path) == ()


HOSTILE = [
    pytest.param(add("/etc/cron.d/x"), "has an absolute path", id="absolute"),
    pytest.param(add("../../x"), "has a path that leads outside", id="parent"),
    pytest.param(add("a/../../x"), "has a path that leads outside", id="inner parent"),
    pytest.param(add("a/./x"), "has a path with empty parts", id="dot"),
    pytest.param(add("a//x"), "has a path with empty parts", id="empty part"),
    pytest.param(add("C:/x"), "has a path of another system", id="drive"),
    pytest.param(add("..\\x"), "has a path of another system", id="backslash"),
    pytest.param(add("a\0b"), "characters that are not printed", id="NUL"),
    pytest.param(add("a\x1b[2J"), "characters that are not printed", id="escape"),
    pytest.param(add("nosj\u202e.x"), "characters that are not printed", id="bidi"),
    pytest.param(add("a" * 600), "of more than 512 characters", id="long name"),
    pytest.param(link(f"{FOLDER}/run.dsse.json"), "is a link", id="symbolic link"),
    pytest.param(add("x", attributes=0x400), "is a link", id="reparse point"),
    pytest.param(add("x", mode=stat.S_IFCHR), "a device or pipe", id="device"),
    pytest.param(add("x", mode=stat.S_IFIFO), "a device or pipe", id="pipe"),
    pytest.param(add("x", mode=stat.S_IFDIR), "and not by both", id="false folder"),
    pytest.param(add(RUN, b"{}"), "is there twice", id="duplicate"),
    pytest.param(add(RUN.upper()), "is the same file as", id="capitals"),
    pytest.param(
        add(RUN.replace("run", "\uff52un")), "is the same file as", id="wide letters"
    ),
    pytest.param(add(f"{RUN}/x"), "is a file and a folder", id="file and folder"),
    pytest.param(flagged(1), "is encrypted", id="encrypted"),
    pytest.param(
        declared(TABLE, 10, b"\x0e\0"), "compressed by method 14", id="method"
    ),
    pytest.param(
        add(f"{FOLDER}/ledger.tsv", b"0" * (8 << 20)),
        "more than 200 times",
        id="bomb",
    ),
    pytest.param(
        declared(TABLE, 24, b"\xff\xff\xff\x7f"), "over the limit of", id="large entry"
    ),
    pytest.param(many, "entries are over the limit of 20000", id="many entries"),
    pytest.param(declared(TABLE, 42, b"\0\0\0\0"), "share bytes", id="overlap"),
    pytest.param(preceded, "bytes before the first entry", id="two formats"),
    pytest.param(cut, "is no whole zip archive", id="cut"),
    pytest.param(add("conftest.py", b"x"), "there is no place for", id="code"),
    pytest.param(
        add(f"{FOLDER}/run.py", b"x"), "there is no place for", id="code beside it"
    ),
    pytest.param(
        replaced("run.json", b"{}"),
        "run.json is not what was written",
        id="other bytes",
    ),
    pytest.param(replaced("SHA256SUMS", b""), "cut short", id="no sums"),
    pytest.param(moved, "belongs to another folder", id="other folder"),
]


@pytest.mark.parametrize(("spoil", "message"), HOSTILE)
def test_hostile_archive_is_refused(tmp_path: Path, spoil: Spoil, message: str) -> None:
    """Each with its own message, and nothing is written anywhere."""
    path = write_archive(tmp_path / "a.zip", candidate_entries())
    spoil(path)

    with pytest.raises(RecordError, match=message) as caught:
        read_archive(path)

    assert str(caught.value).startswith(f"{path}: ")
    assert "\n  remedy  " in str(caught.value)
    assert list(tmp_path.iterdir()) == [path]


def test_many_large_entries_are_refused_together() -> None:
    """Each is plausible; all of them would fill the memory."""
    members = [zipfile.ZipInfo(f"t.py/test_{n}/key/run.json") for n in range(18)]
    for member in members:
        member.file_size, member.compress_size = 60 << 20, 1 << 20

    with pytest.raises(RecordError, match="bytes in all are over the limit"):
        find_candidates(members, path="a.zip")


def test_what_lies_beside_candidates_is_not_weighed(tmp_path: Path) -> None:
    """A checkpoint of zeros among the runs is never unpacked, so it cannot hurt."""
    entries = {
        **candidate_entries("pending/"),
        "runs/zeros": b"\0" * (8 << 20),
    }

    (found,) = read_archive(write_archive(tmp_path / "a.zip", entries))

    assert found.record == small_record()


def test_size_that_is_a_lie_is_noticed(tmp_path: Path) -> None:
    """The table promises one byte more than there is."""
    path = write_archive(tmp_path / "a.zip", candidate_entries())
    with zipfile.ZipFile(path) as archive:
        size = archive.infolist()[-1].file_size
    declared(TABLE, 24, (size + 1).to_bytes(4, "little"))(path)

    with pytest.raises(RecordError):
        read_archive(path)


def test_something_else_is_no_archive(tmp_path: Path) -> None:
    """A text file, and one that is not there."""
    text = tmp_path / "a.zip"
    text.write_text("PK of a kind")

    with pytest.raises(RecordError, match="is no whole zip archive"):
        read_archive(text)
    with pytest.raises(RecordError, match="cannot be read"):
        read_archive(tmp_path / "b.zip")
