"""A column of decimals is what `Scalar` says of each number, and quick."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.records import DTYPES, Scalar
from pytest_repro.references.decimals import check_bits, decimals
from pytest_repro.references.trace_table import read_trace, write_trace
from tests.references.samples import series
from tests.references.strategies import scalars

POWERS_OF_TWO = [f"{exponent << 23:08x}" for exponent in range(512)]
ENDS = ["00000001", "007fffff", "7f7fffff", "ff7fffff", "7f800001", "80000000"]


@pytest.mark.parametrize("dtype", sorted(DTYPES))
@given(data=st.data())
def test_column_equals_the_single_numbers(dtype: str, data: st.DataObject) -> None:
    """``decimals(d, bits) == [Scalar(d, b).decimal for b in bits]`` for every dtype."""
    column = [data.draw(scalars(dtype)).bits for _ in range(4)]

    single = [Scalar(dtype=dtype, bits=bits).decimal for bits in column]

    assert decimals(dtype, column) == single


def test_float32_equals_the_single_numbers_where_rounding_is_hard() -> None:
    """Powers of two, subnormals, the largest, and 20,000 random patterns."""
    generator = random.Random(0)  # noqa: S311  # patterns, no secrets
    column = [f"{generator.getrandbits(32):08x}" for _ in range(20_000)]
    column += POWERS_OF_TWO + ENDS

    single = [Scalar(dtype="float32", bits=bits).decimal for bits in column]

    assert decimals("float32", column) == single


def test_empty_column_has_no_decimals() -> None:
    """A series without points is a series."""
    assert decimals("float32", []) == []


@pytest.mark.parametrize(
    "cell", ["", "0", "0000000", "0000000G", "3F800000", "3f80 000"]
)
def test_bits_of_another_width_or_spelling_are_refused(cell: str) -> None:
    """A cell that is wrong among good ones is named."""
    with pytest.raises(ValueError, match=f"bits '{cell}' are not 8 lower-case"):
        check_bits("float32", ["00000000", cell])


def test_long_trace_is_read_whole() -> None:
    """Sixty thousand rows come back as they were written."""
    values = [1 / (1 + index) for index in range(60_000)]
    long = series("x", values)

    read = read_trace(write_trace([long]))

    assert read == (long,)
