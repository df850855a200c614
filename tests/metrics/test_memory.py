"""Memory is measured where somebody can tell, and else not invented."""

import sys
from pathlib import Path

import pytest

from pytest_repro.errors import MetricError
from pytest_repro.metrics import PEAK_RESIDENT, PeakMemory, peak_resident_bytes
from pytest_repro.metrics import memory as module

MIB = 1024 * 1024
LARGE = 256 * MIB

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's /proc")


def hold(size_bytes: int) -> None:
    """Touch each page of a block, and give it back."""
    block = bytearray(size_bytes)
    block[::4096] = b"x" * len(block[::4096])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps no such peak")
def test_peak_of_a_process_stays_when_memory_is_given_back() -> None:
    """A block beyond the peak moves it for good."""
    before = peak_resident_bytes()
    assert before is not None
    size = int(before) + 64 * MIB

    hold(size)

    after = peak_resident_bytes()
    assert after is not None
    assert after >= size


@on_linux
def test_peak_of_an_operation_is_what_it_holds() -> None:
    """Whatever was held before: the peak is set back for each call."""
    hold(2 * LARGE)

    small = PeakMemory(repeats=6)(lambda: None)
    large = PeakMemory(repeats=6)(lambda: hold(LARGE))

    assert small is not None
    assert large is not None
    assert large.low <= large.value <= large.high
    assert large.value - small.value == pytest.approx(LARGE, rel=0.1)


@on_linux
def test_warm_up_is_run_and_not_measured() -> None:
    """One call more than is measured, and it may hold more than the others."""
    sizes = iter([2 * LARGE, *[MIB] * 6])

    found = PeakMemory(warm_up=1, repeats=6)(lambda: hold(next(sizes)))

    bare = PeakMemory(repeats=6)(lambda: None)
    assert found is not None
    assert bare is not None
    assert found.high - bare.value < LARGE
    assert next(sizes, None) is None


def test_where_no_peak_can_be_set_back_nothing_is_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """None is no number."""
    monkeypatch.setattr(module, "_RESET", Path("/no/such/file"))

    assert PeakMemory()(lambda: pytest.fail("was run")) is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"repeats": 5}, r"repeats: 5 do not support .* level 0\.95 .* median: 6 do"),
        ({"warm_up": -1}, "warm_up: a number of calls, got -1"),
    ],
)
def test_measurement_without_an_interval_is_refused(
    arguments: dict[str, int], message: str
) -> None:
    """Before anything is measured, with what would do."""
    with pytest.raises(MetricError, match=message):
        PeakMemory(**arguments)


def test_name_holds_every_parameter() -> None:
    """Another number of calls is another metric."""
    assert PEAK_RESIDENT == "peak-resident-bytes-v1"
    assert (
        PeakMemory().definition == "peak-resident-bytes-10-after-1-median-order-0.95-v1"
    )
