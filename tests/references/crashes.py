"""Writers that die: at each system call in turn, or killed at any moment.

Run as a program, because it forks: ``python -m tests.references.crashes each FOLDER``
or ``… kill FOLDER COUNT``. It writes one line for each way in which the store was not
the old or the new state, then how many deaths there were, by the state that was found.
"""

import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from pytest_repro.errors import ReproError
from pytest_repro.records import Match
from pytest_repro.references import ReferenceStore
from tests.references.faults import die, striking
from tests.references.samples import EXPERIMENT, environment, small_record

VALUES = (0.25, 0.5)
MENDED = (0.75, 1.0)


def state_of(store: ReferenceStore) -> str:
    """Say which state the store holds: a value, ``none``, or what is wrong."""
    try:
        found = store.find(EXPERIMENT, environment())
    except ReproError as error:
        return f"unreadable: {error}"
    if found.record is None:
        return "none"
    value = found.record.series[0].scalar(-1).value
    whole = found.match is Match.EXACT and found.record == small_record(value=value)
    return str(value) if whole else f"mixed: {found.record}"


def leftovers(store: ReferenceStore) -> list[str]:
    """List what lies in the staging area beside the locks."""
    area = store.root / ".staging"
    return sorted(
        path.name
        for path in area.glob("*/*")
        if path.name not in {"lock", ".gitignore"}
    )


def in_child(act: Callable[[], object]) -> int:
    """Do something in a forked process and return how that ended."""
    child = os.fork()
    if child == 0:
        act()
        os._exit(0)
    return os.waitpid(child, 0)[1]


def die_at_each_call(folder: Path, *, is_rewrite: bool) -> Iterator[tuple[str, str]]:
    """Let a writer die before its first call, its second, … until one survives.

    Args:
        folder: An empty folder.
        is_rewrite: Whether there is an older state.

    Yields:
        What each death left, and what the next writer made of it.
    """
    number = 0
    survived = False
    while not survived:
        number += 1
        store = ReferenceStore(folder / str(number))
        if is_rewrite:
            store.write(small_record(value=VALUES[0]))

        def act(store: ReferenceStore = store, number: int = number) -> None:
            with striking(number, die):
                store.write(small_record(value=VALUES[1]))

        survived = in_child(act) == 0
        yield state_of(store), mended(store)


def mended(store: ReferenceStore, *, value: float = MENDED[0]) -> str:
    """Write something new, and say ``mended`` or what the store then holds."""
    store.write(small_record(value=value))
    found = [state_of(store), *leftovers(store)]
    return "mended" if found == [str(value)] else " ".join(found)


def kill_at_any_moment(folder: Path, count: int) -> Iterator[tuple[str, str]]:
    """Kill a writer that rewrites one reference again and again.

    Args:
        folder: An empty folder.
        count: How often.

    Yields:
        What each death left, and what the next writer made of it.
    """
    store = ReferenceStore(folder / "store")
    store.write(small_record(value=VALUES[0]))
    generator = random.Random(count)  # noqa: S311  # moments, no secrets
    for number in range(count):
        child = os.fork()
        if child == 0:
            while True:
                for value in VALUES:
                    store.write(small_record(value=value))
        time.sleep(generator.uniform(0.0, 0.04))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        yield state_of(store), mended(store, value=MENDED[number % 2])


def main(arguments: list[str]) -> None:
    """Run one of the two studies and print what was found."""
    study, folder = arguments[0], Path(arguments[1])
    if study == "kill":
        deaths = list(kill_at_any_moment(folder, int(arguments[2])))
    else:
        deaths = [
            *die_at_each_call(folder / "first", is_rewrite=False),
            *die_at_each_call(folder / "again", is_rewrite=True),
        ]
    values = (*VALUES, *MENDED) if study == "kill" else (*VALUES, "none")
    for found, after in deaths:
        if found not in map(str, values) or after != "mended":
            sys.stdout.write(f"VIOLATION {found} -> {after}\n")
    for found, number in sorted(Counter(found for found, _ in deaths).items()):
        sys.stdout.write(f"{found} {number}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
