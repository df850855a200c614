"""Observations to append, small and fixed; and processes that append them.

Run as a program: ``python -m tests.references.chronicles append ROOT WORKER COUNT``
appends so many observations one by one; ``… die FOLDER`` lets an append die at each of
its system calls, and writes one line for each history that then broke its promise.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from pytest_repro.records import (
    Metric,
    Observation,
    Rung,
    Scalar,
    Standard,
    Tier,
)
from pytest_repro.references import History
from tests.references.faults import die, striking
from tests.references.samples import EXPERIMENT, digest

KEY = "linux-x86_64-avx2-cpu-torch2.13"


def observation(
    night: int, *, experiment: str = EXPERIMENT, accuracy: float = 0.5, key: str = KEY
) -> Observation:
    """Observe an experiment in one of the nights of a month."""
    return Observation(
        experiment=experiment,
        environment_key=key,
        observed_utc=f"2026-11-{night:02}T03:00:00Z",
        tier=Tier.NIGHTLY,
        created_by="pytest_repro 0.1.0",
        rung=Rung.IDENTICAL,
        required=Rung.WITHIN_ROUNDING,
        passed=True,
        seeds=1,
        seeds_allowed=8,
        wall_s=4.5,
        metrics=(Metric(name="accuracy", scalar=Scalar.of(accuracy, "float32")),),
        commit=f"{night:040x}",
        standard=Standard(revision=1, digest=digest("reference")),
    )


def append_each(root: Path, worker: int, count: int) -> None:
    """Append observations one by one, each of its own experiment and night."""
    history = History(root, lock_timeout_s=60)
    for number in range(count):
        name = f"test_{number % 3}.py::test_{worker}"
        history.append([observation(number + 1, experiment=name)])


def die_at_each_call(folder: Path) -> Iterator[str]:
    """Let an append die before its first call, its second, … until one survives.

    Yields:
        ``kept`` if the earlier nights are there and the next append works, or what is
        wrong.
    """
    number = 0
    survived = False
    while not survived:
        number += 1
        history = History(folder / str(number))
        history.append([observation(1)])
        child = os.fork()
        if child == 0:
            with striking(number, die):
                history.append([observation(2), observation(3)])
            os._exit(0)
        survived = os.waitpid(child, 0)[1] == 0
        yield state_of(history)


def state_of(history: History) -> str:
    """Say whether what was there before a death still is, and more can be added."""
    before = history.read()
    history.append([observation(4)])
    after = history.read()
    nights = [one.observed_utc[8:10] for one in after.observations]
    lawful = [["01", "04"], ["01", "02", "04"], ["01", "02", "03", "04"]]
    if before.is_intact and nights in lawful:
        return "kept"
    return f"{nights} {[one.message for one in after.blemishes]}"


def main(arguments: list[str]) -> None:
    """Append, or die, as the arguments say."""
    study, folder = arguments[0], Path(arguments[1])
    if study == "append":
        append_each(folder, int(arguments[2]), int(arguments[3]))
        return
    found = list(die_at_each_call(folder))
    for state in found:
        if state != "kept":
            sys.stdout.write(f"VIOLATION {state}\n")
    sys.stdout.write(f"deaths {len(found) - 1}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
