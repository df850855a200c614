"""What is logged is kept as it was: same bits, same dtype, same order."""

import struct

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.digests import digest_of_bytes
from pytest_repro.errors import MetricError
from pytest_repro.experiment import Recorder
from pytest_repro.experiment.numbers import read_value
from pytest_repro.experiment.points import Points
from pytest_repro.experiment.torch_numbers import read_many, read_now
from pytest_repro.records import Scalar

FLOAT_BITS = st.integers(0, 2**64 - 1).map(lambda n: n.to_bytes(8, "big"))


def logged(value: object) -> Scalar:
    """Log one final metric and return it."""
    recorder = Recorder()
    recorder.log("x", value, None)
    return recorder.metrics[0].scalar


@given(FLOAT_BITS)
def test_a_python_float_keeps_its_bits(bits: bytes) -> None:
    """Every pattern of float64 survives, NaN payloads and −0.0 included."""
    value = struct.unpack(">d", bits)[0]

    assert logged(value) == Scalar(dtype="float64", bits=bits.hex())


@given(st.integers(0, 2**32 - 1))
def test_float32_of_numpy_and_torch_keep_their_bits(word: int) -> None:
    """Both sides of a float32 agree, whatever its bits."""
    array = np.array(word, dtype=np.uint32).view(np.float32)[()]
    tensor = torch.tensor(np.array(word, dtype=np.uint32).view(np.int32)).view(
        torch.float32
    )
    expected = Scalar(dtype="float32", bits=f"{word:08x}")

    assert logged(array) == expected
    assert logged(tensor) == expected


@pytest.mark.parametrize(
    ("value", "dtype", "bits"),
    [
        (True, "bool", "01"),
        (-1, "int64", "ffffffffffffffff"),
        (np.int8(-2), "int8", "fe"),
        (np.bool_(1), "bool", "01"),
        (np.float16(1.5), "float16", "3e00"),
        (torch.tensor(1.0, dtype=torch.bfloat16), "bfloat16", "3f80"),
        (torch.tensor(-0.0), "float32", "80000000"),
        (torch.tensor(True), "bool", "01"),  # noqa: FBT003  # a tensor of it
        (torch.tensor(-3), "int64", "fffffffffffffffd"),
        (np.array(2.0), "float64", "4000000000000000"),
        (torch.tensor(1.0, requires_grad=True), "float32", "3f800000"),
    ],
)
def test_the_dtype_of_a_value_is_kept(value: object, dtype: str, bits: str) -> None:
    """No number is silently converted."""
    assert logged(value) == Scalar(dtype=dtype, bits=bits)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0.5", "one real number, got str"),
        (None, "one real number, got NoneType"),
        (1j, "one real number, got complex"),
        (np.ones(3), r"got ndarray of shape \(3,\)"),
        (torch.ones(1), r"one number, got a tensor of \(1,\)"),
        (torch.tensor(1j), "dtype torch.complex64"),
        (np.complex64(1), "dtype complex64"),
        (2**63, "does not fit 64 bits"),
        ([1.0], "got list"),
    ],
)
def test_what_is_no_single_number_is_refused(value: object, text: str) -> None:
    """The message names the metric and what was given."""
    with pytest.raises(MetricError, match=text):
        logged(value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (7, "name is text"),
        ("", "no blanks"),
        (" a", "no blanks"),
        ("a\tb", "printable"),
        ("a\nb", "printable"),
        ("a\u202eb", "printable"),
        ("#a", "without #"),
        ("x" * 129, "at most 128"),
    ],
)
def test_names_that_could_deceive_are_refused(name: object, text: str) -> None:
    """A name is one short printable line."""
    with pytest.raises(MetricError, match=text):
        Recorder().log(name, 1.0, None)  # type: ignore[arg-type]  # that is the point


def test_a_name_has_one_spelling() -> None:
    """Composed and decomposed letters are the same name."""
    recorder = Recorder()
    recorder.log("perte/é", 1.0, None)

    with pytest.raises(MetricError, match="logged twice"):
        recorder.log("perte/e\u0301", 1.0, None)


@pytest.mark.parametrize(
    ("step", "text"),
    [
        (-1, r"lies in \[0"),
        (2**53, r"lies in \[0"),
        (1.0, "is an integer"),
        (True, "is an integer"),
        ("3", "is an integer"),
    ],
)
def test_steps_are_whole_numbers(step: object, text: str) -> None:
    """A step that is none is refused, naming the metric."""
    with pytest.raises(MetricError, match=text):
        Recorder().log("loss", 1.0, step)  # type: ignore[arg-type]  # that is the point


def test_a_numpy_integer_is_a_step() -> None:
    """Whatever counts as an index counts as a step."""
    recorder = Recorder()
    recorder.log("loss", 1.0, np.int32(3))

    assert recorder.series[0].steps == (3,)


def test_logging_twice_is_an_error() -> None:
    """A final metric has one value, a trace one value at each step."""
    recorder = Recorder()
    recorder.log("final", 1.0, None)
    recorder.log("trace", 1.0, 4)

    with pytest.raises(MetricError, match="final metric 'final' was logged twice"):
        recorder.log("final", 1.0, None)
    with pytest.raises(MetricError, match="'trace' was logged twice at step 4"):
        recorder.log("trace", 1.0, 4)
    with pytest.raises(MetricError, match="steps of 'trace' go up: 4, then 3"):
        recorder.log("trace", 1.0, 3)
    with pytest.raises(MetricError, match="'final' is final"):
        recorder.log("final", 1.0, 0)
    with pytest.raises(MetricError, match="'trace' is a trace"):
        recorder.log("trace", 1.0, None)


def test_a_trace_keeps_one_dtype() -> None:
    """A trace that turns from float32 to float64 is two different things."""
    recorder = Recorder()
    recorder.log("loss", np.float32(1), 0)

    with pytest.raises(MetricError, match="was float32, now float64"):
        recorder.log("loss", 1.0, 1)


def test_nothing_is_recorded_after_the_end() -> None:
    """A callback that logs too late is told so."""
    recorder = Recorder()
    recorder.finish()

    with pytest.raises(MetricError, match="after the experiment had returned"):
        recorder.log("late", 1.0, None)


@given(st.lists(st.floats(width=32), min_size=1, max_size=40), st.booleans())
def test_points_read_later_are_the_points_read_at_once(
    values: list[float],
    mixed: bool,  # noqa: FBT001  # drawn by Hypothesis
) -> None:
    """The batched path for devices gives the same series as the direct one.

    It runs on CPU tensors here; on CUDA tensors it is unmeasured.
    """
    direct, batched = Points("loss"), Points("loss")
    for step, value in enumerate(values):
        tensor = torch.tensor(value)
        direct.add(step, step, read_now(tensor))
        is_late = step % 2 == 0 or not mixed
        batched.add(step, step, ("float32", tensor) if is_late else read_now(tensor))

    assert direct.finish() == batched.finish()


def test_many_tensors_are_read_in_order_whatever_their_dtypes() -> None:
    """Grouping by dtype does not change the order."""
    tensors = [
        torch.tensor(1.5),
        torch.tensor(2),
        torch.tensor(2.5, dtype=torch.float64),
        torch.tensor(3.5),
    ]

    assert read_many(tensors) == [read_now(tensor)[1] for tensor in tensors]


def test_a_full_batch_is_read_without_waiting_for_the_end() -> None:
    """Memory for tensors in waiting is bounded."""
    points = Points("loss")
    for step in range(256):
        points.add(step, step, ("float32", torch.tensor(float(step))))

    assert points.latest() == "255.0"


def test_a_logged_tensor_is_what_it_was_when_logged() -> None:
    """A running total that is changed in place afterwards leaves the record alone."""
    total = torch.zeros(())
    recorder = Recorder()
    recorder.log("total", total, 0)
    total += 1
    recorder.log("final", total, None)
    total += 1

    assert recorder.series[0].scalar(0).value == 0.0
    assert recorder.metrics[0].scalar.value == 1.0
    assert isinstance(read_value("total", total)[1], bytes)


def test_events_are_ordered_over_all_metrics_and_fingerprints() -> None:
    """The order is the one axis on which first means something."""
    recorder = Recorder()
    recorder.log("b", 1.0, 0)
    recorder.fingerprint("weights", digest_of_bytes(b"weights"), None)
    recorder.log("a", 1.0, 100)

    orders = {one.name: one.orders for one in recorder.series}

    assert orders == {"a": (2,), "b": (0,)}
    assert recorder.state[0].order == 1
