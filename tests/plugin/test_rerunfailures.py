"""pytest-rerunfailures: accidents may be repeated, verdicts may not."""

from pytest_repro.records import Cause, Rung
from tests.plugin.project import Project

FAILS_ONCE = """\
import pathlib

def test_counts(repro):
    seen = pathlib.Path(__file__).with_name("seen.txt")
    number = len(seen.read_text()) if seen.exists() else 0
    seen.write_text("x" * (number + 1))
    assert number != FAILS_AT, "an accident"
    repro.log("number", VALUE)
"""
RERUN = ("pytest_rerunfailures",)


def counting(*, fails_at: int, value: str) -> dict[str, str]:
    """An experiment that counts its runs, and fails in one of them."""
    text = FAILS_ONCE.replace("FAILS_AT", str(fails_at)).replace("VALUE", value)
    return {"test_counts.py": text}


def test_diverged_experiment_is_not_asked_again(project: Project) -> None:
    """Else one that gives another number each time would pass sooner or later."""
    project.write(counting(fails_at=-1, value="1")).record()
    project.write(counting(fails_at=-1, value="number"))
    (project.root / "seen.txt").write_text("")

    session = project.run("--repro", "--reruns", "2", plugins=RERUN)

    assert session.code == 1
    assert session.counts == {"failed": 1, "rerun": 2}
    assert session.outcomes["test_counts"].verdict.rung is Rung.DIVERGED
    assert (project.root / "seen.txt").read_text() == "x"


def test_accident_is_repeated_by_the_parent_only(project: Project) -> None:
    """Three attempts are three workers, not three times three."""
    text = counting(fails_at=-1, value="1")["test_counts.py"]
    project.write({"test_counts.py": text.replace("number != -1", "False")})

    session = project.run("--repro", "--reruns", "2", plugins=RERUN)

    assert session.counts == {"failed": 1, "rerun": 2}
    assert session.outcomes["test_counts"].verdict.cause is Cause.FAILED
    assert (project.root / "seen.txt").read_text() == "xxx"


def test_last_attempt_is_the_outcome(project: Project) -> None:
    """The report shows one outcome, and the rerun stays visible in pytest's line."""
    project.write(counting(fails_at=1, value="1")).record()

    session = project.run("--repro", "--reruns", "1", plugins=RERUN)

    assert session.code == 0
    assert session.counts == {"passed": 1, "rerun": 1}
    assert session.outcomes["test_counts"].verdict.rung is Rung.IDENTICAL
