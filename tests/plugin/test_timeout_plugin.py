"""pytest-timeout watches experiments in the parent, and nowhere else.

That no worker outlives its limit stands with the other interruptions.
"""

from tests.plugin.project import Project

MARKED = """\
import signal
import pytest

@pytest.mark.timeout(60)
def test_clock(repro):
    repro.log("alarm in", signal.getitimer(signal.ITIMER_REAL)[0])
"""
PLUGIN = ("pytest_timeout",)


def test_time_out_of_a_mark_is_watched_by_the_parent_only(project: Project) -> None:
    """A second clock, in the worker, would only race with it."""
    project.write({"test_clock.py": MARKED})

    session = project.run("--repro-record", plugins=PLUGIN)

    (metric,) = project.reference("test_clock.py::test_clock").anchor.metrics
    assert session.code == 0
    assert metric.scalar.value == 0
