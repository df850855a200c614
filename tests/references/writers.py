"""Processes that write to one store at the same time; run as a program.

``python -m tests.references.writers all ROOT WORKERS COUNT`` lets so many processes
update so many experiments each, every one beginning elsewhere. ``… same ROOT WORKER
COUNT`` rewrites one reference so often with the worker's own value, and says how often
it was busy.
"""

import os
import sys
from pathlib import Path

from pytest_repro.errors import StoreBusy
from pytest_repro.references import ReferenceStore
from tests.references.samples import small_record


def experiment(number: int) -> str:
    """Name one of many experiments."""
    return f"experiments/test_{number % 7}.py::test_{number}"


def write_all(store: ReferenceStore, worker: int, count: int) -> None:
    """Update every experiment, in an order of one's own."""
    for number in range(count):
        name = experiment((number + worker * 25) % count)
        store.write(small_record(name, value=worker / 8))


def write_same(store: ReferenceStore, worker: int, count: int) -> int:
    """Rewrite one reference again and again; return how often it was busy."""
    busy = 0
    for number in range(count):
        try:
            store.write(small_record(value=worker + number / 1024))
        except StoreBusy:
            busy += 1
    return busy


def fork_writers(root: Path, workers: int, count: int) -> list[int]:
    """Let some processes write at once; return how each ended."""
    children = []
    for worker in range(workers):
        child = os.fork()
        if child == 0:
            write_all(ReferenceStore(root, lock_timeout_s=60), worker, count)
            os._exit(0)
        children.append(child)
    return [os.waitpid(child, 0)[1] for child in children]


def main(arguments: list[str]) -> None:
    """Write, as the arguments say."""
    study, root, worker, count = arguments
    if study == "all":
        codes = fork_writers(Path(root), int(worker), int(count))
        sys.stdout.write(f"{codes}\n")
    else:
        store = ReferenceStore(Path(root), lock_timeout_s=0.001)
        sys.stdout.write(f"{write_same(store, int(worker), int(count))}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
