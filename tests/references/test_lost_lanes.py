"""`lost.tsv`: kept if a lane was lost, strict, and absent from every other record."""

from dataclasses import replace

import pytest

from pytest_repro.errors import FutureFormat, RecordError, ReproUsageError
from pytest_repro.records import BEFORE, LostLane, RunRecord
from pytest_repro.references import EXTRA_FILES, decode, encode
from tests.references.samples import edited, small_record

LOST = "lost.tsv"

BATCH = LostLane(name="data/batch", step=3, why="FingerprintError: no bytes")
FIRST = LostLane(name="model/first", step=BEFORE, why="MemoryError")


def broken(lost: tuple[LostLane, ...] = (BATCH, FIRST)) -> RunRecord:
    """Make the small reference, as of a run that lost lanes."""
    return replace(small_record(), lost=lost)


def test_lost_lanes_survive_a_round_trip() -> None:
    """Law: decode(encode(record)) = record."""
    assert decode(encode(broken()), path="here") == broken()


def test_text_is_the_documented_one() -> None:
    """One line for each, with the first step that has no digest."""
    assert encode(broken())[LOST].decode() == (
        "#pytest-repro/lost/1\n"
        "lane\tstep\twhy\n"
        "data/batch\t3\tFingerprintError: no bytes\n"
        "model/first\t-1\tMemoryError\n"
    )


def test_record_that_lost_nothing_has_no_such_file() -> None:
    """References of before keep their bytes, and say that nothing was lost."""
    files = encode(small_record())

    assert LOST in EXTRA_FILES
    assert LOST not in files
    assert decode(files, path="here").lost == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"\t3\t", b"\t-2\t"),
        (b"\t3\t", b"\t03\t"),
        (b"data/batch", b"zeta/batch"),
        (b"MemoryError", b""),
        (b"MemoryError", b"Memory\x07Error"),
        (b"lane\tstep", b"step\tlane"),
        (b"\nmodel/first\t-1\tMemoryError", b"\nmodel/first\t-1"),
    ],
)
def test_what_no_writer_wrote_is_refused(old: bytes, new: bytes) -> None:
    """Even with sums that fit: names, steps and reasons are checked."""
    data = encode(broken())[LOST]
    assert old in data

    with pytest.raises(RecordError, match=r"lost\.tsv: "):
        decode(edited(broken(), LOST, data.replace(old, new, 1)), path="here")


def test_later_version_is_said_so() -> None:
    """A file of a later version asks for an upgrade."""
    data = encode(broken())[LOST].replace(b"/1\n", b"/2\n", 1)

    with pytest.raises(FutureFormat):
        decode(edited(broken(), LOST, data), path="here")


def test_reason_that_could_not_be_read_is_not_written() -> None:
    """What a reader would refuse, a writer refuses first."""
    with pytest.raises(ReproUsageError):
        encode(broken((replace(BATCH, why="two\nlines"),)))
