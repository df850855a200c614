"""A table is refused for whatever a reader would have to guess, sums or no sums."""

import pytest

from pytest_repro.errors import (
    CorruptRecord,
    FutureFormat,
    LineEndingError,
    RecordError,
)
from pytest_repro.references import decode, encode
from pytest_repro.references.sums import write_sums
from tests.references.samples import edited, small_record

TRACE_HEAD = "metric\tstep\torder\tdecimal\tbits\tchain\tenvelope\n"


def refusal(name: str, old: str, new: str) -> RecordError:
    """Edit one file of the small record, make the sums fit, and read it."""
    record = small_record()
    before = encode(record)[name].decode()
    assert old in before
    after = before.replace(old, new, 1)
    with pytest.raises(RecordError) as caught:
        decode(edited(record, name, after.encode("utf-8", "surrogateescape")), path="x")
    return caught.value


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            "\t0.91\t",
            "\t0.92\t",
            "bits 3f68f5c3 say 0.91, the decimal beside them '0.92'",
        ),
        ("\t0.91\t", "\t0.910\t", "the decimal beside them '0.910'"),
        ("\t0.91\t", "\t.91\t", "the decimal beside them '.91'"),
        ("\t0.91\t", "\tNaN\t", "the decimal beside them 'NaN'"),
        ("\t3f68f5c3\t", "\t3F68F5C3\t", "not 8 lower-case hexadecimal"),
        ("\t3f68f5c3\t", "\t3f68f5\t", "not 8 lower-case hexadecimal"),
        ("train/loss\t2\t2\t", "train/loss\t1\t2\t", "steps do not strictly increase"),
        ("train/loss\t2\t2\t", "train/loss\t02\t2\t", "'02' is no integer"),
        ("train/loss\t2\t2\t", "train/loss\t+2\t2\t", "'+2' is no integer"),
        ("train/loss\t2\t2\t", "train/loss\t2_0\t2\t", "'2_0' is no integer"),
        ("train/loss\t2\t2\t", "train/loss\t٣\t2\t", "is no integer"),
        ("train/loss\t2\t2\t", "train/loss\t2\t-2\t", "orders lie in"),
        ("train/loss\t2\t2\t", f"train/loss\t{'9' * 30}\t2\t", "is no integer"),
        ("train/loss\t2\t2\t", "train/lass\t2\t2\t", "out of order"),
        (
            "train/loss\t2\t2\t",
            "train/loss\t2\t2\t\t",
            "line 6 has 8 cells instead of 7",
        ),
        (TRACE_HEAD, TRACE_HEAD + "\n", "line 4 has 1 cells instead of 7"),
        (TRACE_HEAD, TRACE_HEAD.replace("chain", "chains"), "header line"),
        (TRACE_HEAD, "", "header line"),
        ("\tfloat32\t3\t1\t", "\tfloat32\t2\t1\t", "rows belong to no declared series"),
        ("\tfloat32\t3\t1\t", "\tfloat32\t4\t1\t", "length that its stride keeps"),
        ("\tfloat32\t3\t1\t", "\tfloat32\t3\t0\t", "has no 3 points of stride 0"),
        ("\tfloat32\t3\t1\t", "\tfloat32\t-3\t1\t", "has no -3 points"),
        ("\tfloat32\t3\t1\t", "\tfloat64\t3\t1\t", "not 16 lower-case hexadecimal"),
        ("\tfloat32\t3\t1\t", "\tfloat8\t3\t1\t", "no such number type: 'float8'"),
        ("\tsha256:", "\tsha256;", "not a digest"),
        ("#series\ttrain/loss", "#serious\ttrain/loss", "where a series is declared"),
        ("#pytest-repro/trace/1\n", "#pytest-repro/trace/0\n", "the first line is"),
        ("#pytest-repro/trace/1\n", "#pytest-repro/trace/01\n", "the first line is"),
        (
            "#pytest-repro/trace/1\n",
            "\ufeff#pytest-repro/trace/1\n",
            "the first line is",
        ),
        ("train/loss", "train\udcff/loss", "utf-8"),
        ("train/loss", "train\u202e/loss", "control, bidi or invisible"),
        ("\n", "\r", "a carriage return"),
    ],
)
def test_malformed_trace_is_refused(old: str, new: str, fault: str) -> None:
    """Spelling, order, width, agreement of bits and decimals: each with its message."""
    error = refusal("trace.tsv", old, new)

    assert type(error) is CorruptRecord
    assert "trace.tsv: " in str(error)
    assert fault in str(error)


def test_missing_final_newline_is_refused() -> None:
    """A line without an end may have lost some of its characters."""
    record = small_record()
    data = encode(record)["trace.tsv"].rstrip(b"\n")

    with pytest.raises(CorruptRecord, match="the final newline is missing"):
        decode(edited(record, "trace.tsv", data), path="x")


def test_crlf_with_fitting_sums_is_refused_as_such() -> None:
    """Even if somebody computed the sums anew after the conversion."""
    record = small_record()
    data = encode(record)["trace.tsv"].replace(b"\n", b"\r\n")

    with pytest.raises(LineEndingError, match=r"trace\.tsv: its lines end in CRLF"):
        decode(edited(record, "trace.tsv", data), path="x")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("\t0.91\t", "\t0.19\t", "say 0.91, the decimal beside them 0.19"),
        ("float32:3f68f5c3", "float64:3f68f5c3", "is not a float64"),
        ("float32:3f68f5c3", "3f68f5c3", "no such number type"),
        ("\t-\t-\t", "\t\t\t", "no such number type"),
        ("\t-\t-\t", "\t-\tfloat32:3f68f5c3\t", "the decimal beside them -"),
        ("\n7\t", "\n0\t", "seeds are distinct and sorted"),
        ("\n7\t", "\n07\t", "'07' is no integer"),
        ("\n7\t", f"\n{2**64}\t", "more than 64 bits"),
        ("\t1.5\t", "\t1.50\t", "duration '1.50' is spelled 1.5"),
        ("\t1.5\t", "\t-1.5\t", "finite and not negative"),
        ("\t1.5\t", "\tnan\t", "finite and not negative"),
        ("\t4096\t", "\t-4096\t", "counts in"),
        ("\twall_s\t", "\tcpu_s\t", "does not name the columns"),
        ("test/loss:bits", "test/lass:bits", "does not name the columns"),
        ("steps 1-2:bits", "steps 1-3:bits", "does not name the columns"),
        ("steps 1-2:", "steps 0-2:", "does not name the columns"),
        ("\tsteps\ttrain/loss falls", "\ttrain/loss falls", "the columns"),
        ("falls to 0.5:decimal", "falls to 0.5", "does not name the columns"),
        ("\t1.25\tfloat64:3ff4", "\t1.5\tfloat64:3ff4", "say 1.25, the decimal"),
        ("float64:3ff4", "float32:3ff4", "is not a float32"),
        ("\t1.25\tfloat64:3ff4000000000000\n", "\t-\t-\t1.0\n", "cells instead of"),
        ("\tinf\tfloat64:7ff0", "\tInf\tfloat64:7ff0", "say inf, the decimal"),
        ("\tinf\tfloat64:7ff0", "\t-\tfloat64:7ff0", "say inf, the decimal"),
        ("\t-\t-\t1.25", "\t-\t\t1.25", "no such number type"),
        ("seed\treplica", "replica\tseed", "does not name the columns"),
        ("test/accuracy:", "test/zeal:", "does not name the columns"),
        ("#pytest-repro/seeds/1\n", "#pytest-repro/seeds/1", "the first line is"),
        ("\tsha256:", "\tSHA256:", "not a digest"),
    ],
)
def test_malformed_seeds_are_refused(old: str, new: str, fault: str) -> None:
    """A cell, a column or a row that says less than it seems to."""
    error = refusal("seeds.tsv", old, new)

    assert type(error) is CorruptRecord
    assert fault in str(error)


def test_column_that_no_seed_fills_is_refused() -> None:
    """A column of nothing but ``-`` would be another spelling of the same record."""
    record = small_record()
    text = encode(record)["seeds.tsv"].decode()
    bits = text.split("test/loss:bits")[0]  # shows that the column is there
    emptied = text.replace("\t-0.0\tfloat32:80000000\t", "\t-\t-\t")

    assert bits != text
    assert emptied != text
    with pytest.raises(CorruptRecord, match="a metric that no run gave"):
        decode(edited(record, "seeds.tsv", emptied.encode()), path="x")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("\tdecides\t", "\tdecide\t", "has the role 'decide'"),
        ("weights\t-\t0\t", "weights\t-\t9\t", "is out of order: 9, then 3"),
        ("rng/torch\t2\t3\t", "weights\t-\t3\t", "appears twice"),
        ("weights\t-\t", "weights\t\t", "'' is no integer"),
        ("weights\t-\t", "\t-\t", "is empty"),
        ("weights\t-\t", "weights\t-1\t", "the step of fingerprint"),
        ("\tsha256:", "\tsha256;", "not a digest"),
        ("\trole\t", "\troles\t", "instead of the names of the columns"),
    ],
)
def test_malformed_state_is_refused(old: str, new: str, fault: str) -> None:
    """A fingerprint without a clear name, place, digest or role."""
    error = refusal("state.tsv", old, new)

    assert type(error) is CorruptRecord
    assert fault in str(error)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('"isolation": "worker"', '"isolation":  "worker"', "not in canonical form"),
        ('"number": 1', '"number": 1.0', "floats travel as text"),
        ('"number": 1', '"number": NaN', "floats travel as text"),
        ('"number": 1', '"number": 2', "revision 1 of the history has the number 2"),
        ('"number": 1', '"number": 1, "number": 1', "appears twice"),
        (
            '"isolation": "worker"',
            '"isolation": "w\u00f6rker"',
            "not in canonical form",
        ),
        ('"isolation": "worker"', '"isolation": 1', "Expected `str`"),
        ('"experiment": ', '"experimen": ', "missing required field"),
        ('"schema": "pytest-repro/run/1"', '"schema": "other/1"', "the schema is"),
        ('"schema": "pytest-repro/run/1"', '"schema": 1', "the schema is"),
        ('"digest": "sha256:', '"digest": "sha256', "not a digest"),
        ("{\n", "[\n", ""),
    ],
)
def test_malformed_identity_is_refused(old: str, new: str, fault: str) -> None:
    """`run.json` is canonical JSON of one schema, and nothing more lenient."""
    error = refusal("run.json", old, new)

    assert type(error) is CorruptRecord
    assert fault in str(error)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("run.json", "pytest-repro/run/1", "pytest-repro/run/2"),
        ("seeds.tsv", "#pytest-repro/seeds/1", "#pytest-repro/seeds/2"),
        ("trace.tsv", "#pytest-repro/trace/1", "#pytest-repro/trace/17"),
        ("state.tsv", "#pytest-repro/state/1", "#pytest-repro/state/2"),
    ],
)
def test_later_version_is_told_from_damage(name: str, old: str, new: str) -> None:
    """With sums that fit, a later version number asks for an upgrade."""
    error = refusal(name, old, new)

    assert type(error) is FutureFormat
    assert "pip install --upgrade pytest-repro" in error.remedy


@pytest.mark.parametrize("name", ["run.json", "seeds.tsv", "trace.tsv", "state.tsv"])
def test_record_without_one_of_its_tables_is_refused(name: str) -> None:
    """Even if the sums were computed for the files that are left."""
    files = encode(small_record())
    left = {one: files[one] for one in files if one not in {name, "SHA256SUMS"}}

    with pytest.raises(CorruptRecord, match=f"{name} is missing"):
        decode({**left, "SHA256SUMS": write_sums(left)}, path="x")


def test_bomb_of_empty_lines_is_refused() -> None:
    """Lines are counted before any of them is read."""
    title = b"#pytest-repro/trace/1\n"
    files = edited(small_record(), "trace.tsv", title + b"\n" * 1_002_000)

    with pytest.raises(CorruptRecord, match="lines are over the limit"):
        decode(files, path="x")


def test_file_of_a_later_version_is_told_from_damage() -> None:
    """A listed file that this version does not know asks for an upgrade."""
    files = edited(small_record(), "envelope.tsv", b"later\n")

    with pytest.raises(FutureFormat, match=r"knows no file 'envelope\.tsv'"):
        decode(files, path="x")


def test_oversized_identity_is_refused_before_it_is_parsed() -> None:
    """A `run.json` over 256 KiB is refused by its size."""
    files = edited(small_record(), "run.json", b" " * 262_145)

    with pytest.raises(CorruptRecord, match="over the limit of 262144"):
        decode(files, path="x")
