"""`--repro-continue`: a killed session loses nothing, and nothing runs twice.

The long version kills at twenty random points, `PYTEST_REPRO_KILLS` for another number,
and writes its figures where `PYTEST_REPRO_FIGURES` says.
"""

import os
import random
import shutil
from pathlib import Path

import pytest

from tests.plugin.interrupting import (
    FORTY,
    continue_to_the_end,
    counted,
    kill_after,
    verdicts,
)
from tests.plugin.processes import running, wait_until
from tests.plugin.project import Project, Session, share

KILLS = int(os.environ.get("PYTEST_REPRO_KILLS", "20"))
FIGURES = Path(os.environ.get("PYTEST_REPRO_FIGURES", os.devnull))

SLOW = """\
import random, time

def test_walk(repro):
    totals = {"sum": 0.0}
    repro.checkpoint(totals)
    for step in repro.steps(total=60):
        totals["sum"] += random.random()
        repro.log("sum", totals["sum"], step=step)
        time.sleep(0.05)
    repro.log("end", totals["sum"])
"""


@pytest.fixture
def forty(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project of forty jobs with its references."""

    def build(project: Project) -> Session:
        return project.write({"test_forty.py": FORTY}).record("--repro-workers=2")

    shared, _ = share(tmp_path_factory, "forty", build)
    project = shared.copy(tmp_path / "forty")
    shutil.rmtree(project.root / ".repro")
    return project


def test_session_that_is_killed_twice_loses_nothing(forty: Project) -> None:
    """Each of forty jobs finishes once; only those under way start once more."""
    kill_after(forty, 9, "--repro")
    kill_after(forty, 27, "--repro-continue")

    session = continue_to_the_end(forty)

    assert session.code == 0, session.output
    assert set(counted(forty, "finished").values()) == {1}
    assert counted(forty, "finished").total() == 40
    assert counted(forty, "started").total() <= 40 + 2 * 2
    assert "5 runs taken over from the interrupted session" in session.output
    assert len(session.outcomes) == 8
    assert {len(one.seeds) for one in session.outcomes.values()} == {5}
    assert all(one.passed for one in session.outcomes.values())


def test_changed_source_is_run_again_and_told(walk: Project) -> None:
    """What a run read is held against what is there now; the rest is taken over."""
    other = (walk.root / "test_walk.py").read_text().replace("total=5", "total=6000000")
    walk.write({"test_z.py": other})
    with running(walk, "--repro") as session:
        wait_until((walk.root / ".repro/runs/test_z.py/test_walk/seed-0").exists)
        session.kill()
    shorter = (walk.root / "test_walk.py").read_text().replace("total=5", "total=4")
    walk.write({"test_walk.py": shorter, "test_z.py": other.replace("6000000", "5")})

    session_now = walk.run("--repro-continue")

    assert "seed 0: begun again: test_walk.py changed" in session_now.output
    assert "taken over" not in session_now.output


def test_worker_that_dies_with_its_session_is_resumed(walk: Project) -> None:
    """It goes on from its last checkpoint, to the bits of an uninterrupted run."""
    walk.write({"test_walk.py": SLOW})
    walk.run("--repro-update", "--repro-reason=the walk is slower")
    folder = walk.root / ".repro/runs/test_walk.py/test_walk/seed-0/checkpoints"
    with running(walk, "--repro", "--repro-checkpoint-every=10") as session:
        wait_until((folder / "loop0-step00000020.checkpoint").exists)
        session.kill()

    continued = walk.run("--repro-continue", "--repro-checkpoint-every=10")

    assert continued.code == 0, continued.output
    assert "seed 0: resumed at loop0-step000000" in continued.output
    assert continued.outcomes["test_walk"].verdict.rung.value == "IDENTICAL"


def test_session_that_ended_is_not_continued(walk: Project) -> None:
    """Its runs are no excuse for not running them: somebody asked for a new session."""
    walk.run("--repro")

    session = walk.run("--repro-continue")

    assert "no interrupted session to continue: everything runs" in session.output
    assert "taken over" not in session.output


def test_run_that_nobody_saw_the_end_of_is_taken_over(walk: Project) -> None:
    """A controller may die between a worker's last word and its own."""
    walk.run("--repro")
    (walk.root / ".repro/runs/test_walk.py/test_walk/seed-0/ending.json").unlink()
    forget_the_end(walk)

    session = walk.run("--repro-continue")

    assert "1 run taken over from the interrupted session" in session.output
    assert session.code == 0


def test_run_that_is_asked_for_in_another_way_runs_again(walk: Project) -> None:
    """Options of the session are part of a job."""
    walk.run("--repro")
    forget_the_end(walk)

    session = walk.run("--repro-continue", "--repro-threads=2")

    assert "seed 0: begun again: it is asked for in another way" in session.output


@pytest.mark.parametrize("flag", ["--repro-vary", "--repro-chaos=1"])
def test_only_comparisons_are_continued(walk: Project, flag: str) -> None:
    """Of other sessions no run says enough by itself."""
    session = walk.run("--repro-continue", flag)

    assert session.code == 4
    assert "--repro-continue goes on with comparisons here" in session.output


def forget_the_end(project: Project) -> None:
    """Leave the journal as a killed session leaves it, with a torn line."""
    journal = project.root / ".repro" / "session.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:-1]) + b'{"what": "en')


@pytest.mark.campaign
def test_session_that_is_killed_at_random_loses_nothing(forty: Project) -> None:
    """However often and whenever: forty jobs finish once, with the same verdicts."""
    plain = forty.run("--repro", "--repro-tier=full", "--repro-workers=2")
    shutil.rmtree(forty.root / ".repro")
    source = random.Random(20260102)  # noqa: S311  # to be repeated
    points = sorted(source.randrange(40) for _ in range(KILLS))
    flags = ["--repro", *["--repro-continue"] * (KILLS - 1)]
    for point, flag in zip(points, flags, strict=True):
        kill_after(forty, point, flag, later_s=source.random())

    session = continue_to_the_end(forty)

    finished, started = counted(forty, "finished"), counted(forty, "started")
    FIGURES.write_text(f"{points} {finished.total()} {started.total()}\n")
    assert verdicts(session) == verdicts(plain)
    assert set(finished.values()) == {1}
    assert finished.total() == 40
    assert started.total() <= 40 + 2 * KILLS
