"""Many processes, one store: every reference is whole, whoever wrote it last."""

import subprocess
import sys
import threading
from pathlib import Path

from pytest_repro.records import Match
from pytest_repro.references import ReferenceStore
from tests.references.crashes import leftovers, state_of
from tests.references.disks import unmeasured
from tests.references.samples import EXPERIMENT, environment, small_record
from tests.references.writers import experiment

ROOT = Path(__file__).parents[2]


def start(
    study: str, store: ReferenceStore, worker: int, count: int
) -> subprocess.Popen[str]:
    """Start a writer."""
    command = [sys.executable, "-m", "tests.references.writers"]
    arguments = [study, str(store.root), str(worker), str(count)]
    return subprocess.Popen(
        [*command, *arguments],
        cwd=ROOT,
        env=unmeasured(),
        stdout=subprocess.PIPE,
        text=True,
    )


def test_eight_processes_update_two_hundred_experiments(quick_disk: Path) -> None:
    """Afterwards all 200 are there, valid, and none is a mixture."""
    store = ReferenceStore(quick_disk / "store")

    codes = start("all", store, 8, 200).communicate()[0]

    assert codes.strip() == str([0] * 8)
    names = sorted(experiment(number) for number in range(200))
    assert [entry.experiment for entry in store.entries()] == names
    for name in names:
        found = store.find(name, environment())
        lawful = [small_record(name, value=worker / 8) for worker in range(8)]
        assert found.match is Match.EXACT
        assert found.record in lawful
    assert leftovers(store) == []


def test_of_two_writers_of_one_reference_each_wins_whole_or_says_busy(
    tmp_path: Path,
) -> None:
    """The state is always one that a single writer wrote, also while they write."""
    store = ReferenceStore(tmp_path / "store")
    store.write(small_record(value=9.0))

    writers = [start("same", store, worker, 60) for worker in (1, 2)]
    states = []
    while any(writer.poll() is None for writer in writers):
        states.append(state_of(store))
    busy = [int(writer.communicate()[0]) for writer in writers]

    assert [writer.returncode for writer in writers] == [0, 0]
    assert sum(busy) < 120  # on a busy machine one may hold the lock all the time
    assert [state for state in states if not state.replace(".", "").isdigit()] == []
    assert float(state_of(store)) < 3
    assert leftovers(store) == []


def test_reader_beside_a_writer_sees_one_state_whole(tmp_path: Path) -> None:
    """A reader takes no lock, and yet never sees half of an update."""
    store = ReferenceStore(tmp_path / "store")
    values = (0.25, 0.5)
    store.write(small_record(value=values[0]))
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            for value in values:
                store.write(small_record(value=value))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        found = [store.find(EXPERIMENT, environment()).record for _ in range(150)]
        listed = {len(store.entries()) for _ in range(20)}
    finally:
        stop.set()
        writer.join()

    assert all(one in [small_record(value=value) for value in values] for one in found)
    assert listed == {1}
