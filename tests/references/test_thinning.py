"""Long traces are thinned so that a person can review them, and lose no evidence."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.errors import ReproUsageError
from pytest_repro.records import Series
from pytest_repro.references import MAX_TRACE_BYTES, decode, encode, thin
from pytest_repro.references.thinning import kept_count
from pytest_repro.references.trace_table import fit_series
from tests.references.samples import digest, series, small_record


@given(count=st.integers(0, 40), stride=st.integers(1, 45))
def test_every_kth_point_and_the_last_stay(count: int, stride: int) -> None:
    """Kept are the points 0, k, 2k, … and the last, with their chains."""
    whole = series("x", range(count))
    kept = sorted({*range(0, count, stride), *([count - 1] if count else [])})

    thinned = thin(whole, stride)

    assert thinned.steps == tuple(kept)
    assert thinned.chains == tuple(whole.chains[index] for index in kept)
    assert thinned.bits == tuple(whole.bits[index] for index in kept)
    assert thinned.orders == tuple(whole.orders[index] for index in kept)
    assert (thinned.count, thinned.head) == (count, whole.head)
    assert kept_count(count, stride) == len(kept)


@given(count=st.integers(0, 60), first=st.integers(1, 7), second=st.integers(1, 7))
def test_thinning_twice_is_thinning_once(count: int, first: int, second: int) -> None:
    """As an equation: ``thin(thin(s, a), a·b) == thin(s, a·b)``."""
    whole = series("x", range(count))

    assert thin(thin(whole, first), first * second) == thin(whole, first * second)


@pytest.mark.parametrize("stride", [0, 3, 5, -2])
def test_stride_that_is_no_multiple_is_refused(stride: int) -> None:
    """Points that were dropped do not come back."""
    halved = thin(series("x", range(9)), 2)

    with pytest.raises(ReproUsageError, match="no multiple"):
        thin(halved, stride)


def test_short_trace_is_kept_whole() -> None:
    """Nothing is thinned that fits."""
    record = small_record()

    assert decode(encode(record), path="here").series == record.series


def test_long_trace_is_thinned_to_the_smallest_stride_that_fits() -> None:
    """A trace of 20,000 points fits into 256 KiB, and one stride less would not."""
    whole = series("train/loss", [1 / (1 + index) for index in range(20_000)])
    record = replace(small_record(), series=(whole,))

    files = encode(record)
    (kept,) = decode(files, path="here").series

    assert len(files["trace.tsv"]) <= MAX_TRACE_BYTES
    assert kept == thin(whole, kept.stride)
    denser = replace(record, series=(thin(whole, kept.stride - 1),))
    assert len(encode(denser, max_trace_bytes=None)["trace.tsv"]) > MAX_TRACE_BYTES


def test_short_series_is_not_thinned_because_of_a_long_one() -> None:
    """Accuracy by epoch stays whole beside loss by step."""
    long = series("loss", [1 / (1 + index) for index in range(20_000)])
    short = series("accuracy", [0.1, 0.2, 0.3])

    kept = decode(
        encode(replace(small_record(), series=(short, long))), path="x"
    ).series

    assert kept[0] == short
    assert kept[1].stride > 1


def test_worker_keeps_every_point() -> None:
    """Without a limit the whole trace is written, so that it can be judged in full."""
    whole = series("train/loss", [float(index) for index in range(20_000)])
    record = replace(small_record(), series=(whole,))

    assert decode(encode(record, max_trace_bytes=None), path="x").series == (whole,)


def test_million_rows_are_the_limit_of_a_file() -> None:
    """Even without a limit in bytes, no file has more rows than a reader takes."""
    count = 600_000
    numbers = tuple(range(count))
    long = Series(
        name="a",
        dtype="float32",
        count=count,
        stride=1,
        steps=numbers,
        bits=("00000000",) * count,
        orders=numbers,
        chains=("0" * 16,) * count,
        head=digest("head"),
    )

    kept = fit_series([long, replace(long, name="b")], None)

    assert [one.stride for one in kept] == [2, 2]


def test_hopeless_limit_leaves_the_first_and_last_point() -> None:
    """However small the file should be, each series keeps its two ends."""
    (kept,) = fit_series([series("x", range(100))], 1)

    assert kept.steps == (0, 99)
