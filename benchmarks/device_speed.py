"""How fast are quick digests on a device, next to a copy and to other digests?

Times on a device are between two events of its stream; medians over repetitions.
Bandwidth is compared as promised: bytes digested in a second against bytes read and
written in a second by a copy on the same device.
"""

import hashlib
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec
from statistics import median
from typing import Any, Final

import torch

from pytest_repro.fingerprints import torch_quick_device
from pytest_repro.fingerprints.quick import chunks
from pytest_repro.fingerprints.torch_quick import quick_torch_digest
from pytest_repro.fingerprints.torch_quick_device import Located, device_sum
from pytest_repro.fingerprints.torch_quick_launch import launch

__all__ = [
    "bandwidth",
    "hash_tensor",
    "launches",
    "machine",
    "plain_operations",
    "seconds",
    "sha256_on_host",
    "small_tensors",
]

TENSORS: Final = 200
TENSOR_BYTES: Final = {"cuda": 20_000_000, "cpu": 100_000}
REPETITIONS: Final = 9
# Calls between two events: the host issues the next while the device works.
IN_A_ROW: Final = 5


def machine(device: str) -> dict[str, Any]:
    """Say what was measured on.

    Args:
        device: ``cuda`` or ``cpu``.

    Returns:
        Names and versions.
    """
    found: dict[str, Any] = {"torch": torch.__version__, "device": "CPU"}
    if device == "cuda":
        properties = torch.cuda.get_device_properties(0)
        found |= {
            "device": properties.name,
            "multiprocessors": properties.multi_processor_count,
            "memory_bytes": properties.total_memory,
        }
        found["triton"] = version("triton") if find_spec("triton") else "missing"
    return found


def bandwidth(device: str) -> dict[str, Any]:
    """Digest a large state, and copy on the device.

    Args:
        device: ``cuda`` or ``cpu``.

    Returns:
        Rates [GB/s], their ratio, and which way was taken.
    """
    state = _state(device)
    size = sum(tensor.nbytes for tensor in state)
    began = time.perf_counter()
    quick_torch_digest(state).result()
    first_s = time.perf_counter() - began
    digest_s = seconds(lambda: quick_torch_digest(state), device)
    whole_s = _wall(partial(_finished, state))
    half = len(state) // 2
    source = torch.cat([tensor.reshape(-1) for tensor in state[:half]])
    target = torch.empty_like(source)
    copy_s = seconds(lambda: target.copy_(source), device)
    copied = 2 * source.nbytes / copy_s
    return {
        "bytes": size,
        "tensors": len(state),
        "first call [s]": first_s,
        "digest [GB/s]": size / digest_s / 1e9,
        "digest with result on the host [GB/s]": size / whole_s / 1e9,
        "copy, read and written [GB/s]": copied / 1e9,
        "of the copy": size / digest_s / copied,
        "Triton failed": list(torch_quick_device._broken),  # noqa: SLF001
    }


def launches(device: str) -> dict[str, Any]:
    """Try other numbers of programs and warps for the kernel.

    Args:
        device: ``cuda``; on a CPU there is nothing to try.

    Returns:
        Rates [GB/s].
    """
    if device != "cuda":
        return {"skipped": "needs a CUDA device"}
    located = _located(_state(device))
    size = sum(tensor.nbytes for tensor, _ in located)
    count = torch.cuda.get_device_properties(0).multi_processor_count
    found = {}
    for warps in (4, 8):
        for programs in (2, 4, 8, 12, 16, 32):
            taken_s = seconds(
                partial(launch, located, programs=programs * count, warps=warps),
                device,
                5,
            )
            found[f"{programs} programs of {warps} warps"] = size / taken_s / 1e9
    return found


def small_tensors(device: str) -> dict[str, Any]:
    """Digest many small tensors: what the host spends, and the whole.

    Args:
        device: ``cuda`` or ``cpu``.

    Returns:
        Times [µs] for 30 and 300 tensors.
    """
    found = {}
    for count in (30, 300):
        state = [torch.randn(1000, device=device) for _ in range(count)]
        quick_torch_digest(state).result()
        began = time.perf_counter()
        pending = [quick_torch_digest(state) for _ in range(100)]
        issued_s = (time.perf_counter() - began) / 100
        pending[-1].result()
        whole_s = _wall(partial(_finished, state))
        found[f"{count} tensors, issued [µs]"] = issued_s * 1e6
        found[f"{count} tensors, with result [µs]"] = whole_s * 1e6
    return found


def plain_operations(device: str) -> dict[str, Any]:
    """Digest by torch operations alone, as where Triton is missing.

    Args:
        device: ``cuda`` or ``cpu``.

    Returns:
        The rate [GB/s].
    """
    located = _located(_state(device))
    size = sum(tensor.nbytes for tensor, _ in located)
    return {
        "digest [GB/s]": size / seconds(lambda: device_sum(located), device, 3) / 1e9
    }


def hash_tensor(device: str) -> dict[str, Any]:
    """Run `torch.hash_tensor`, where this torch has it.

    Args:
        device: ``cuda`` or ``cpu``.

    Returns:
        The rate [GB/s].
    """
    if not hasattr(torch, "hash_tensor"):
        return {"skipped": "this torch has none"}
    state = _state(device)
    size = sum(tensor.nbytes for tensor in state)
    taken_s = seconds(lambda: [torch.hash_tensor(one) for one in state], device)
    return {"hash_tensor [GB/s]": size / taken_s / 1e9}


def sha256_on_host(device: str) -> dict[str, Any]:
    """Copy to the host and hash there, as `torch_tensors` does.

    Args:
        device: ``cuda`` or ``cpu``.

    Returns:
        The rate [GB/s], over a tenth of the state.
    """
    state = _state(device)[: TENSORS // 10]
    size = sum(tensor.nbytes for tensor in state)
    taken_s = _wall(
        lambda: [hashlib.sha256(one.cpu().numpy().data).digest() for one in state],
        3,
    )
    return {"copy and sha256 [GB/s]": size / taken_s / 1e9}


def seconds(
    work: Callable[[], object], device: str, repetitions: int = REPETITIONS
) -> float:
    """Time some work on a device.

    Args:
        work: What to do; what it returns is dropped.
        device: ``cuda`` or ``cpu``.
        repetitions: How often.

    Returns:
        The median time [s] between events of the stream; on a CPU by the wall.
    """
    if device != "cuda":
        return _wall(work, repetitions)
    for _ in range(2):
        work()
    times: list[float] = []
    for _ in range(repetitions):
        begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        begin.record()
        for _ in range(IN_A_ROW):
            work()
        end.record()
        end.synchronize()
        times.append(begin.elapsed_time(end) / 1e3 / IN_A_ROW)
    return median(times)


def _wall(work: Callable[[], object], repetitions: int = REPETITIONS) -> float:
    work()
    times = []
    for _ in range(repetitions):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return median(times)


def _finished(state: list[torch.Tensor]) -> str:
    return quick_torch_digest(state).result()


def _state(device: str) -> list[torch.Tensor]:
    size = TENSOR_BYTES[device] // 4
    return [torch.randn(size, device=device) for _ in range(TENSORS)]


def _located(state: list[torch.Tensor]) -> list[Located]:
    found, first = [], 0
    for tensor in state:
        found.append((tensor, first))
        first += chunks(tensor.nbytes)
    return found
