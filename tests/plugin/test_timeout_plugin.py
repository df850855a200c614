"""pytest-timeout stops a session's experiment, and no worker outlives that."""

import os
import time
from pathlib import Path

import pytest

from tests.plugin.project import Project

SLEEPS = """\
import os, pathlib, time

def test_sleeps(repro):
    pathlib.Path(__file__).with_name("pid.txt").write_text(str(os.getpid()))
    time.sleep(600)
"""
PATIENCE_S = 10.0


@pytest.mark.parametrize("method", ["signal", "thread"])
def test_no_worker_is_left(project: Project, method: str) -> None:
    """By a signal the test fails; by a thread the whole session ends at once."""
    project.write({"test_sleeps.py": SLEEPS})

    session = project.run(
        "--repro",
        "--timeout=8",
        f"--timeout-method={method}",
        plugins=("pytest_timeout",),
    )

    worker = int((project.root / "pid.txt").read_text())
    assert session.code == 1
    assert "Timeout" in session.output
    assert has_ended(worker)


def test_time_out_of_a_mark_does_not_reach_into_the_worker(project: Project) -> None:
    """The parent watches; a second clock in the worker would only race with it."""
    text = "import pytest\npytestmark = pytest.mark.timeout(60)\n" + SLEEPS.replace(
        "    time.sleep(600)",
        "    import signal\n"
        "    repro.log('alarm', signal.getitimer(signal.ITIMER_REAL)[0])",
    )

    session = project.write({"test_sleeps.py": text}).run(
        "--repro-record", plugins=("pytest_timeout",)
    )

    (metric,) = project.reference("test_sleeps.py::test_sleeps").anchor.metrics
    assert session.code == 0
    assert metric.scalar.value == 0


def has_ended(pid: int) -> bool:
    """Wait until a process is gone, or only its entry in the table is left."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False
