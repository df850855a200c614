"""A number is read quickly, and its bits are those that lie in memory all the same."""

import struct
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.errors import MetricError
from pytest_repro.experiment import Recorder
from pytest_repro.experiment.numbers import read_value, to_bits
from pytest_repro.experiment.points import BATCH, Points
from pytest_repro.experiment.torch_numbers import read_now
from pytest_repro.fingerprints import RollingDigest

WORDS = torch.arange(-(2**15), 2**15).to(torch.int16)

# Zero, the smallest and largest subnormal, the smallest normal, infinity, two NaNs.
EDGES32 = (0, 1, 0x7FFFFF, 0x800000, 0x7F800000, 0x7F800001, 0xFFC00123)
EDGES64 = (0, 1, 2**52 - 1, 2**52, 0x7FF << 52, (0x7FF << 52) + 1, 2**64 - 1)


@pytest.fixture(params=[False, True], ids=["gradual underflow", "flushed to zero"])
def underflow(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let the processor flush subnormal numbers to zero, or not."""
    torch.set_flush_denormal(request.param)
    yield
    torch.set_flush_denormal(False)  # torch takes it by position


@pytest.mark.usefixtures("underflow")
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.int16])
def test_every_number_of_16_bits_is_read_as_it_lies_in_memory(
    dtype: torch.dtype,
) -> None:
    """Subnormal numbers, infinities and every NaN included."""
    read = b"".join(read_now(one)[1] for one in WORDS.view(dtype))

    assert read == WORDS.numpy().astype(">i2").tobytes()


@pytest.mark.usefixtures("underflow")
def test_edges_of_float32_are_read_as_they_lie_in_memory() -> None:
    """Also where the processor would flush a number on its way to a wider dtype."""
    words = np.array(EDGES32, dtype=np.uint32)
    tensors = torch.from_numpy(words.view(np.float32))

    read = b"".join(read_now(one)[1] for one in tensors)

    assert read == words.astype(">u4").tobytes()


@pytest.mark.usefixtures("underflow")
def test_edges_of_float64_are_read_as_they_lie_in_memory() -> None:
    """NaN payloads and subnormal numbers survive."""
    words = np.array(EDGES64, dtype=np.uint64)
    tensors = torch.from_numpy(words.view(np.float64))

    read = b"".join(read_now(one)[1] for one in tensors)

    assert read == words.astype(">u8").tobytes()


@given(st.binary(min_size=8, max_size=8))
def test_float64_of_torch_and_numpy_keep_their_bits(bits: bytes) -> None:
    """Whatever the pattern."""
    number = np.frombuffer(bits, dtype=">f8").astype(np.float64)

    assert read_value("x", torch.from_numpy(number)[0]) == ("float64", bits)
    assert read_value("x", number[0]) == ("float64", bits)


@pytest.mark.parametrize("name", ["b", "B", "h", "H", "i", "I", "l", "L", "q", "Q"])
def test_each_integer_of_numpy_is_read_by_the_quick_way_as_by_the_slow(
    name: str,
) -> None:
    """Two scalar types may share one dtype name, such as long and long long."""
    value = np.array(77).astype(name)[()]

    assert read_value("x", value) == to_bits("x", value)


def test_a_subclass_is_read_as_what_it_is_made_from() -> None:
    """The way to read a type is remembered by the type itself, not by its base."""

    class Money(float):
        """A number with a name."""

    assert read_value("x", Money(0.5)) == ("float64", struct.pack(">d", 0.5))
    assert read_value("x", torch.nn.Parameter(torch.tensor(0.5)))[0] == "float32"


def test_a_trace_in_tensors_that_wait_keeps_one_dtype_from_the_start() -> None:
    """The call that brings another dtype is the one that fails, not a later one."""
    points = Points("loss")
    points.add(0, 0, ("float32", torch.tensor(1.0)))

    with pytest.raises(MetricError, match="was float32, now float64"):
        points.add(1, 1, ("float64", torch.tensor(1.0, dtype=torch.float64)))


@pytest.mark.parametrize("count", [1, BATCH - 1, BATCH, BATCH + 1, 3 * BATCH])
def test_a_series_is_the_chain_of_its_points_whatever_the_batches(count: int) -> None:
    """Advancing the digest for many points at once leaves every link as it was."""
    recorder = Recorder()
    rolling = RollingDigest("loss")
    chains = []
    for step in range(count):
        recorder.log("loss", step / 7, step)
        rolling.advance(step, "float64", struct.pack(">d", step / 7))
        chains.append(rolling.short)

    series = recorder.series[0]

    assert series.chains == tuple(chains)
    assert series.head == rolling.head
    assert recorder.series[0] == series


def test_the_newest_number_is_told_before_its_batch_is_full() -> None:
    """Progress shows where training is, not where a batch was."""
    recorder = Recorder()
    recorder.log("loss", 0.25, 0)

    assert recorder.latest() == {"loss": "0.25"}


def test_a_refused_call_leaves_the_order_of_the_others_as_it_was() -> None:
    """A duplicate took its place in the order, as it always has; a bad value none."""
    recorder = Recorder()
    recorder.log("loss", 1.0, 0)
    with pytest.raises(MetricError):
        recorder.log("loss", 1.0, 0)
    with pytest.raises(MetricError):
        recorder.log("loss", "1", 1)
    recorder.log("loss", 1.0, 1)

    assert recorder.series[0].orders == (0, 2)


def test_a_metric_that_was_never_logged_well_is_not_there() -> None:
    """An attempt leaves no empty series behind."""
    recorder = Recorder()
    with pytest.raises(MetricError):
        recorder.log("loss", "1", 0)
    with pytest.raises(MetricError, match="name is text"):
        recorder.log(["loss"], 1.0, 0)  # type: ignore[arg-type]  # that is the point

    assert recorder.series == ()
    assert recorder.metrics == ()
