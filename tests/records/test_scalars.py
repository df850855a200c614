"""A recorded number keeps its bits, and its decimal says the same; NumPy is the oracle.

bfloat16 is unknown to NumPy: there the oracle is the upper half of a float32.
"""

import math
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.records import DTYPES, Scalar
from pytest_repro.records.scalars import numbers

FLOATS = ("float64", "float32", "float16")
INTEGERS = sorted(DTYPES - {*FLOATS, "bfloat16", "bool"})
WIDTHS = {
    **{dtype: np.dtype(dtype).itemsize for dtype in (*FLOATS, *INTEGERS)},
    "bfloat16": 2,
    "bool": 1,
}


@st.composite
def scalars(draw: st.DrawFn) -> Scalar:
    """Draw a number of any dtype with any bits, NaN payloads among them."""
    dtype = draw(st.sampled_from(sorted(DTYPES - {"bool"})))
    width = WIDTHS[dtype]
    return Scalar(
        dtype=dtype, bits=draw(st.binary(min_size=width, max_size=width)).hex()
    )


def same_float(left: float, right: float) -> bool:
    """Tell whether two floats have the same bits, or are both NaN."""
    both_nan = math.isnan(left) and math.isnan(right)
    return both_nan or struct.pack(">d", left) == struct.pack(">d", right)


@given(scalars())
def test_stored_form_reads_back(scalar: Scalar) -> None:
    """``parse(text, decimal) == self`` for every bit pattern of every dtype."""
    again = Scalar.parse(scalar.text, scalar.decimal)

    assert again == scalar


@given(scalars().filter(lambda scalar: scalar.is_finite))
def test_decimal_reads_back_to_the_same_bits(scalar: Scalar) -> None:
    """``of(float(decimal), dtype) == self`` for every finite number."""
    number = scalar.value.__class__(scalar.decimal)

    assert Scalar.of(number, scalar.dtype) == scalar


@given(st.sampled_from([*FLOATS, *INTEGERS]), st.data())
def test_value_is_that_of_numpy(dtype: str, data: st.DataObject) -> None:
    """The value of any bits is what NumPy reads from them."""
    width = WIDTHS[dtype]
    raw = data.draw(st.binary(min_size=width, max_size=width))

    oracle = np.frombuffer(raw, np.dtype(dtype).newbyteorder(">"))[0].item()

    assert same_float(Scalar(dtype=dtype, bits=raw.hex()).value, oracle)


@given(st.sampled_from(["float32", "float16"]), st.data())
def test_rounding_is_that_of_numpy(dtype: str, data: st.DataObject) -> None:
    """A wider number is rounded to nearest even, as NumPy does."""
    limit = float(np.finfo(dtype).max)
    number = data.draw(st.floats(-limit, limit))

    oracle = np.array([number]).astype(np.dtype(dtype).newbyteorder(">"))

    assert Scalar.of(number, dtype).bits == oracle.tobytes().hex()


@given(st.floats(width=32, allow_nan=False))
def test_bfloat16_is_a_neighbour_in_float32(number: float) -> None:
    """The rounded number lies within half a unit of its last place, ties to even."""
    (word,) = struct.unpack(">I", struct.pack(">f", number))

    rounded = int(Scalar.of(number, "bfloat16").bits, 16)

    low, tail = divmod(word, 1 << 16)
    half = 1 << 15
    goes_up = tail > half or (tail == half and low % 2 == 1)
    assert rounded == low + goes_up


def test_bfloat16_decimals_read_back_exhaustively() -> None:
    """All magnitudes of bfloat16 survive the decimal, except NaN payloads."""
    words = [*range(1 << 15), *range(1 << 15, 1 << 16, 127)]  # and some with a sign
    patterns = [Scalar(dtype="bfloat16", bits=f"{word:04x}") for word in words]

    lost = [
        scalar
        for scalar in patterns
        if not math.isnan(scalar.value)
        and Scalar.of(float(scalar.decimal), "bfloat16") != scalar
    ]

    assert lost == []


def test_negative_zero_is_kept() -> None:
    """−0.0 and 0.0 have different bits and different decimals."""
    zero, negative = Scalar.of(0.0), Scalar.of(-0.0)

    assert zero != negative
    assert negative.decimal == "-0.0"


def test_nan_payloads_are_kept() -> None:
    """Two NaN with different payloads read alike and are not equal."""
    quiet = Scalar(dtype="float32", bits="7fc00000")
    payload = Scalar(dtype="float32", bits="7fc00001")

    assert quiet.decimal == payload.decimal == "nan"
    assert quiet != payload


def test_nan_stays_nan_as_bfloat16() -> None:
    """Rounding a NaN never turns it into an infinity."""
    low_payload = struct.unpack(">f", bytes.fromhex("7f800001"))[0]

    assert math.isnan(Scalar.of(low_payload, "bfloat16").value)


@pytest.mark.parametrize(
    ("number", "dtype"),
    [
        pytest.param(True, "bool", id="bool"),
        pytest.param(7, "int64", id="int"),
        pytest.param(0.5, "float64", id="float"),
    ],
)
def test_default_dtype_is_that_of_python(number: float, dtype: str) -> None:
    """Without a dtype, the Python type decides."""
    assert Scalar.of(number).dtype == dtype


@pytest.mark.parametrize(
    ("scalar", "decimal"),
    [
        pytest.param(Scalar.of(0.91, "float32"), "0.91", id="float32"),
        pytest.param(Scalar.of(0.1, "float16"), "0.1", id="float16"),
        pytest.param(Scalar.of(0.1, "bfloat16"), "0.1", id="bfloat16"),
        pytest.param(Scalar.of(5e-324), "5e-324", id="denormal"),
        pytest.param(Scalar.of(math.inf, "float16"), "inf", id="infinity"),
        pytest.param(Scalar.of(2**64 - 1, "uint64"), "18446744073709551615", id="uint"),
        pytest.param(Scalar.of(False), "false", id="bool"),  # noqa: FBT003  # a number
    ],
)
def test_decimal_is_short(scalar: Scalar, decimal: str) -> None:
    """A person reads the number that was meant, not its expansion."""
    assert scalar.decimal == decimal


@pytest.mark.parametrize(
    ("number", "dtype"),
    [
        pytest.param(1e39, "float32", id="float32 overflow"),
        pytest.param(65520.0, "float16", id="float16 overflow"),
        pytest.param(1e39, "bfloat16", id="bfloat16 overflow"),
        pytest.param(256, "uint8", id="uint8 overflow"),
        pytest.param(-1, "uint8", id="negative"),
        pytest.param(0.5, "int64", id="fraction"),
        pytest.param(2**63, None, id="large int"),
        pytest.param(0.5, "bool", id="neither true nor false"),
        pytest.param(1.0, "float8", id="unknown dtype"),
    ],
)
def test_number_that_does_not_fit_is_refused(number: float, dtype: str | None) -> None:
    """A number is rounded at most, never wrapped or cut."""
    with pytest.raises(ValueError, match="does not fit"):
        Scalar.of(number, dtype)


@pytest.mark.parametrize(
    ("dtype", "bits"),
    [
        pytest.param("float8", "00", id="unknown dtype"),
        pytest.param("float32", "3f80", id="too narrow"),
        pytest.param("float16", "3f800000", id="too wide"),
        pytest.param("float16", "3F80", id="upper case"),
        pytest.param("float32", "3f 80 00 00", id="spaces"),
        pytest.param("uint8", "zz", id="not hexadecimal"),
        pytest.param("bool", "02", id="a third truth value"),
    ],
)
def test_bits_that_mean_nothing_are_refused(dtype: str, bits: str) -> None:
    """One number has exactly one stored form."""
    with pytest.raises(ValueError, match=r"no such number type|is not|non-hexadecimal"):
        Scalar(dtype=dtype, bits=bits)


def test_forms_that_disagree_are_refused() -> None:
    """A reviewer cannot be shown 0.91 while the machine compares 0.19."""
    bits = Scalar.of(0.19).text

    with pytest.raises(ValueError, match=r"say 0\.19, the decimal beside them 0\.91"):
        Scalar.parse(bits, "0.91")


@pytest.mark.parametrize(
    ("number", "is_finite"),
    [
        pytest.param(1.0, True, id="one"),
        pytest.param(2**63 - 1, True, id="large"),
        pytest.param(math.nan, False, id="nan"),
        pytest.param(-math.inf, False, id="infinity"),
    ],
)
def test_finite_is_neither_nan_nor_infinite(number: float, is_finite: object) -> None:
    """`is_finite` tells what may be compared by magnitude."""
    assert Scalar.of(number).is_finite is is_finite


@given(st.lists(scalars(), min_size=1))
def test_many_numbers_are_the_same_as_each(found: list[Scalar]) -> None:
    """``numbers(dtype, bits) = (value of each)``, to the bit."""
    dtype = found[0].dtype
    bits = [one.bits for one in found if one.dtype == dtype]

    values = [Scalar(dtype=dtype, bits=text).value for text in bits]

    assert list(map(repr, numbers(dtype, bits))) == list(map(repr, values))


def test_many_truth_values_are_decoded() -> None:
    """A byte each."""
    assert numbers("bool", ["00", "01"]) == (False, True)


def test_bits_of_too_few_numbers_are_refused() -> None:
    """Half a number is none."""
    with pytest.raises(ValueError, match="3 bytes are not 1 numbers of type float32"):
        numbers("float32", ["3f8000"])
