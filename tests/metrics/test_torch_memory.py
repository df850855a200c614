"""Memory of an accelerator is measured where there is one, and else not invented."""

import pytest

torch = pytest.importorskip("torch")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_without_a_device_nothing_is_measured() -> None:
    """None is no number, and nothing is run."""
    from pytest_repro.metrics.torch_memory import peak_device_bytes  # noqa: PLC0415  # needs torch

    assert peak_device_bytes(lambda: pytest.fail("was run")) is None


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
def test_peak_of_a_device_is_what_was_allocated() -> None:
    """A block of 32 MiB is needed in each repeat, whatever was needed before."""
    from pytest_repro.metrics.torch_memory import peak_device_bytes  # noqa: PLC0415  # as above

    size = 32 * 1024 * 1024
    torch.empty(4 * size, dtype=torch.uint8, device="cuda")

    found = peak_device_bytes(
        lambda: torch.zeros(size, dtype=torch.uint8, device="cuda")
    )

    assert found is not None
    assert size <= found.low <= found.value <= found.high < 2 * size
    assert found.rows == 10
