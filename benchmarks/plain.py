"""Train a shipped experiment as a plain script would: no plugin, no worker, no record.

The alternative that overhead is measured against, and the ground on which `witness`
stands. Everything the plugin pins is pinned here by hand, so that both give the same
bits; the names and meanings come from the documentation. No code of the package is
called but what an experiment itself is built from: its recipe, its parts, its loader.
It keeps numbers in a list and knows neither fingerprints nor checkpoints.

    python -m benchmarks.plain experiments.test_digits_mlp test_digits_mlp
    python -m benchmarks.plain experiments.test_transformer test_transformer name=essay
"""

import hashlib
import importlib
import itertools
import json
import random
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

__all__ = ["PLAIN_VARIABLES", "PlainRun", "call", "pin", "show_bits"]

PLAIN_VARIABLES = {
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_DYNAMIC": "FALSE",
    "MKL_DYNAMIC": "FALSE",
    "OMP_WAIT_POLICY": "PASSIVE",
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
}
"""What a person would export before the script, to get what a worker gets."""


class PlainRun:
    """Stands where the fixture `repro` stands, and does the least that works."""

    def __init__(self, seed: int, folder: Path) -> None:
        """Start with nothing logged.

        Args:
            seed: The root seed.
            folder: Where relative data paths start.
        """
        self.seed = seed
        self.logged: list[tuple[str, int | None, object]] = []
        self._folder = folder

    @property
    def numbers(self) -> list[tuple[str, int | None, str]]:
        """What was logged: the metric, its step, its exact value."""
        return [(name, step, show_bits(value)) for name, step, value in self.logged]

    @property
    def device(self) -> torch.device:
        """The accelerator, or the CPU where there is none."""
        if torch.accelerator.is_available():
            return torch.device(torch.accelerator.current_accelerator() or "cpu")
        return torch.device("cpu")

    def derive(self, name: str) -> int:
        """Derive a seed from a name, as documented under ``derive-sha256-v1``."""
        return derive(self.seed, name)

    def generator(self, name: str) -> torch.Generator:
        """Make a CPU generator seeded with `derive`."""
        return torch.Generator().manual_seed(self.derive(name))

    def asset(self, path: str | Path) -> Path:
        """Return where a data file is."""
        return self._folder / path

    def recipe(self, subject: Any) -> Any:  # noqa: ANN401  # a recipe of any class
        """Return the values that stand in the code; nobody sets another one here."""
        return subject() if callable(subject) else subject

    def steps(
        self, iterable: Iterable[Any] | None = None, *, total: int | None = None
    ) -> Iterator[Any]:
        """Count steps, without taking one item more than needed."""
        if iterable is None:
            return iter(range(total or 0))
        steps = itertools.count() if total is None else range(total)
        return zip(steps, iterable, strict=False)

    def watch(self, model: object, optimizer: object, *, every: int) -> None:
        """Do nothing: a plain script fingerprints nothing."""

    def checkpoint(self, *parts: object, **named: object) -> None:
        """Do nothing: a plain script begins at the beginning."""

    def fingerprint(self, name: str, state: object, step: int | None = None) -> None:
        """Do nothing, as in `watch`."""

    def log(self, name: str, value: object, step: int | None = None) -> None:
        """Keep the number, as `losses.append(loss.item())` would."""
        number = value.item() if isinstance(value, torch.Tensor) else value
        self.logged.append((name, step, number))


def derive(seed: int, name: str) -> int:
    """Derive a seed from a root seed and a name.

    Args:
        seed: The root seed.
        name: Who draws.

    Returns:
        An integer in [0, 2**63): 63 bits of SHA-256 over three framed texts.
    """
    texts = (b"derive-sha256-v1", str(seed).encode(), name.encode())
    framed = b"".join(len(text).to_bytes(8, "little") + text for text in texts)
    return int.from_bytes(hashlib.sha256(framed).digest()[:8], "big") >> 1


def pin(seed: int) -> None:
    """Seed the three global generators and set the flags that matter on a CPU.

    Args:
        seed: The root seed.
    """
    random.seed(derive(seed, "python"))
    np.random.seed(derive(seed, "numpy") % 2**32)  # noqa: NPY002  # the global generator is what experiments may use
    torch.manual_seed(derive(seed, "torch"))
    torch.set_deterministic_debug_mode("error")
    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)


def call(
    module: str, function: str, run: PlainRun, **parameters: str
) -> tuple[float, float]:
    """Run an experiment of the current folder.

    Args:
        module: Its module, such as ``experiments.test_digits_mlp``.
        function: Its test function.
        run: What it gets as `repro`.
        parameters: Its other arguments.

    Returns:
        Wall time and processor time of the function itself [s].

    Raises:
        ImportError: If the module was found outside the current folder, where the
            copy under study lies.
    """
    found = importlib.import_module(module)
    path = Path(found.__file__ or "").resolve()
    if not path.is_relative_to(Path.cwd().resolve()):
        msg = f"module {module} is not of this folder: found at {path}"
        raise ImportError(msg)
    wall, processor = time.perf_counter(), time.process_time()
    getattr(found, function)(run, **parameters)
    return time.perf_counter() - wall, time.process_time() - processor


def show_bits(value: object) -> str:
    """Write a number as its exact bits.

    Args:
        value: A Python number.

    Returns:
        A hexadecimal float, or the repr of anything else.
    """
    return value.hex() if isinstance(value, float) else repr(value)


def main(arguments: list[str]) -> None:
    """Train, then print the training time and every number, as JSON."""
    module, function, *rest = arguments
    pin(0)
    run = PlainRun(0, Path("experiments").resolve())
    parameters = dict(text.split("=", 1) for text in rest)
    trained = call(module, function, run, **parameters)
    json.dump({"trained": trained, "numbers": run.numbers}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
