"""Memory of an accelerator is measured where there is one, and else not invented."""

import pytest

torch = pytest.importorskip("torch")

from pytest_repro.metrics.torch_memory import PeakDeviceMemory  # noqa: E402  # needs torch

SIZE = 32 * 1024 * 1024


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_without_a_device_nothing_is_run() -> None:
    """None is no number."""
    assert PeakDeviceMemory()(lambda: pytest.fail("was run")) is None


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
def test_peak_of_a_device_is_what_was_allocated() -> None:
    """A block of 32 MiB is needed in each repeat, whatever was needed before."""
    torch.empty(4 * SIZE, dtype=torch.uint8, device="cuda")

    found = PeakDeviceMemory()(
        lambda: torch.zeros(SIZE, dtype=torch.uint8, device="cuda")
    )

    assert found is not None
    assert SIZE <= found.low <= found.value <= found.high < 2 * SIZE
    assert found.rows == 10


def test_name_holds_every_parameter() -> None:
    """Another number of calls is another metric."""
    assert (
        PeakDeviceMemory(repeats=20).definition
        == "peak-device-bytes-20-after-1-median-order-0.95-v1"
    )
