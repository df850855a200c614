"""Ctrl-C, kill and time-outs end a session promptly, with every worker and its forks.

What is being interrupted may write references; none of them may have changed.
"""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pytest_repro.records import Cause
from tests.plugin.processes import processes_of, running, wait_until
from tests.plugin.project import Project

TRAINS = """\
import os, pathlib, time

def test_walk(repro):
    if os.fork() == 0:
        time.sleep(600)
    pathlib.Path("started").touch()
    for step in repro.steps(total=6000):
        repro.log("position", 1.0, step=step)
        time.sleep(0.1)
"""

WRITES = ("--repro-update", "--repro-reason=the walk is now much longer")
SOON_S = 15.0


@contextmanager
def training(
    walk: Project, *arguments: str, plugins: tuple[str, ...] = ()
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a session and wait until its worker trains, with a child of its own."""
    walk.write({"test_walk.py": TRAINS})
    with running(walk, *WRITES, *arguments, plugins=plugins) as session:
        wait_until((walk.root / "started").exists)
        assert len(processes_of(walk)) == 2
        yield session


@pytest.mark.parametrize(
    ("arguments", "plugins"),
    [((), ()), (("-n", "1"), ("xdist",))],
    ids=["alone", "xdist"],
)
def test_ctrl_c_ends_everything(
    walk: Project, arguments: tuple[str, ...], plugins: tuple[str, ...]
) -> None:
    """The session ends as an interrupted one, and nothing of it stays."""
    before = walk.reference_bytes()

    with training(walk, *arguments, plugins=plugins) as session:
        session.send_signal(signal.SIGINT)
        code = session.wait(SOON_S)

    output = (walk.root / "output").read_text()
    assert code == 2, output
    assert "KeyboardInterrupt" in output
    wait_until(lambda: not processes_of(walk), limit_s=SOON_S)
    assert walk.reference_bytes() == before
    assert walk.pending.entries() == ()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_worker_ends_with_a_killed_session(walk: Project, number: int) -> None:
    """Not even a session that could do nothing any more leaves a worker behind."""
    before = walk.reference_bytes()

    with training(walk) as session:
        session.send_signal(number)
        code = session.wait(SOON_S)

    assert code == -number
    wait_until(lambda: not processes_of(walk), limit_s=SOON_S)
    assert walk.reference_bytes() == before


def test_worker_ends_with_a_killed_xdist_controller(walk: Project) -> None:
    """The chain is longer there: controller, xdist worker, our worker."""
    with training(walk, "-n", "1", plugins=("xdist",)) as session:
        session.kill()

        wait_until(lambda: not processes_of(walk), limit_s=SOON_S)


@pytest.mark.parametrize("method", ["signal", "thread"])
def test_worker_ends_with_pytest_timeout(walk: Project, method: str) -> None:
    """One method raises in the session, the other ends the process on the spot."""
    before = walk.reference_bytes()
    arguments = (*WRITES, "--timeout=6", f"--timeout-method={method}")

    session = walk.write({"test_walk.py": TRAINS}).run(
        *arguments, plugins=("pytest_timeout",)
    )

    assert session.code == 1
    assert "Timeout" in session.output
    assert (walk.root / "started").exists()
    wait_until(lambda: not processes_of(walk), limit_s=SOON_S)
    assert walk.reference_bytes() == before


def test_repro_timeout_stops_a_run(walk: Project) -> None:
    """Its own limit ends the run, tells how far it came, and names the cause."""
    before = walk.reference_bytes()

    session = walk.write({"test_walk.py": TRAINS}).run(*WRITES, "--repro-timeout=6")

    verdict = session.outcomes["test_walk"].verdict
    assert session.code == 1
    assert verdict.cause is Cause.TIMED_OUT
    assert "no end after 6 s, stopped after step" in verdict.reason
    assert processes_of(walk) == []
    assert walk.reference_bytes() == before


def test_marker_beats_the_flag(walk: Project) -> None:
    """A limit of one experiment is nearer than that of the session."""
    near = "import pytest\n@pytest.mark.repro(timeout=0.1)\ndef "

    session = walk.write({"test_walk.py": TRAINS.replace("def ", near)}).run(
        "--repro", "--repro-timeout=600"
    )

    verdict = session.outcomes["test_walk"].verdict
    assert verdict.cause is Cause.TIMED_OUT
    assert verdict.reason == "no end after 0.1 s, stopped before its first step"
