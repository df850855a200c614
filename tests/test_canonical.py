"""Canonical JSON: equal values give equal bytes, and the reader trusts nobody."""

import enum
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro import canonical
from pytest_repro.canonical import MAX_DEPTH, MAX_INTEGER, Json

ROOT = Path(__file__).parents[1]

SAFE_INTEGERS = st.integers(-MAX_INTEGER, MAX_INTEGER)
PLAIN = st.recursive(
    st.none() | st.booleans() | SAFE_INTEGERS | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


class Colour(enum.StrEnum):
    """A text that is more than a text."""

    RED = "red"


@given(PLAIN)
def test_document_reads_back(value: Json) -> None:
    """``loads(dumps(v)) == v`` for everything that a strict file can hold."""
    assert canonical.loads(canonical.dumps(value)) == value


@given(PLAIN)
def test_line_reads_back_and_is_one_line(value: Json) -> None:
    """``loads(dumps_line(v)) == v``, and the only newline is the last byte."""
    line = canonical.dumps_line(value)

    assert canonical.loads(line) == value
    assert line.index(b"\n") == len(line) - 1


@given(PLAIN)
def test_bytes_are_ascii_and_end_in_one_newline(value: Json) -> None:
    """Any checkout, editor and terminal shows the same bytes."""
    document = canonical.dumps(value)

    assert document.isascii()
    assert document.endswith(b"\n")
    assert b"\r" not in document


@given(st.dictionaries(st.text(), SAFE_INTEGERS, min_size=2))
def test_order_of_keys_does_not_matter(value: dict[str, int]) -> None:
    """Two mappings with the same items give the same bytes."""
    reversed_items = dict(reversed(value.items()))

    assert canonical.dumps(value) == canonical.dumps(reversed_items)


@given(PLAIN)
def test_other_readers_agree(value: Json) -> None:
    """The document is plain JSON: the standard reader gives the same value."""
    assert json.loads(canonical.dumps(value)) == value


@given(st.floats())
def test_floats_travel_as_text_that_reads_back(value: float) -> None:
    """A float becomes its shortest decimal, −0.0 and infinities among them."""
    text = canonical.loads(canonical.dumps(value))

    assert isinstance(text, str)
    assert float(text).hex() == value.hex()


@given(st.integers(min_value=MAX_INTEGER + 1) | st.integers(max_value=-MAX_INTEGER - 1))
def test_large_integers_travel_as_text(value: int) -> None:
    """An integer past 2**53 − 1 becomes decimal text, exactly."""
    assert canonical.loads(canonical.dumps(value)) == str(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(
            {"b": 1, "a": [True, None]}, b'{"a":[true,null],"b":1}\n', id="keys"
        ),
        pytest.param((1, 2), b"[1,2]\n", id="tuple"),
        pytest.param("ü", b'"\\u00fc"\n', id="not ascii"),
        pytest.param(Colour.RED, b'"red"\n', id="text enum"),
        pytest.param(0.1, b'"0.1"\n', id="float"),
        pytest.param(-0.0, b'"-0.0"\n', id="negative zero"),
        pytest.param(math.nan, b'"nan"\n', id="nan"),
        pytest.param(np.float64(0.1), b'"0.1"\n', id="numpy float"),
        pytest.param(2**53, b'"9007199254740992"\n', id="large"),
        pytest.param(2**53 - 1, b"9007199254740991\n", id="largest number"),
        pytest.param({}, b"{}\n", id="empty"),
    ],
)
def test_form_is_fixed(value: object, expected: bytes) -> None:
    """These bytes are part of the format and never change."""
    assert canonical.dumps_line(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        pytest.param({1: 2}, id="number as key"),
        pytest.param({"a": {1, 2}}, id="set"),
        pytest.param(b"a", id="bytes"),
        pytest.param(1j, id="complex"),
        pytest.param(object(), id="object"),
    ],
)
def test_value_without_a_form_is_refused(value: object) -> None:
    """Nothing is turned into text by guesswork."""
    with pytest.raises(TypeError, match=r"no canonical form|object keys are text"):
        canonical.dumps(value)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        pytest.param(b'{"a": 1, "a": 1}', "key 'a' appears twice", id="duplicate key"),
        pytest.param(b'[{"b": {"a": 1, "a": 2}}]', "appears twice", id="deeper key"),
        pytest.param(b"1.0", "floats travel as text", id="float"),
        pytest.param(b"[1e5]", "floats travel as text", id="exponent"),
        pytest.param(b"NaN", "floats travel as text", id="nan"),
        pytest.param(b"[-Infinity]", "floats travel as text", id="infinity"),
        pytest.param(b"9007199254740992", "more than 53 bits", id="2**53"),
        pytest.param(b"-9007199254740992", "more than 53 bits", id="-2**53"),
        pytest.param(b"1" * 5000, "more than 53 bits", id="5000 digits"),
        pytest.param(b"01", "Extra data", id="leading zero"),
        pytest.param(b"1 2", "Extra data", id="two documents"),
        pytest.param(b"", "Expecting value", id="empty"),
        pytest.param(b"{'a': 1}", "Expecting property name", id="quotes"),
        pytest.param(b"[1,]", "Illegal trailing comma|Expecting value", id="comma"),
        pytest.param(b'"\xff"', "utf-8", id="not UTF-8"),
        pytest.param(b"\xef\xbb\xbf1", "BOM", id="byte order mark"),
        pytest.param(b'"\x00"', "control character", id="control character"),
        pytest.param(b"[" * 100_000, "nested deeper|Expecting value", id="bomb"),
        pytest.param(b"[" * 40 + b"]" * 40, "nested deeper", id="40 levels"),
    ],
)
def test_document_that_is_not_strict_is_refused(document: bytes, reason: str) -> None:
    """Whatever two JSON readers could read in two ways is refused."""
    with pytest.raises(ValueError, match=reason):
        canonical.loads(document)


def test_document_over_the_limit_is_refused_before_it_is_read() -> None:
    """The size is checked first: even nonsense of that size is called too large."""
    with pytest.raises(
        ValueError, match="document of 11 bytes is over the limit of 10"
    ):
        canonical.loads(b"x" * 11, max_bytes=10)


def test_depth_is_limited_on_both_sides() -> None:
    """What is too deep to be read cannot be written, a cycle least of all."""
    cycle: list[object] = []
    cycle.append(cycle)

    with pytest.raises(ValueError, match=f"nested deeper than {MAX_DEPTH} levels"):
        canonical.dumps(cycle)


def test_hash_seed_does_not_change_bytes() -> None:
    """Two interpreters under different hash seeds write equal bytes."""
    program = (
        "import sys; from pytest_repro import canonical; "
        "sys.stdout.buffer.write(canonical.dumps({w: w for w in 'the quick fox'}))"
    )

    written = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("0", "1", "2")
    }

    assert len(written) == 1
