"""Whatever kills a worker, and whenever: the resumed run has the same bits.

The long version does this over all experiments that the project ships, 200 times in
all, and writes its figures where `PYTEST_REPRO_FIGURES` says.
"""

import os
import random
from pathlib import Path

import pytest

from pytest_repro.records import Rung
from tests.replication.killing import (
    Killed,
    failure_of,
    kill_all,
    kill_from_outside,
    let_it_kill_itself,
    plain_runs,
)

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("PYTEST_REPRO_KILLS", "200"))
FIGURES = Path(os.environ.get("PYTEST_REPRO_FIGURES", os.devnull))

EXPERIMENT = """
import random, time

def batches():
    while True:
        order = random.sample(range(6), 6)
        yield from order

def test_walk(repro):
    totals = {"sum": 0.0}
    repro.checkpoint(totals)
    for step, batch in repro.steps(batches(), total=40):
        totals["sum"] += batch * random.random()
        time.sleep(0.01)
        repro.log("sum", totals["sum"], step=step)
    repro.log("end", totals["sum"])
"""

INI = "[pytest]\nstrict = true\nfilterwarnings = error\nrepro_replicas = 0\n"


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """The folder of an uninterrupted run of an experiment that needs no torch."""
    (tmp_path / "pytest.ini").write_text(INI)
    (tmp_path / "test_walk.py").write_text(EXPERIMENT)
    (folder,) = plain_runs(tmp_path, tmp_path / "out")
    return folder


def test_a_worker_that_kills_itself_leaves_the_same_bits(plain: Path) -> None:
    """Six times, at steps, inside them, and in the midst of writing a checkpoint."""
    killed = let_it_kill_itself(plain, kills=6, name="short")

    assert killed.verdict.rung is Rung.IDENTICAL
    assert killed.kills == 6


def test_a_worker_that_is_killed_from_outside_leaves_the_same_bits(plain: Path) -> None:
    """Four times at most, whenever that is."""
    source = random.Random(1)  # noqa: S311  # to be repeated

    killed = kill_from_outside(plain, kills=4, source=source)

    assert killed.verdict.rung is Rung.IDENTICAL


def test_a_replica_is_not_resumed(plain: Path) -> None:
    """Where its noise stood is in no checkpoint, so it is refused by name."""
    failure = failure_of(plain, replica=1, resume_from=str(plain / "any"))

    assert failure == "ReproUsageError: a replica cannot be resumed: run it as a whole"


@pytest.mark.campaign
def test_every_experiment_survives_many_kills(tmp_path: Path) -> None:
    """`PYTEST_REPRO_KILLS` times over all shipped experiments, 200 unless told."""
    runs = plain_runs(ROOT, tmp_path / "out", "experiments")

    found = [note(killed) for killed in kill_all(runs, kills=KILLS)]

    assert {killed.verdict.rung for killed in found} == {Rung.IDENTICAL}
    assert sum(killed.kills for killed in found) >= KILLS
    assert len(runs) == 8


def note(killed: Killed) -> Killed:
    """Write down at once what was found."""
    with FIGURES.open("a", encoding="utf-8") as stream:
        stream.write(f"{killed.kills} {killed.verdict.rung} {killed.experiment}\n")
    return killed
