"""A run that cannot even begin says why, instead of that there is nothing to record."""

from tests.plugin.project import Project

CONFTEST = """\
import sys
import types

sys.modules["torch"] = types.ModuleType("torch")
"""
"""A torch that lacks what is pinned, as an older one lacked two switches."""


def test_reason_why_a_run_never_started_is_told(walk: Project) -> None:
    """Pinning fails before there is a run: that is told, and no record is made."""
    walk.write({"conftest.py": CONFTEST})

    session = walk.run("--repro")

    (outcome,) = session.outcomes.values()
    assert session.code == 1
    assert "module 'torch' has no attribute" in session.output
    assert "never started" not in session.output
    assert not outcome.passed
    assert not list((walk.root / ".repro" / "runs").rglob("run.json"))
