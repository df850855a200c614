"""`--repro-record` records what is missing, and nothing else ever."""

from pytest_repro.records import Action, Cause, Rung
from tests.plugin.project import WALK, Project

REF = "test_walk.py::test_walk"

FLAKY = """\
import pathlib

def test_walk(repro):
    seen = pathlib.Path(__file__).parent / "seen"
    number = int(seen.read_text()) if seen.exists() else 0
    seen.write_text(str(number + 1))
    repro.log("end", float("nan") if number == 0 else float(number))
"""


def test_missing_reference_is_recorded_and_then_holds(project: Project) -> None:
    """The flag implies `--repro`; the first approval has no predecessor."""
    first = project.write({"test_walk.py": WALK}).run("--repro-record")
    second = project.run("--repro")

    (revision,) = project.reference(REF).history
    assert (first.code, second.code) == (0, 0)
    assert first.outcomes["test_walk"].action is Action.RECORDED
    assert (revision.number, revision.supersedes) == (1, None)


def test_existing_reference_is_compared_and_never_rewritten(walk: Project) -> None:
    """A moved result fails with `--repro-record`, too."""
    before = walk.reference_bytes()
    moved = WALK.replace("random.random()", "-random.random()")

    session = walk.write({"test_walk.py": moved}).run("--repro-record")

    assert session.code == 1
    assert session.outcomes["test_walk"].verdict.rung is Rung.DIVERGED
    assert walk.reference_bytes() == before


def test_only_the_missing_one_is_added(walk: Project) -> None:
    """A new experiment beside an old one adds files and touches none."""
    before = walk.reference_bytes()
    new = WALK.replace("test_walk", "test_new")

    session = walk.write({"test_new.py": new}).run("--repro-record")

    after = walk.reference_bytes()
    assert {one.action for one in session.outcomes.values()} == {
        Action.COMPARED,
        Action.RECORDED,
    }
    assert {name: after[name] for name in before if "lock" not in name} == {
        name: data for name, data in before.items() if "lock" not in name
    }


def test_rerun_is_no_way_to_green(project: Project) -> None:
    """What gave NaN at first is not asked again until it gives a number."""
    session = project.write({"test_walk.py": FLAKY}).run(
        "--repro-record", "--reruns", "1", plugins=("pytest_rerunfailures",)
    )

    assert session.code == 1
    assert session.counts == {"failed": 1, "rerun": 1}
    assert session.outcomes["test_walk"].verdict.cause is Cause.NON_FINITE
    assert project.store.entries() == ()
