"""pytest-rerunfailures: a rerun is a run of its own, and the last one counts."""

from pytest_repro.records import Rung
from tests.plugin.project import Project

COUNTS_ITS_RUNS = """\
import pathlib

def test_counts(repro):
    seen = pathlib.Path(__file__).with_name("seen.txt")
    number = len(seen.read_text()) if seen.exists() else 0
    seen.write_text("x" * (number + 1))
    repro.log("number", min(number, 2))
"""
RERUN = ("pytest_rerunfailures",)


def test_experiment_is_repeated_by_the_parent_only(project: Project) -> None:
    """Three attempts are three workers, not three times three."""
    project.write({"test_counts.py": COUNTS_ITS_RUNS})

    session = project.run("--repro", "--reruns", "2", plugins=RERUN)

    assert session.code == 1
    assert session.counts == {"failed": 1, "rerun": 2}
    assert (project.root / "seen.txt").read_text() == "xxx"


def test_last_attempt_is_the_outcome(project: Project) -> None:
    """The report shows one outcome, and the rerun stays visible in pytest's line."""
    project.write({"test_counts.py": COUNTS_ITS_RUNS}).record()
    (project.root / "seen.txt").write_text("x")
    moved = COUNTS_ITS_RUNS.replace("min(number, 2)", "int(number < 2)")

    session = project.write({"test_counts.py": moved}).run(
        "--repro", "--reruns", "1", plugins=RERUN
    )

    assert session.code == 0
    assert session.counts == {"passed": 1, "rerun": 1}
    assert session.outcomes["test_counts"].verdict.rung is Rung.IDENTICAL
