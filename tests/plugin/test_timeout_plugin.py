"""pytest-timeout stops a session's experiment, and no worker outlives that."""

import pytest

from tests.plugin.processes import processes_of, wait_until
from tests.plugin.project import Project

SLEEPS = """\
import time

def test_sleeps(repro):
    time.sleep(600)
"""
MARKED = """\
import signal
import pytest

@pytest.mark.timeout(60)
def test_clock(repro):
    repro.log("alarm in", signal.getitimer(signal.ITIMER_REAL)[0])
"""
PLUGIN = ("pytest_timeout",)


@pytest.mark.parametrize("method", ["signal", "thread"])
def test_no_worker_is_left(project: Project, method: str) -> None:
    """By a signal the test fails; by a thread the whole session ends at once."""
    arguments = ("--repro", "--timeout=5", f"--timeout-method={method}")

    session = project.write({"test_sleeps.py": SLEEPS}).run(*arguments, plugins=PLUGIN)

    assert session.code == 1
    assert "Timeout" in session.output
    wait_until(lambda: not processes_of(project))


def test_time_out_of_a_mark_is_watched_by_the_parent_only(project: Project) -> None:
    """A second clock, in the worker, would only race with it."""
    project.write({"test_clock.py": MARKED})

    session = project.run("--repro-record", plugins=PLUGIN)

    (metric,) = project.reference("test_clock.py::test_clock").anchor.metrics
    assert session.code == 0
    assert metric.scalar.value == 0
