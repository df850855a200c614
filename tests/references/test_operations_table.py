"""`operations.tsv` keeps an operation trace, strictly and in one spelling."""

from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.errors import CorruptRecord, FutureFormat, ReproUsageError
from pytest_repro.records import BEFORE, Operation, Phase, RunRecord
from pytest_repro.references import decode, encode
from pytest_repro.references.operations_table import (
    fit_operations,
    read_operations,
    write_operations,
)
from tests.references.samples import edited, small_record
from tests.references.strategies import COUNTS, FINITE

NAME: Final = "operations.tsv"
ONE: Final = "1" * 16
TWO: Final = "2" * 16
STATE: Final = "3" * 16

TRACE: Final = (
    Operation(
        step=BEFORE,
        phase=Phase.SETUP,
        name="aten.uniform_.default",
        source="train.py:3",
        inputs=(f"rng:{STATE}",),
        outputs=(ONE,),
        shapes=("float32[4]",),
        arguments="from=-0.5, to=0.5",
        sketch=(0.5, -0.25),
        is_source=True,
    ),
    Operation(
        step=0,
        phase=Phase.FORWARD,
        name="aten.addmm.default",
        module="net.head",
        source="train.py:8",
        inputs=(ONE, TWO, "-", ONE),
        outputs=(TWO, "-"),
        shapes=("float32[4]", "int64[]"),
    ),
    Operation(step=0, phase=Phase.BACKWARD, name="aten.t.default"),
)

TEXT: Final = """\
#pytest-repro/operations/1
#text\taten.uniform_.default
#text\ttrain.py:3
#text\tfloat32[4]
#text\tfrom=-0.5, to=0.5
#text\taten.addmm.default
#text\tnet.head
#text\ttrain.py:8
#text\tint64[]
#text\taten.t.default
step\tphase\tname\tmodule\tsource\tinputs\toutputs\tshapes\targuments\trole\tsketch
-1\tsetup\t0\t-\t1\trng:3333333333333333\t1111111111111111\t2\t3\tsource\t0.5 -0.25
0\tforward\t4\t5\t6\t@1 2222222222222222 - @1\t@2 -\t2 7\t-\tcomputes\t
0\tbackward\t8\t-\t-\t\t\t\t-\tcomputes\t
"""

TEXTS: Final = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=5
)
NAMES: Final = st.sampled_from(["aten.mm.default", "a b", "#", "-"]) | TEXTS.filter(
    bool
)
DIGESTS: Final = st.sampled_from(["-", ONE, TWO]) | st.integers(0, 2**64 - 1).map(
    "{:016x}".format
)
OPERATIONS: Final = st.builds(
    Operation,
    step=st.just(BEFORE) | COUNTS,
    phase=st.sampled_from(Phase),
    name=NAMES,
    module=TEXTS,
    source=TEXTS,
    inputs=st.lists(DIGESTS | DIGESTS.filter("-".__ne__).map("rng:{}".format)).map(
        tuple
    ),
    outputs=st.lists(DIGESTS).map(tuple),
    shapes=st.lists(NAMES, max_size=3).map(tuple),
    arguments=TEXTS,
    sketch=st.lists(FINITE, max_size=4).map(tuple),
    is_source=st.booleans(),
)


def with_trace(*operations: Operation) -> RunRecord:
    """Make the small record with an operation trace."""
    return replace(small_record(), operations=operations or TRACE)


def test_table_is_as_documented() -> None:
    """A text and a digest stand once; rows give their numbers."""
    assert write_operations(TRACE).decode() == TEXT


@given(operations=st.lists(OPERATIONS, min_size=1, max_size=6))
def test_any_trace_comes_back(operations: list[Operation]) -> None:
    """Law: read(write(trace)) == trace."""
    assert read_operations(write_operations(operations)) == tuple(operations)


def test_record_keeps_its_trace() -> None:
    """As one more file of its folder, with its sum."""
    record = with_trace()

    files = encode(record)

    assert NAME in files
    assert NAME in files["SHA256SUMS"].decode()
    assert decode(files, path="x").operations == TRACE


def test_record_without_trace_has_no_such_file() -> None:
    """Records of before stay what they were."""
    assert NAME not in encode(small_record())


def test_long_trace_of_a_reference_is_cut_at_its_end() -> None:
    """The first operations are kept, as many as fit into 256 KiB."""
    long = [replace(TRACE[0], outputs=(f"{n:016x}",)) for n in range(10_000)]

    files = encode(with_trace(*long))

    kept = read_operations(files[NAME])
    assert 250 * 1024 < len(files[NAME]) <= 256 * 1024
    assert kept == tuple(long[: len(kept)])


def test_trace_of_a_worker_is_whole() -> None:
    """What a run hands over is not cut."""
    long = [replace(TRACE[0], outputs=(f"{n:016x}",)) for n in range(10_000)]

    files = encode(with_trace(*long), max_trace_bytes=None)

    assert len(read_operations(files[NAME])) == len(long)


@pytest.mark.parametrize("size", [0, 100, 400])
def test_fit_is_the_longest_that_fits(size: int) -> None:
    """One more operation would be too much."""
    kept = fit_operations(TRACE, size)

    more = TRACE[: len(kept) + 1]
    assert len(kept) < len(TRACE)
    assert not kept or len(write_operations(kept)) <= size
    assert len(write_operations(more)) > size


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("-1\tsetup", "-2\tsetup", "a step lies in [-1, 2**63)"),
        ("-1\tsetup", "-01\tsetup", "is no integer"),
        ("-1\tsetup", "-1\tprelude", "'prelude' is no phase"),
        ("\t3\tsource", "\t3\tdrain", "'drain' is no role"),
        ("setup\t0\t-", "setup\t-\t-", "it has no name"),
        ("setup\t0\t-", "setup\t99\t-", "there is no text number 99"),
        ("setup\t0\t-", "setup\t-3\t-", "there is no text number -3"),
        ("\t@1 2", "\t@9 2", "there is no digest number 9"),
        ("\t@1 2", f"\t{ONE} 2", "do not stand and count in the order"),
        ("\t@2 -", f"\t{TWO} -", "do not stand and count in the order"),
        ("rng:3", "rnd:3", "is no quick digest"),
        ("2222222222222222", "222222222222222", "is no quick digest"),
        ("2222222222222222", "222222222222222G", "is no quick digest"),
        ("\t1111111111111111", "\trng:1111111111111111", "generator is no output"),
        ("0.5 -0.25", "0.5 -.25", "is spelled"),
        ("0.5 -0.25", "0.50 -0.25", "is spelled"),
        ("0.5 -0.25", "0.5  -0.25", "could not convert"),
        ("\t2 7\t", "\t2 -\t", "a shape is empty"),
        ("#text\tnet.head", "#name\tnet.head", "where a text is declared"),
        ("net.head", "net\u202ehead", "control, bidi or invisible"),
        ("#text\tint64[]\n", "#text\tint64[]\n#text\tidle\n", "do not stand and"),
        ("#text\tint64[]\n", "#text\tint64[]\n#text\tint64[]\n", "do not stand and"),
        ("\tcomputes\t\n", "\tcomputes\n", "cells instead of 11"),
        ("phase\tname", "phase\tnames", "the header line"),
        (TEXT[TEXT.index("-1\tsetup") :], "", "has no such file"),
    ],
)
def test_malformed_trace_is_refused(old: str, new: str, fault: str) -> None:
    """Spelling, order, width and numbers: each with its message."""
    assert old in TEXT
    data = TEXT.replace(old, new, 1).encode()

    with pytest.raises(CorruptRecord) as caught:
        decode(edited(with_trace(), NAME, data), path="x")

    assert f"{NAME}: " in str(caught.value)
    assert fault in str(caught.value)


def test_later_version_is_recognised() -> None:
    """A newer program wrote it; this one says so."""
    data = TEXT.replace("operations/1", "operations/2").encode()

    with pytest.raises(FutureFormat, match="version 2 of the table"):
        decode(edited(with_trace(), NAME, data), path="x")


@pytest.mark.parametrize(
    "wrong",
    [
        replace(TRACE[0], name=""),
        replace(TRACE[0], step=-2),
        replace(TRACE[0], source="a\tb"),
        replace(TRACE[0], inputs=("sha256:00",)),
        replace(TRACE[0], sketch=(0.0,) * 65),
        replace(TRACE[0], arguments="x" * 600),
    ],
)
def test_malformed_operation_is_not_stored(wrong: Operation) -> None:
    """What could not be read again is not written."""
    with pytest.raises(ReproUsageError, match="operation 0: "):
        encode(with_trace(wrong))
