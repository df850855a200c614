"""How fast are files and folders hashed, next to `sha256sum`, reading and copying?

    python -m benchmarks.hashing --date 2026-11-27 --command "nox -s hashing"

One large file and very many small ones, as they lie in memory after they were written
(*warm*) and from the disk (*cold*: their pages are dropped before each reading). All
ways take turns, round after round. Writes the figures and makes the page from them.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from benchmarks.hashing_page import FIGURES, Figures, page, read, write
from benchmarks.machine import add_arguments, look
from pytest_repro.assets import hash_tree, use

__all__ = ["main", "measure", "ways_of_a_file", "ways_of_a_tree"]

LARGE_BYTES: Final = 2**30
FILES: Final = 100_000
FILE_BYTES: Final = 2_000
IN_A_FOLDER: Final = 1_000
ROUNDS: Final = 5
CHUNK_BYTES: Final = 2**20
READERS: Final = 16

Way = Callable[[Path], object]


def _copied(data: npt.NDArray[np.uint8]) -> object:
    """Copy a mebibyte at a time, into memory that is there already."""
    target = np.empty(CHUNK_BYTES, np.uint8)
    for at in range(0, len(data), CHUNK_BYTES):
        part = data[at : at + CHUNK_BYTES]
        np.copyto(target[: len(part)], part)
    return target


WAYS_OF_MEMORY: Final[dict[str, Callable[[npt.NDArray[np.uint8]], object]]] = {
    "SHA-256 of memory": lambda data: hashlib.sha256(data.data).digest(),
    "copying memory": _copied,
}


def ways_of_a_file() -> dict[str, Way]:
    """List the ways to go through one large file."""
    return {
        "ours (`repro.asset`)": lambda path: use(path, name="large"),
        "`sha256sum`": _sha256sum,
        "reading alone": _read_file,
    }


def ways_of_a_tree() -> dict[str, Way]:
    """List the ways to go through very many small files."""
    return {
        "ours (`repro.asset`)": lambda path: hash_tree(path, name="small"),
        "`find`, `sort`, `sha256sum`": _sha256sum_tree,
        f"reading alone, {READERS} threads": _read_tree,
    }


def measure(folder: Path, *, large_bytes: int, files: int, rounds: int) -> Figures:
    """Measure every way.

    Args:
        folder: Where files are written.
        large_bytes: The size of the large file.
        files: How many small ones there are.
        rounds: How often each way takes its turn.

    Returns:
        Rates [MB/s] and numbers of files [1/s]; without an occasion.
    """
    large = _write_large(folder / "large", large_bytes)
    small = _write_small(folder / "small", files)
    every = list(_files(small))
    data = np.frombuffer(large.read_bytes(), np.uint8)
    file_s, tree_s = _Times(ways_of_a_file()), _Times(ways_of_a_tree())
    memory_s: dict[str, list[float]] = {name: [] for name in WAYS_OF_MEMORY}
    for _ in range(rounds):
        for name, way in WAYS_OF_MEMORY.items():
            memory_s[name].append(_timed(partial(way, data)))
        file_s.measure(large, [large])
        tree_s.measure(small, every)
    return Figures(
        occasion=(),
        large_bytes=large_bytes,
        files=files,
        file_bytes=FILE_BYTES,
        file_mb_s=file_s.rates(large_bytes / 1e6),
        tree_files_s=tree_s.rates(files),
        memory_mb_s={
            name: round(large_bytes / 1e6 / min(times))
            for name, times in memory_s.items()
        },
    )


def main(arguments: list[str] | None = None) -> int:
    """Run the study and write its figures and its page.

    Args:
        arguments: The command line; by default that of the process.

    Returns:
        0; a rate is a number, not a failure.
    """
    parser = argparse.ArgumentParser(description="hashing next to its limits")
    add_arguments(parser, "hashing.md")
    parser.add_argument("--figures", type=Path, default=FIGURES, metavar="PATH")
    parser.add_argument("--from-figures", action="store_true")
    parser.add_argument("--folder", type=Path, help="on the disk that is measured")
    parser.add_argument("--large-bytes", type=int, default=LARGE_BYTES, metavar="N")
    parser.add_argument("--files", type=int, default=FILES, metavar="N")
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N")
    options = parser.parse_args(arguments)
    if options.from_figures:
        figures = read(options.figures)
    else:
        occasion = tuple(look(options.date, options.command).lines())
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            figures = measure(
                Path(folder),
                large_bytes=options.large_bytes,
                files=options.files,
                rounds=options.rounds,
            )
        figures = figures.on(occasion)
    write(figures, options.figures)
    options.write.write_text(page(figures), encoding="utf-8")
    return 0


class _Times:
    """The times of several ways, warm and cold; the least of each counts.

    Other programs take time away and never give any, so the least is the truest.
    """

    def __init__(self, ways: dict[str, Way]) -> None:
        self._ways = ways
        self._warm: dict[str, list[float]] = {name: [] for name in ways}
        self._cold: dict[str, list[float]] = {name: [] for name in ways}

    def measure(self, path: Path, files: Sequence[Path]) -> None:
        """Let each way take its turn."""
        for name, way in self._ways.items():
            way(path)
            self._warm[name].append(_timed(partial(way, path)))
            _drop(files)
            self._cold[name].append(_timed(partial(way, path)))

    def rates(self, amount: float) -> dict[str, dict[str, int]]:
        """Return what each way did of an amount in a second."""
        return {
            name: {
                "warm": round(amount / min(self._warm[name])),
                "cold": round(amount / min(self._cold[name])),
            }
            for name in self._ways
        }


def _timed(act: Callable[[], Any]) -> float:
    began = perf_counter()
    act()
    return perf_counter() - began


def _write_large(path: Path, size: int) -> Path:
    generator = np.random.default_rng(0)
    with path.open("wb") as file:
        for at in range(0, size, CHUNK_BYTES):
            file.write(generator.bytes(min(CHUNK_BYTES, size - at)))
        os.fsync(file.fileno())
    return path


def _write_small(folder: Path, count: int) -> Path:
    generator = np.random.default_rng(1)
    for number in range(count):
        own = folder / f"{number // IN_A_FOLDER:04}"
        if number % IN_A_FOLDER == 0:
            own.mkdir(parents=True)
        (own / f"{number:06}.bin").write_bytes(generator.bytes(FILE_BYTES))
    os.sync()
    return folder


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _drop(files: Sequence[Path]) -> None:
    """Drop the pages of files; names and inodes stay in memory."""
    for path in files:
        descriptor = os.open(path, os.O_RDONLY)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)


def _sha256sum(path: Path) -> None:
    _run("sha256sum", str(path))


def _sha256sum_tree(folder: Path) -> None:
    """As a person would do it by hand."""
    listing = _run("find", str(folder), "-type", "f", "-print0")
    _run("xargs", "-0", "sha256sum", given=_run("sort", "-z", given=listing))


def _run(program: str, *words: str, given: bytes = b"") -> bytes:
    path = shutil.which(program)
    if path is None:
        msg = f"there is no {program} here to compare with"
        raise FileNotFoundError(msg)
    command = [path, *words]
    done = subprocess.run(command, input=given, check=True, capture_output=True)  # noqa: S603  # programs of coreutils, named above
    return done.stdout


def _read_file(path: Path) -> None:
    buffer = bytearray(CHUNK_BYTES)
    with path.open("rb", buffering=0) as file:
        while file.readinto(buffer):
            pass


def _read_tree(folder: Path) -> None:
    names = [
        f"{parent}/{name}" for parent, _, files in os.walk(folder) for name in files
    ]
    batches = [names[at : at + 256] for at in range(0, len(names), 256)]
    with ThreadPoolExecutor(READERS) as threads:
        list(threads.map(_read_batch, batches))


def _read_batch(names: Sequence[str]) -> None:
    for name in names:
        descriptor = os.open(name, os.O_RDONLY)
        os.read(descriptor, CHUNK_BYTES)
        os.close(descriptor)


if __name__ == "__main__":
    raise SystemExit(main())
