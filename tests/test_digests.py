"""A digest names its algorithm, and different inputs cannot run into each other."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.digests import digest_of_bytes, digest_of_parts, parse_digest

PARTS = st.lists(st.binary(max_size=8), max_size=4).map(tuple)


@given(st.binary())
def test_digest_of_bytes_is_sha256(data: bytes) -> None:
    """The digest is that of the standard library, with its name before it."""
    assert digest_of_bytes(data) == f"sha256:{hashlib.sha256(data).hexdigest()}"


@given(PARTS, PARTS)
def test_parts_are_equal_only_to_themselves(
    one: tuple[bytes, ...], other: tuple[bytes, ...]
) -> None:
    """Two sequences have one digest exactly if they are the same sequence."""
    same = digest_of_parts("test-v1", one) == digest_of_parts("test-v1", other)

    assert same is (one == other)


@given(st.binary(min_size=1, max_size=8), st.integers(0, 8))
def test_parts_do_not_run_into_each_other(data: bytes, cut: int) -> None:
    """Cutting the same bytes in two gives another digest than leaving them whole."""
    whole = digest_of_parts("test-v1", (data,))
    parts = digest_of_parts("test-v1", (data[:cut], data[cut:]))

    assert whole != parts


def test_algorithm_is_part_of_the_digest() -> None:
    """The same parts under another name differ in the hexadecimal digits too."""
    one = digest_of_parts("a-v1", (b"x",))
    other = digest_of_parts("a-v2", (b"x",))

    assert one.partition(":")[2] != other.partition(":")[2]


def test_form_of_parts_is_fixed() -> None:
    """Stored digests stay valid: little-endian 64-bit lengths before each part."""
    state = hashlib.sha256(b"\x07" + bytes(7) + b"test-v1" + b"\x01" + bytes(7) + b"x")

    assert digest_of_parts("test-v1", (b"x",)) == f"test-v1:{state.hexdigest()}"


@given(PARTS)
def test_every_digest_parses(parts: tuple[bytes, ...]) -> None:
    """``parse_digest(d) == d`` for every digest that is made here."""
    digest = digest_of_parts("sha256-float32-le-v1", parts)

    assert parse_digest(digest) == digest


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("9f86d0", id="no algorithm"),
        pytest.param(":9f86d0", id="empty algorithm"),
        pytest.param("sha256:", id="no digits"),
        pytest.param("sha256:9F86", id="upper case"),
        pytest.param("SHA256:9f86", id="upper-case algorithm"),
        pytest.param("sha256:9f8", id="half a byte"),
        pytest.param("sha256:9f86\n", id="newline"),
        pytest.param("sha256:9f86 ", id="space"),
        pytest.param("sha256:９f", id="digits of another script"),
    ],
)
def test_text_that_is_no_digest_is_refused(text: str) -> None:
    """The message shows the text and the form expected."""
    with pytest.raises(ValueError, match=r"not a digest: .*algorithm:hex"):
        parse_digest(text)
