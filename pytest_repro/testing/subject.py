"""Experiments on which launchers are tried: one that trains, and many that end badly.

This file is copied into the project of a trial, where it is collected as any other. It
needs nothing but the package, so an engine needs no framework to conform.
"""

import ctypes
import os
import random
import resource
import subprocess
import sys
import time
import unittest
from pathlib import Path
from typing import Final

from pytest_repro.experiment import Run

STEPS: Final = 12
EXIT_CODE: Final = 3
FLOOD_MIB: Final = 64
MIB: Final = 1024 * 1024
MEMORY_LIMIT_MIB: Final = 8192

FOLDER: Final = "SUBJECT_FOLDER"
"""The variable that names a folder which the launcher's worker may write to."""

PACE: Final = "SUBJECT_PACE_S"
"""The variable that says how long a step takes at least [s]."""

SECRET: Final = "SUBJECT_SECRET"  # noqa: S105  # the name, not the secret
"""The variable that holds a secret; every launcher hands it to its workers."""

HUE: Final = "SUBJECT_HUE"
"""A variable that the parent sets, and that a job takes away or sets anew."""

BEAT: Final = """
import os, sys, time
while True:
    with open(sys.argv[1], "w") as stream:
        stream.write(str(time.monotonic()))
    time.sleep(0.05)
"""
LAST_WORDS: Final = "last words \N{WHITE SMILING FACE}"


def test_trains(repro: Run) -> None:
    """Fit a line by stochastic gradient descent, in plain Python."""
    source = random.Random(repro.derive("batches"))  # noqa: S311  # to be repeated
    weights = [0.0, 0.0]
    repro.checkpoint(weights=weights, source=source)

    for step in repro.steps(total=STEPS):
        time.sleep(float(os.environ.get(PACE, "0")))
        x = source.gauss(0.0, 1.0)
        error = weights[0] + weights[1] * x - (1.0 + 2.0 * x)
        weights[0] -= 0.1 * error
        weights[1] -= 0.1 * error * x
        repro.log("loss", error * error, step=step)

    repro.log("slope", weights[1])


def test_größe(repro: Run) -> None:  # noqa: PLC2401  # the name is the point
    """Log under a name, and fail with a message, that are no ASCII."""
    print(LAST_WORDS, flush=True)  # noqa: T201  # what is looked for
    repro.log("größe/测试", 1.0)
    msg = "zu groß: 大きい \N{SNOWMAN}"
    raise ValueError(msg)


def test_skips(repro: Run) -> None:
    """Skip itself."""
    msg = f"seed {repro.seed} needs a telescope"
    raise unittest.SkipTest(msg)


def test_exits(repro: Run) -> None:
    """End the process without a last word."""
    repro.log("loss", 1.0, step=0)
    os._exit(EXIT_CODE)


def test_dies(repro: Run) -> None:
    """Read an address that is not there."""
    repro.log("loss", 1.0, step=0)
    ctypes.string_at(0)


def test_eats(repro: Run) -> None:
    """Take memory until somebody objects."""
    repro.log("loss", 1.0, step=0)
    held = [b"x" * MIB for _ in range(MEMORY_LIMIT_MIB)]
    msg = f"nobody objected to {len(held)} MiB"
    raise AssertionError(msg)


def test_floods(repro: Run) -> None:
    """Print a lot."""
    line = "x" * (MIB - 1) + "\n"
    for _ in range(FLOOD_MIB):
        sys.stdout.write(line)
    sys.stdout.write(f"{LAST_WORDS}\n")
    sys.stdout.flush()
    repro.log("loss", 1.0)


def test_fills_the_disk(repro: Run) -> None:
    """Let no file grow any more, as a full disk does; the record is yet to come."""
    repro.log("loss", 1.0)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))


def test_hangs(repro: Run) -> None:
    """Start a child that shows that it lives, and never end."""
    _start_child("beat")
    repro.log("loss", 1.0, step=0)
    time.sleep(3600)


def test_hangs_with_a_daemon(repro: Run) -> None:
    """Start a child in a session of its own, and never end."""
    _start_child("beat", is_daemon=True)
    repro.log("loss", 1.0, step=0)
    time.sleep(3600)


def test_leaves_a_child(repro: Run) -> None:
    """End well while a child still holds the output open."""
    _start_child("beat")
    repro.log("loss", 1.0)


def test_trains_and_beats(repro: Run) -> None:
    """Train with a child beside it that shows that it lives."""
    child = _start_child("beat")
    test_trains(repro)
    child.kill()
    child.wait()


def test_knows_its_variables(repro: Run) -> None:
    """Write down how long the secret is, and which hue there is."""
    repro.log("length", float(len(os.environ.get(SECRET, ""))))
    print(f"hue={os.environ.get(HUE, 'none')}", flush=True)  # noqa: T201  # read there


def test_stands_in_the_root(repro: Run) -> None:
    """Open a file of the project by its name alone."""
    repro.log("length", float(len(Path("pytest.ini").read_bytes())))


def _start_child(name: str, *, is_daemon: bool = False) -> subprocess.Popen[bytes]:
    path = Path(os.environ[FOLDER]) / name
    command = [sys.executable, "-c", BEAT, str(path)]
    child = subprocess.Popen(command, start_new_session=is_daemon)  # noqa: S603  # ours
    while not path.exists():
        time.sleep(0.01)
    return child
