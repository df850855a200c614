"""What does it cost to note where a run came from, and to look for edited packages?

Pairs of fresh processes import torch and scikit-learn and end; one of each pair
collects all that a record keeps of its provenance before it does. The first of all
fills the cache of checked packages and is told apart.

    python -m benchmarks.provenance --pairs 15
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from pytest_repro.provenance.edits import CACHE_VARIABLE

__all__ = ["main"]

ROOT: Final = Path(__file__).parents[1]
IMPORTS: Final = "import os, time, numpy, torch, sklearn.linear_model\n"
COLLECT: Final = """\
from pathlib import Path
from pytest_repro.plugin.provenance import Whence, with_provenance
from pytest_repro.provenance import Meter, collect_code, collect_environment
from pytest_repro.records import Identity, RunRecord
root, cache = Path.cwd(), Path({cache!r})
meter = Meter()
began, busy = time.perf_counter(), sum(os.times()[:4])
environment = collect_environment(root=root, cache=cache)
code = collect_code(root, Path("noxfile.py"))
identity = Identity(experiment="e", config={{}}, environment=environment, code=code)
record = RunRecord(identity=identity, seeds=())
with_provenance(record, Whence(cache=cache), root=root, meter=meter)
print(time.perf_counter() - began, sum(os.times()[:4]) - busy)
"""
IMPORTED: Final = """\
import pytest_repro.plugin.provenance, pytest_repro.provenance.torch_build
print(0.0, 0.0)
"""


def main(words: list[str] | None = None) -> None:
    """Measure, and print a line for each figure.

    Args:
        words: The command line; None for that of the process.
    """
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=15)
    pairs = parser.parse_args(words).pairs
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder) / "packages.json"
        whole = IMPORTS + COLLECT.format(cache=str(cache))
        first, _, _ = _run(whole)
        inside, busy, extra = [], [], []
        for _ in range(pairs):
            spent, worked, with_it = _run(whole)
            _, _, without_it = _run(IMPORTS + IMPORTED)
            inside.append(spent)
            busy.append(worked)
            extra.append(with_it - without_it)
    _tell("first run, which hashes every file of packages in use", [first])
    _tell("every later run, by its own clock", inside)
    _tell("every later run, processor time, git included", busy)
    _tell("every later run, by the wall time of pairs of processes", extra)


def _run(program: str) -> tuple[float, float, float]:
    """Return wall and processor time that a program tells, and its wall time [s]."""
    # The cache of a suite must not stand in for our own.
    variables = {k: v for k, v in os.environ.items() if k != CACHE_VARIABLE}
    began = time.perf_counter()
    done = subprocess.run(  # noqa: S603  # a program of our own
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**variables, "OMP_NUM_THREADS": "1"},
        check=True,
        capture_output=True,
        text=True,
    )
    wall = time.perf_counter() - began
    spent, worked = map(float, done.stdout.split())
    return spent, worked, wall


def _tell(what: str, seconds: list[float]) -> None:
    middle = 1e3 * statistics.median(seconds)
    low, high = 1e3 * min(seconds), 1e3 * max(seconds)
    sys.stdout.write(f"{what}: {middle:.0f} ms ({low:.0f} to {high:.0f})\n")


if __name__ == "__main__":
    main()
