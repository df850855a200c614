"""Does a training step wait for its digest, and what does the digest cost it?

Waiting is excluded by torch itself, which reports each synchronisation as an error, and
shown: behind a kernel that takes a tenth of a second, the call returns at once. The
cost is measured in pairs of blocks of steps, with and without, in turn.
"""

import time
from statistics import median
from typing import Any, Final

import torch

from pytest_repro.fingerprints.torch_quick import Pending, quick_torch_digest

__all__ = ["large_step", "no_synchronisation", "small_step"]

SLEEP_CYCLES: Final = 200_000_000
STEPS: Final = 10
PAIRS: Final = {"cuda": 12, "cpu": 2}


def no_synchronisation(device: str) -> dict[str, Any]:
    """Ask for a digest while the device is busy.

    Args:
        device: ``cuda``; a CPU has nothing to wait for.

    Returns:
        How long the device was busy, how long the call took [ms], whether the digest
        was ready at once, and whether it was right in the end.
    """
    if device != "cuda":
        return {"skipped": "needs a CUDA device"}
    state = [torch.randn(1000 * size, device=device) for size in range(1, 100)]
    state.append(torch.ones(()))
    expected = quick_torch_digest(state).result()
    torch.cuda.synchronize()
    began = time.perf_counter()
    torch.cuda._sleep(SLEEP_CYCLES)  # noqa: SLF001  # keeps the device busy
    torch.cuda.set_sync_debug_mode("error")
    try:
        called = time.perf_counter()
        pending = quick_torch_digest(state)
        returned = time.perf_counter()
        was_ready = pending.is_ready
        quick_torch_digest(state[:50])  # its table is new and goes to the device too
    finally:
        torch.cuda.set_sync_debug_mode("default")
    state[0].zero_()
    obtained = pending.result()
    return {
        "call [ms]": (returned - called) * 1e3,
        "busy [ms]": (time.perf_counter() - began) * 1e3,
        "ready at once": was_ready,
        "right in the end": obtained == expected,
    }


def large_step(device: str) -> dict[str, Any]:
    """Digest parameters, gradients and moments of a large model at each step.

    Args:
        device: ``cuda`` or ``cpu``.

    Returns:
        Times of a step [ms] and their ratio.
    """
    width, layers, rows = (4096, 8, 8192) if device == "cuda" else (64, 3, 32)
    return _cost(_Training(device, width, layers, rows))


def small_step(device: str) -> dict[str, Any]:
    """Do the same with a model so small that only the host's work counts.

    Args:
        device: ``cuda`` or ``cpu``.

    Returns:
        Times of a step [ms] and their ratio.
    """
    return _cost(_Training(device, 256, 6, 128))


class _Training:
    """A network that can be trained with and without digests."""

    def __init__(self, device: str, width: int, layers: int, rows: int) -> None:
        torch.manual_seed(0)
        blocks: list[torch.nn.Module] = []
        for _ in range(layers):
            blocks += [torch.nn.Linear(width, width), torch.nn.ReLU()]
        self.device = device
        self.model = torch.nn.Sequential(*blocks).to(device)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), foreach=True)
        self.batch = torch.randn(rows, width, device=device)
        self.pending: list[Pending] = []

    def state(self) -> list[torch.Tensor]:
        parameters = list(self.model.parameters())
        gradients = [one.grad for one in parameters if one.grad is not None]
        moments = [
            value for kept in self.optimizer.state.values() for value in kept.values()
        ]
        return [*parameters, *gradients, *moments]

    def block(self, *, is_digested: bool) -> float:
        """Train `STEPS` steps; return the time of one [s]."""
        self._wait()
        began = time.perf_counter()
        for _ in range(STEPS):
            self.optimizer.zero_grad()
            with torch.autocast(self.device, dtype=torch.bfloat16):
                loss = self.model(self.batch).square().mean()
            loss.backward()
            self.optimizer.step()
            if is_digested:
                self.pending.append(quick_torch_digest(self.state()))
        self._wait()
        taken_s = time.perf_counter() - began
        for one in self.pending:
            one.result()
        self.pending.clear()
        return taken_s / STEPS

    def _wait(self) -> None:
        if self.device == "cuda":
            torch.cuda.synchronize()


def _cost(training: _Training) -> dict[str, Any]:
    for is_digested in (False, True):
        training.block(is_digested=is_digested)
    both: dict[bool, list[float]] = {False: [], True: []}
    for pair in range(PAIRS[training.device]):
        for is_digested in (pair % 2 == 0, pair % 2 != 0):
            both[is_digested].append(training.block(is_digested=is_digested))
    ratios = [b / a for a, b in zip(both[False], both[True], strict=True)]
    state = training.state()
    return {
        "bytes": sum(tensor.nbytes for tensor in state),
        "tensors": len(state),
        "without [ms]": median(both[False]) * 1e3,
        "with [ms]": median(both[True]) * 1e3,
        "ratio": median(ratios),
        "ratios": [min(ratios), max(ratios)],
    }
