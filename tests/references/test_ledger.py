"""`ledger.tsv`: kept if there is one, strict, small, and noticed when it is damaged."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.errors import FutureFormat, RecordError, ReproUsageError
from pytest_repro.records import BEFORE, Lane, RunRecord
from pytest_repro.references import (
    EXTRA_FILES,
    FILES,
    MAX_TRACE_BYTES,
    decode,
    encode,
    merge_seeds,
)
from pytest_repro.references.ledger_table import fit_ledger, read_ledger, write_ledger
from tests.references.samples import edited, small_record

LEDGER = "ledger.tsv"


def lane(name: str, steps: range | tuple[int, ...]) -> Lane:
    """Make a lane of some steps."""
    return Lane(
        name=name,
        steps=tuple(steps),
        orders=tuple(3 * (step + 1) for step in steps),
        digests=tuple(
            hashlib.sha256(f"{name} {step}".encode()).hexdigest()[:16] for step in steps
        ),
    )


LANES = (
    lane("data/batch", range(3)),
    lane("model/evaluation", (2,)),
    lane("model/parameters", range(BEFORE, 3)),
)


def followed(lanes: tuple[Lane, ...] = LANES) -> RunRecord:
    """Make the small reference with a ledger."""
    return replace(small_record(), ledger=lanes)


STEPS = st.sets(st.integers(BEFORE, 2**60), min_size=1, max_size=12).map(sorted)
NAMES = st.sets(st.sampled_from("abcdefgh"), max_size=4).map(sorted)


@st.composite
def ledgers(draw: st.DrawFn) -> tuple[Lane, ...]:
    """Draw any ledger."""
    return tuple(lane(f"x/{name}", tuple(draw(STEPS))) for name in draw(NAMES))


@given(ledgers())
def test_ledgers_survive_a_round_trip(lanes: tuple[Lane, ...]) -> None:
    """Law: decode(encode(record)) = record, for whatever was followed."""
    record = followed(lanes)

    assert decode(encode(record), path="here") == record


def test_record_without_a_ledger_has_no_such_file() -> None:
    """References of before stay byte for byte what they were, and readable."""
    assert tuple(encode(small_record())) == FILES
    assert decode(encode(small_record()), path="here").ledger == ()


def test_ledger_stands_before_the_sums() -> None:
    """It is one of the files that `SHA256SUMS` vouches for, which is written last."""
    files = encode(followed())

    assert tuple(files) == (*FILES[:-1], LEDGER, FILES[-1])
    assert LEDGER in EXTRA_FILES
    assert f"  {LEDGER}\n".encode() in files["SHA256SUMS"]


def test_text_is_the_documented_one() -> None:
    """Lanes are declared with their number of rows, and rows follow in that order."""
    text = encode(followed((lane("rng/torch", (BEFORE, 0)),)))[LEDGER].decode()

    assert text == (
        "#pytest-repro/ledger/1\n"
        "#lane\trng/torch\t2\n"
        "step\torder\tdigest\n"
        "-1\t0\t09e87e75c174d716\n"
        "0\t3\t0f3660e71362bd6b\n"
    )


def flips(data: bytes) -> Iterator[bytes]:
    """Every neighbour of some bytes that differs in one bit."""
    for index in range(len(data)):
        for bit in range(8):
            changed = bytes([data[index] ^ (1 << bit)])
            yield data[:index] + changed + data[index + 1 :]


def survivors(damaged: Iterator[bytes]) -> list[bytes]:
    """Exchange the ledger in many ways; return what was read all the same."""
    files = encode(followed())
    unnoticed = []
    for data in damaged:
        try:
            decode({**files, LEDGER: data}, path="here")
        except RecordError:
            continue
        unnoticed.append(data)
    return unnoticed


def test_every_flipped_bit_is_noticed() -> None:
    """As in every other file."""
    assert survivors(flips(encode(followed())[LEDGER])) == []


def test_every_truncation_is_noticed() -> None:
    """Cut after any byte, down to nothing."""
    data = encode(followed())[LEDGER]

    assert survivors(data[:length] for length in range(len(data))) == []


def test_unharmed_ledger_counts_as_a_survivor() -> None:
    """The search for unnoticed damage can find something."""
    data = encode(followed())[LEDGER]

    assert survivors(iter([data])) == [data]


def test_vanished_ledger_is_noticed() -> None:
    """It may be missing from the start, and never afterwards."""
    files = encode(followed())
    del files[LEDGER]

    with pytest.raises(RecordError, match=r"ledger\.tsv, which is missing"):
        decode(files, path="here")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"\t3\n", b"\t2\n"),
        (b"\t3\n", b"\t4\n"),
        (b"#lane\tdata", b"#line\tdata"),
        (b"data/batch", b"zeta/batch"),
        (b"\n0\t3\t", b"\n-2\t3\t"),
        (b"\n1\t6\t", b"\n0\t6\t"),
        (b"\n1\t6\t", b"\n1\t2\t"),
        (b"\n1\t6\t", b"\n01\t6\t"),
        (b"\n1\t6\t", b"\n1\t6\tA"),
        (b"step\torder", b"order\tstep"),
    ],
)
def test_what_no_writer_wrote_is_refused(old: bytes, new: bytes) -> None:
    """Even with sums that fit: counts, names, order, steps and digests are checked."""
    data = encode(followed())[LEDGER]
    assert old in data

    with pytest.raises(RecordError, match=r"ledger\.tsv: "):
        decode(edited(followed(), LEDGER, data.replace(old, new, 1)), path="here")


def test_empty_ledger_is_refused() -> None:
    """What has no lane is not written, so it is not read either."""
    with pytest.raises(ValueError, match="no lane is declared"):
        read_ledger(write_ledger(()))


def test_later_version_is_said_so() -> None:
    """A ledger of a later version asks for an upgrade."""
    data = encode(followed())[LEDGER].replace(b"/1\n", b"/2\n", 1)

    with pytest.raises(FutureFormat):
        decode(edited(followed(), LEDGER, data), path="here")


@pytest.mark.parametrize(
    "wrong",
    [
        replace(LANES[0], digests=("0" * 15,) * 3),
        replace(LANES[0], digests=("G" * 16,) * 3),
        replace(LANES[0], steps=(0, 0, 1)),
        replace(LANES[0], orders=(0, 1)),
        Lane(name="a", steps=(), orders=(), digests=()),
    ],
)
def test_lane_that_could_not_be_read_is_not_written(wrong: Lane) -> None:
    """What a reader would refuse, a writer refuses first."""
    with pytest.raises(ReproUsageError):
        encode(followed((wrong,)))


LONG = (
    lane("data/batch", range(9000)),
    lane("model/evaluation", tuple(range(99, 9000, 100))),
    lane("model/gradients", range(0, 9000, 2)),
)


def test_reference_keeps_as_much_as_is_small_enough() -> None:
    """The longest lanes lose odd multiples first; ends and shorter lanes stay."""
    thin = decode(encode(followed(LONG)), path="here").ledger

    assert len(write_ledger(thin)) <= MAX_TRACE_BYTES
    assert thin[0].steps == (*range(0, 9000, 4), 8999)
    assert thin[1] == LONG[1]
    assert thin[2] == LONG[2]
    assert encode(followed(LONG), max_trace_bytes=None)[LEDGER] == write_ledger(LONG)


@given(st.integers(1, 2**13), st.integers(1, 2**13))
def test_ledgers_thinned_differently_share_steps(one: int, other: int) -> None:
    """Law: strides are powers of two, so the thinner one is part of the other."""
    ledger = (lane("x/y", range(256)),)

    thin, dense = sorted(
        (set(fit_ledger(ledger, size)[0].steps) for size in (one, other)), key=len
    )

    assert thin <= dense
    assert {0, 255} <= thin


def test_merged_seeds_keep_the_ledger_of_the_anchor() -> None:
    """A reference explains by the run whose traces it keeps."""
    one = replace(followed(), seeds=small_record().seeds[:1], history=())
    other = replace(small_record(), seeds=small_record().seeds[1:], history=())

    assert merge_seeds([other, one]).ledger == LANES


def test_rows_of_a_lane_are_in_order() -> None:
    """The sample itself is what it says: steps and orders go up."""
    assert all(a < b for one in LONG for a, b in pairwise(one.orders))
