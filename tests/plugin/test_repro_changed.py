"""`--repro-changed`: run only what a change can affect since it last passed."""

from pathlib import Path

import pytest

from pytest_repro.records import Action, Rung
from tests.plugin.project import Project, Session, share

STEPS = """\
import random

def step():
    return random.random()
"""

WALK = """\
import glob
import os
import subprocess
import sys

from walking.steps import step

try:
    import faster
except ImportError:
    faster = None

FOLDER = os.path.dirname(__file__)

def test_walk(repro):
    scale = int(os.environ.get("SCALE", "1"))
    extra = len(glob.glob(os.path.join(FOLDER, "data", "*.csv")))
    for number in repro.steps(total=5):
        repro.log("position", scale * extra * step(), step=number)
    repro.log("end", 1.0 if faster is None else 2.0)

def test_starts_a_process(repro):
    subprocess.run([sys.executable, "-c", ""], check=True)
    repro.log("end", 1.0)
"""

FILES = {
    "walking/__init__.py": "",
    "walking/steps.py": STEPS,
    "walking/other.py": "",
    "data/a.csv": "1",
    "test_walk.py": WALK,
}


@pytest.fixture
def passed(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with two experiments that passed just now."""

    def build(project: Project) -> Session:
        project.write(FILES).record()
        return project.run("--repro")

    shared, _ = share(tmp_path_factory, "changed", build)
    return shared.copy(tmp_path / "changed")


def changed(project: Project, name: str = "test_walk", *more: str) -> Session:
    """Run one experiment, if it changed."""
    return project.run("--repro-changed", f"test_walk.py::{name}", *more)


def test_what_did_not_change_is_left_out(passed: Project) -> None:
    """It is unchanged with the reason and what was found then, and not passed."""
    session = changed(passed, "test_walk", "--junitxml=junit.xml")

    outcome = session.outcomes["test_walk"]
    assert session.code == 0
    assert session.counts == {"skipped": 1}
    assert outcome.action is Action.UNCHANGED
    assert not outcome.passed
    assert outcome.verdict.rung is Rung.IDENTICAL
    assert "none of 3 sources" in outcome.message
    assert "1 unchanged" in session.output
    assert "none of 3 sources" in (passed.root / "junit.xml").read_text()


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("walking/steps.py", STEPS + "\n# faster\n", "runs: walking/steps.py changed"),
        ("test_walk.py", WALK + "\n", "runs: test_walk.py changed"),
        ("conftest.py", "", "runs: conftest.py is new"),
        ("faster.py", "", "runs: import . changed"),
        ("walking/steps/__init__.py", STEPS, "runs: import walking changed"),
        ("data/b.csv", "2", "runs: listing data changed"),
    ],
)
def test_what_a_change_can_affect_runs(
    passed: Project, name: str, text: str, reason: str
) -> None:
    """A source, a new conftest file, a module that shadows or is found, a listing."""
    passed.write({name: text})

    outcome = changed(passed).outcomes["test_walk"]

    assert outcome.action is Action.COMPARED
    assert reason in outcome.message


def test_files_that_nobody_reads_change_nothing(passed: Project) -> None:
    """A new test and a module that is not imported leave an experiment out."""
    passed.write({"test_new.py": "", "walking/other.py": "A = 1", "README.md": "#"})

    outcome = changed(passed).outcomes["test_walk"]

    assert outcome.action is Action.UNCHANGED


def test_a_variable_that_is_read_makes_it_run(passed: Project) -> None:
    """A variable of the project counts, and one that nobody reads does not."""
    words = ("--repro-changed", "test_walk.py::test_walk")

    unread = passed.run(*words, variables={"UNREAD": "2"})
    read = passed.run(*words, variables={"SCALE": "2"})

    assert unread.outcomes["test_walk"].action is Action.UNCHANGED
    assert "variable SCALE is new" in read.outcomes["test_walk"].message


def test_what_cannot_be_followed_always_runs(passed: Project) -> None:
    """A run that started a process is never left out, and the line is told."""
    outcome = changed(passed, "test_starts_a_process").outcomes["test_starts_a_process"]

    assert outcome.action is Action.COMPARED
    assert "cannot tell: it starts a process (test_walk.py:23)" in outcome.message


def test_other_options_make_it_run(passed: Project) -> None:
    """Another number of threads is another run."""
    outcome = changed(passed, "test_walk", "--repro-threads=2").outcomes["test_walk"]

    assert outcome.action is Action.COMPARED
    assert "option determinism changed" in outcome.message


def test_another_reference_makes_it_run(passed: Project) -> None:
    """What was found of one reference says nothing of another."""
    passed.write({"walking/steps.py": STEPS.replace("random()", "random() + 1")})
    reason = "--repro-reason=a step further, on purpose"
    passed.run("--repro-update", reason, "test_walk.py::test_walk")
    passed.write({"walking/steps.py": STEPS})

    outcome = changed(passed).outcomes["test_walk"]

    assert outcome.action is Action.COMPARED
    assert outcome.verdict.rung is Rung.DIVERGED


def test_a_failure_leaves_nothing_to_rely_on(passed: Project) -> None:
    """After a run that failed the experiment runs, though all is as it was before."""
    passed.write({"walking/steps.py": STEPS.replace("random()", "random() + 1")})
    failed = changed(passed)
    passed.write({"walking/steps.py": STEPS})

    outcome = changed(passed).outcomes["test_walk"]

    assert failed.code == 1
    assert outcome.action is Action.COMPARED
    assert "no comparison that held is known here" in outcome.message


def test_the_nightly_tier_runs_everything(passed: Project) -> None:
    """A tier that was asked for is not thinned out."""
    session = changed(passed, "test_walk", "--repro-tier=nightly")

    assert session.outcomes["test_walk"].action is Action.COMPARED


@pytest.mark.parametrize("flag", ["--repro-vary", "--repro-record", "--repro-chaos=1"])
def test_what_compares_nothing_is_refused(project: Project, flag: str) -> None:
    """A session that is for something else leaves nothing out."""
    session = project.run("--repro-changed", flag)

    assert session.code == pytest.ExitCode.USAGE_ERROR
    assert "--repro-changed leaves comparisons out" in session.output
