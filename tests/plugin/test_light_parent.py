"""The parent of workers stays light: whatever is heavy is loaded by the worker only."""

import pytest

from tests.plugin.project import Project

SEES = """\
import sys

def pytest_unconfigure():
    print("heavy:", sorted({"numpy", "scipy", "torch"} & set(sys.modules)))
"""
EXPERIMENT = """\
def test_{0}(repro):
    import {0}
    repro.log("loss", {0}.float32(0.5))
"""
UNIT = "def test_{0}():\n    import {0}\n"


@pytest.mark.parametrize(
    ("text", "seen"),
    [(EXPERIMENT, "heavy: []"), (UNIT, "heavy: ['numpy']")],
    ids=["experiment", "planted-fault"],
)
def test_parent_imports_no_framework(project: Project, text: str, seen: str) -> None:
    """Launching, judging and reporting need neither NumPy, SciPy nor torch."""
    files = {"conftest.py": SEES, "test_numpy.py": text.format("numpy")}

    session = project.write(files).run("--repro", "-s")

    assert seen in session.output
