"""What is written is read back, bit by bit; and only what can be read is written."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_repro.digests import Digest
from pytest_repro.errors import ReproUsageError, ReproWarning
from pytest_repro.records import (
    Cause,
    Failure,
    Fingerprint,
    Metric,
    RunRecord,
    Scalar,
)
from pytest_repro.references import FILES, decode, encode
from tests.references.samples import (
    EXPERIMENT,
    digest,
    edited,
    seed_result,
    series,
    small_record,
)
from tests.references.strategies import records, scalars


def with_metric(name: str, scalar: Scalar) -> RunRecord:
    """Put one final metric into the small record."""
    record = small_record()
    row = replace(record.seeds[0], metrics=(Metric(name=name, scalar=scalar),))
    return replace(record, seeds=(row,))


@settings(max_examples=60)
@given(record=records())
def test_every_lawful_record_is_read_back(record: RunRecord) -> None:
    """``decode(encode(r)) == r``, whatever names, bits, seeds and texts it has."""
    assert decode(encode(record), path="here") == record


@settings(max_examples=30)
@given(record=records())
def test_reading_and_writing_again_gives_the_same_bytes(record: RunRecord) -> None:
    """``encode(decode(encode(r))) == encode(r)``: there is one form of a record."""
    files = encode(record)

    assert encode(decode(files, path="here")) == files


@given(scalar=scalars())
def test_every_bit_pattern_of_a_final_metric_survives(scalar: Scalar) -> None:
    """NaN payloads, the sign of zero and the dtype are kept."""
    back = decode(encode(with_metric("m", scalar)), path="here")

    assert back.seeds[0].metrics[0].scalar == scalar


@pytest.mark.parametrize(
    ("dtype", "bits", "decimal"),
    [
        pytest.param("float32", "7fc00001", "nan", id="NaN with a payload"),
        pytest.param("float32", "ffc00000", "nan", id="negative NaN"),
        pytest.param("float64", "8000000000000000", "-0.0", id="negative zero"),
        pytest.param("float32", "7f800000", "inf", id="infinity"),
        pytest.param("float16", "0001", "6e-08", id="smallest half"),
        pytest.param("bfloat16", "3f69", "0.91", id="bfloat16"),
        pytest.param("uint64", "ffffffffffffffff", str(2**64 - 1), id="64 bits"),
        pytest.param("bool", "01", "true", id="bool"),
    ],
)
def test_trace_shows_bits_and_decimal(dtype: str, bits: str, decimal: str) -> None:
    """A row of the trace has the decimal for people beside the bits that decide."""
    trace = replace(series("x", [0], dtype), bits=(bits,))
    record = replace(small_record(), series=(trace,))

    files = encode(record)

    assert f"x\t0\t0\t{decimal}\t{bits}\t" in files["trace.tsv"].decode()
    assert decode(files, path="here") == record


@pytest.mark.parametrize("seed", [0, 1, 2**63, 2**64 - 1, -(2**63)])
def test_seed_of_64_bits_is_kept(seed: int) -> None:
    """Seeds past 2**53 are not rounded, as they would be in JSON."""
    record = replace(small_record(), seeds=(seed_result(seed, [("m", 1.0)]),))

    assert decode(encode(record), path="here").anchor.seed == seed


def test_files_are_the_documented_ones() -> None:
    """A record is five files, and `SHA256SUMS` is the last to be written."""
    assert tuple(encode(small_record())) == FILES
    assert FILES == ("run.json", "seeds.tsv", "trace.tsv", "state.tsv", "SHA256SUMS")


def test_missing_metric_of_a_seed_is_marked() -> None:
    """A metric that a seed did not give is ``-``, never an empty or absent cell."""
    rows = encode(small_record())["seeds.tsv"].decode().splitlines()

    assert rows[1].split("\t")[7:9] == ["test/loss:decimal", "test/loss:bits"]
    assert rows[2].split("\t")[7:9] == ["-", "-"]


def test_failure_is_part_of_the_record() -> None:
    """The record of a run that failed is stored like any other."""
    failure = Failure(cause=Cause.CRASHED, message="killed", signal="SIGKILL")
    record = replace(small_record(), history=(), failure=failure)

    assert decode(encode(record), path="here") == record


@pytest.mark.parametrize(
    "name",
    [
        "",
        " a",
        "a ",
        "#a",
        "a\tb",
        "a\nb",
        "a\rb",
        "a\x00",
        "\u202ea",
        "a\u200b",
        "\ud800",
        "x" * 129,
    ],
)
def test_name_that_could_mislead_is_refused(name: str) -> None:
    """Control, bidi and invisible characters, blanks at the ends, over 128 letters."""
    record = with_metric(name, Scalar.of(1.0))

    with pytest.raises(ReproUsageError, match=f"record of {EXPERIMENT} cannot be st"):
        encode(record)


@given(st.sampled_from([1, 127, 128]))
def test_long_name_is_kept_up_to_the_limit(length: int) -> None:
    """128 characters are allowed, whatever they weigh in UTF-8."""
    record = with_metric("é" * length, Scalar.of(1.0))

    assert decode(encode(record), path="here") == record


def _unlawful() -> list[object]:
    record = small_record()
    trace, state = record.series[0], record.state[0]
    rows = record.seeds
    return [
        pytest.param(replace(record, seeds=()), "1 to", id="no seed"),
        pytest.param(replace(record, seeds=rows[::-1]), "sorted", id="unsorted seeds"),
        pytest.param(replace(record, seeds=rows[:1] * 2), "sorted", id="seed twice"),
        pytest.param(
            replace(record, seeds=(replace(rows[0], seed=2**64),)), "64", id="65 bits"
        ),
        pytest.param(
            replace(record, seeds=(replace(rows[0], trace_root=Digest("x")),)),
            "not a digest",
            id="no digest",
        ),
        pytest.param(
            replace(record, series=(trace, trace)), "appears twice", id="series twice"
        ),
        pytest.param(
            replace(record, seeds=(replace(rows[1], metrics=rows[1].metrics[::-1]),)),
            "distinct and sorted",
            id="unsorted metrics",
        ),
        pytest.param(
            replace(record, state=(state,) * 1_000_001), "over the limit", id="states"
        ),
        pytest.param(
            replace(record, series=(replace(trace, steps=(0, 2, 1)),)),
            "strictly increase",
            id="steps go back",
        ),
        pytest.param(
            replace(record, series=(replace(trace, stride=2),)), "stride", id="stride"
        ),
        pytest.param(
            replace(record, series=(replace(trace, orders=(-1, 0, 1)),)),
            "orders lie in",
            id="negative order",
        ),
        pytest.param(
            replace(
                record, series=(replace(trace, chains=("00", "0" * 16, "0" * 16)),)
            ),
            "16 lower-case",
            id="short chain",
        ),
        pytest.param(
            replace(record, series=(replace(trace, dtype="float8"),)),
            "no such number type",
            id="unknown dtype",
        ),
        pytest.param(
            replace(record, state=(state, state)), "appears twice", id="state twice"
        ),
        pytest.param(
            replace(record, state=record.state[::-1]), "out of order", id="state order"
        ),
        pytest.param(
            replace(record, history=(replace(record.history[0], number=2),)),
            "revision 1",
            id="numbers of revisions",
        ),
        pytest.param(
            replace(record, identity=replace(record.identity, code={"a": object()})),
            "object",
            id="fact that is no JSON",
        ),
    ]


@pytest.mark.parametrize(("record", "fault"), _unlawful())
def test_record_that_could_not_be_read_is_not_written(
    record: RunRecord, fault: str
) -> None:
    """What a reader would refuse, the writer refuses too, and says why."""
    with pytest.raises(ReproUsageError, match=fault):
        encode(record)


def test_over_256_names_are_refused() -> None:
    """A record has at most 256 metrics."""
    record = small_record()
    many = [series(f"m{number:03}", [1.0]) for number in range(257)]

    with pytest.raises(ReproUsageError, match="over the limit of 256"):
        encode(replace(record, series=tuple(many)))


def test_large_identity_warns_and_a_huge_one_is_refused() -> None:
    """Over 64 KiB nobody reviews `run.json`; over 256 KiB it is not written."""
    record = small_record()
    large = replace(record.identity, code={"facts": "x" * 70_000})
    huge = replace(record.identity, code={"facts": "x" * 270_000})

    with pytest.warns(ReproWarning, match="over 65536 nobody reviews it"):
        files = encode(replace(record, identity=large))

    assert decode(files, path="here").identity == large
    with pytest.raises(ReproUsageError, match="over the limit of 262144"):
        encode(replace(record, identity=huge))


def test_field_of_a_later_minor_version_is_ignored() -> None:
    """A reader takes canonical bytes with fields that it does not know."""
    record = small_record()
    run = encode(record)["run.json"]
    later = run.replace(b"{\n", b'{\n  "approved_by": "someone",\n', 1)

    assert decode(edited(record, "run.json", later), path="here") == record


def test_fingerprint_without_step_differs_from_one_at_step_zero() -> None:
    """No step is ``-`` and step 0 is ``0``; both can be there."""
    record = small_record()
    state = tuple(
        Fingerprint(name="w", step=step, order=0, digest=digest("w"))
        for step in (None, 0)
    )

    assert decode(encode(replace(record, state=state)), path="x").state == state
