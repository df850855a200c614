"""How fast is the quick digest, next to other digests and to copying memory?

    python -m benchmarks.digests --date 2026-11-26 --command "nox -s digests"

Measures the CPU, and a CUDA device where there is one, writes the figures and makes the
page from them. Figures of a device on another machine come in by ``--device-figures``,
from `device_digests`. Rivals that are not installed are listed as missing.
"""

import argparse
import hashlib
import json
import sys
import tempfile
import zlib
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from statistics import median
from time import thread_time
from typing import Any, Final

import numpy as np
import torch

from benchmarks.device_digests import measure as measure_device
from benchmarks.digests_page import FIGURES, Figures, page, read, write
from benchmarks.machine import add_arguments, look
from pytest_repro.fingerprints.torch_quick import quick_torch_digest

__all__ = ["contenders", "main", "measure"]

State = Sequence[torch.Tensor]
Way = Callable[[State], object]

LARGE_BYTES: Final = 100_000_000
SMALL_COUNTS: Final = (16, 512, 784, 1024, 1500)
SMALL_TIMES: Final = 6
ROUNDS: Final = 21
CALLS: Final = 20


def contenders() -> dict[str, Way | None]:
    """List the ways to read or digest a state.

    Returns:
        A function for each, or nothing where its package is missing.
    """
    return {
        "`quick64-v1`": lambda state: quick_torch_digest(state).result(),
        "SHA-256 (`hashlib`)": _updating(hashlib.sha256),
        "CRC-32 (`zlib`)": _crc32,
        "XXH3, 64 bits (`xxhash`)": _updating(_found("xxhash", "xxh3_64")),
        "BLAKE3 (`blake3`)": _updating(_found("blake3", "blake3")),
        "`torch.hash_tensor`": _hash_tensor if hasattr(torch, "hash_tensor") else None,
        "copying the bytes": _copied,
    }


def measure(large_bytes: int, rounds: int) -> list[dict[str, Any]]:
    """Measure every contender on the CPU, all in turn, round after round.

    Args:
        large_bytes: The size of the large tensor.
        rounds: How often.

    Returns:
        A row for each: name, rate on one large tensor [GB/s], time for 30 small tensors
        [µs]; nothing for a rival that is missing.
    """
    large = [_noise(large_bytes // 4)]
    small = [_noise(count) for count in SMALL_COUNTS * SMALL_TIMES]
    ways = contenders()
    there = {name: way for name, way in ways.items() if way is not None}
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in there}
    for _ in range(rounds):
        for name, way in there.items():
            times[name].append((_time(way, large, 1), _time(way, small, CALLS)))
    return [_row(name, times.get(name), large_bytes) for name in ways]


def main(arguments: list[str] | None = None) -> int:
    """Run the study and write its figures and its page.

    Args:
        arguments: The command line; by default that of the process.

    Returns:
        0; a rate is a number, not a failure.
    """
    parser = argparse.ArgumentParser(description="digests next to their rivals")
    add_arguments(parser, "digests.md")
    parser.add_argument("--figures", type=Path, default=FIGURES, metavar="PATH")
    parser.add_argument("--from-figures", action="store_true")
    parser.add_argument("--device-figures", type=Path, metavar="PATH")
    parser.add_argument("--large-bytes", type=int, default=LARGE_BYTES, metavar="N")
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    figures = read(options.figures) if options.figures.exists() else None
    if figures is None or not options.from_figures:
        figures = Figures(
            occasion=tuple(look(options.date, options.command).lines()),
            rows=tuple(measure(options.large_bytes, options.rounds)),
            device=_device() or (figures.device if figures else {}),
        )
    if options.device_figures:
        text = options.device_figures.read_text(encoding="utf-8")
        figures = Figures(figures.occasion, figures.rows, json.loads(text))
    write(figures, options.figures)
    options.write.write_text(page(figures), encoding="utf-8")
    return 0


def _noise(count: int) -> torch.Tensor:
    return torch.randn(count, generator=torch.Generator().manual_seed(count))


def _device() -> dict[str, Any]:
    if not torch.cuda.is_available():
        return {}
    with tempfile.TemporaryDirectory() as folder:
        return measure_device("cuda", Path(folder) / "device.json")


def _row(
    name: str, times: list[tuple[float, float]] | None, large_bytes: int
) -> dict[str, Any]:
    if times is None:
        return {"name": name, "large [GB/s]": None, "small [µs]": None}
    large_s, small_s = (median(column) for column in zip(*times, strict=True))
    return {
        "name": name,
        "large [GB/s]": round(large_bytes / large_s / 1e9, 2),
        "small [µs]": round(small_s * 1e6, 1),
    }


def _time(way: Way, state: State, calls: int) -> float:
    """Return the processor time of one call [s], in a few calls after another one."""
    way(state)
    began = thread_time()
    for _ in range(calls):
        way(state)
    return (thread_time() - began) / calls


def _found(module: str, name: str) -> Callable[[], Any] | None:
    try:
        found: Callable[[], Any] = getattr(import_module(module), name)
    except ImportError:
        return None
    return found


def _updating(new: Callable[[], Any] | None) -> Way | None:
    """Feed all tensors to one state, as a ledger would."""
    if new is None:
        return None

    def digest(state: State) -> object:
        hashed = new()
        for tensor in state:
            hashed.update(tensor.numpy().view(np.uint8))
        return hashed.digest()

    return digest


def _crc32(state: State) -> int:
    checksum = 0
    for tensor in state:
        checksum = zlib.crc32(tensor.numpy().data, checksum)
    return checksum


def _hash_tensor(state: State) -> object:
    return [torch.hash_tensor(tensor) for tensor in state]


def _copied(state: State) -> object:
    """Write the same bytes elsewhere, into memory that is there already."""
    size = sum(tensor.nbytes for tensor in state)
    room = _ROOM.setdefault(size, np.ones(size, dtype=np.uint8))
    start = 0
    for tensor in state:
        data = tensor.numpy().view(np.uint8)
        np.copyto(room[start : start + data.size], data)
        start += data.size
    return room


_ROOM: Final[dict[int, np.ndarray[Any, np.dtype[np.uint8]]]] = {}


if __name__ == "__main__":
    sys.exit(main())
