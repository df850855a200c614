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
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Final

import numpy as np

from benchmarks.hashing_page import FIGURES, Figures, page, read, write
from benchmarks.machine import add_arguments, look
from pytest_repro.assets import hash_tree, use
from pytest_repro.assets.trees import THREADS

__all__ = ["main", "measure", "ways_of_a_file", "ways_of_a_tree"]

LARGE_BYTES: Final = 2**30
FILES: Final = 100_000
FILE_BYTES: Final = 2_000
IN_A_FOLDER: Final = 1_000
ROUNDS: Final = 5
CHUNK_BYTES: Final = 2**20

Way = Callable[[Path], object]


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
        f"reading alone, {THREADS} threads": _read_tree,
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
    file_s = _times(ways_of_a_file(), large, [large], rounds)
    tree_s = _times(ways_of_a_tree(), small, list(_files(small)), rounds)
    data = np.frombuffer(large.read_bytes(), np.uint8)
    target = np.empty_like(data)
    memory_s = {
        "SHA-256 of memory": lambda: hashlib.sha256(data).digest(),
        "copying memory": lambda: np.copyto(target, data),
    }
    return Figures(
        occasion=(),
        large_bytes=large_bytes,
        files=files,
        file_bytes=FILE_BYTES,
        file_mb_s={k: _rates(v, large_bytes / 1e6) for k, v in file_s.items()},
        tree_files_s={k: _rates(v, files) for k, v in tree_s.items()},
        memory_mb_s={
            name: round(large_bytes / 1e6 / median(_timed(act) for _ in range(rounds)))
            for name, act in memory_s.items()
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


def _times(
    ways: dict[str, Way], path: Path, files: Sequence[Path], rounds: int
) -> dict[str, tuple[float, float]]:
    """Return the median times of each way, warm and cold [s]."""
    found: dict[str, tuple[list[float], list[float]]] = {k: ([], []) for k in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            way(path)
            warm = _timed(lambda way=way: way(path))  # type: ignore[misc]  # bound now
            _drop(files)
            cold = _timed(lambda way=way: way(path))  # type: ignore[misc]  # likewise
            found[name][0].append(warm)
            found[name][1].append(cold)
    return {name: (median(warm), median(cold)) for name, (warm, cold) in found.items()}


def _timed(act: Callable[[], Any]) -> float:
    began = perf_counter()
    act()
    return perf_counter() - began


def _rates(times: tuple[float, float], amount: float) -> dict[str, int]:
    warm, cold = times
    return {"warm": round(amount / warm), "cold": round(amount / cold)}


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
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(_read_batch, batches))


def _read_batch(names: Sequence[str]) -> None:
    for name in names:
        descriptor = os.open(name, os.O_RDONLY)
        os.read(descriptor, CHUNK_BYTES)
        os.close(descriptor)


if __name__ == "__main__":
    raise SystemExit(main())
