"""Seed every global generator for one check, and put all of them back afterwards."""

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

__all__ = ["generators_kept", "seed_generators", "states_of_generators"]


@contextmanager
def generators_kept(seed: int) -> Iterator[None]:
    """Seed the generators of Python, numpy and torch, then restore them.

    Torch runs on one thread meanwhile: tensors are tiny, and more threads only wait.

    Args:
        seed: For all of them.

    Yields:
        Nothing.
    """
    before = states_of_generators()
    torch = sys.modules.get("torch")
    threads = torch.get_num_threads() if torch else 0
    try:
        if torch:
            torch.set_num_threads(1)
        seed_generators(seed)
        yield
    finally:
        _restore(before)
        if torch:
            torch.set_num_threads(threads)


def seed_generators(seed: int) -> None:
    """Seed what is imported of the generators of Python, numpy and torch."""
    random.seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed)
    if "torch" in sys.modules:
        _seed_torch(seed)


def _seed_torch(seed: int) -> None:
    """Seed torch without its notes for devices that are not there.

    `torch.manual_seed` writes down a stack for each kind of device that may yet be
    initialised: that took half the time of a suite, and memory that is never freed.
    """
    torch = sys.modules["torch"]
    if _has_device():
        torch.manual_seed(seed)
    else:
        torch.default_generator.manual_seed(seed)


@cache
def _has_device() -> bool:
    torch = sys.modules["torch"]
    return bool(torch.cuda.is_available() or torch.backends.mps.is_available())


def states_of_generators() -> dict[str, object]:
    """Read the states of the generators of Python, numpy and torch.

    Returns:
        States by library.
    """
    states: dict[str, object] = {"random": random.getstate()}
    if "numpy" in sys.modules:
        states["numpy"] = sys.modules["numpy"].random.get_state()
    if "torch" in sys.modules:
        states["torch"] = sys.modules["torch"].get_rng_state()
    return states


def _restore(states: dict[str, object]) -> None:
    random.setstate(states["random"])  # type: ignore[arg-type]  # as it was read
    if "numpy" in states:
        sys.modules["numpy"].random.set_state(states["numpy"])
    if "torch" in states:
        sys.modules["torch"].set_rng_state(states["torch"])
