"""`--repro-record` records what is missing, and nothing else ever."""

import pytest

from pytest_repro.records import Action, Cause, Rung
from tests.plugin.project import WALK, Project

REF = "test_walk.py::test_walk"

FLAKY = """\
import pathlib, random

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


def test_all_seeds_are_recorded(project: Project) -> None:
    """A reference holds every seed that the contract allows."""
    text = WALK.replace("def", "import pytest\n@pytest.mark.repro(seeds=3)\ndef")

    project.write({"test_walk.py": text}).record()

    rows = project.reference(REF).seeds
    assert [row.seed for row in rows] == [0, 1, 2]
    assert len({row.metrics for row in rows}) == 3


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ('repro.log("loss", float("nan"))', Cause.NON_FINITE),
        ("pass", Cause.VACUOUS),
        ('repro.log("loss", 1.0); raise ValueError("late")', Cause.FAILED),
    ],
    ids=["nan", "vacuous", "crash"],
)
def test_what_is_no_result_is_not_recorded(
    project: Project, body: str, cause: Cause
) -> None:
    """Not as a reference, and not as a candidate that could be accepted either."""
    project.write({"test_bad.py": f"def test_bad(repro):\n    {body}\n"})

    session = project.run("--repro-record")

    assert session.code == 1
    assert session.outcomes["test_bad"].verdict.cause is cause
    assert project.store.entries() == project.pending.entries() == ()


def test_reruns_are_no_way_to_green(walk: Project) -> None:
    """Recording on a second attempt what failed the first time would hide it."""
    before = walk.reference_bytes()

    session = walk.write({"test_walk.py": FLAKY}).run(
        "--repro-record", "--reruns", "2", plugins=("pytest_rerunfailures",)
    )

    assert session.code == 1
    assert session.counts["rerun"] == 2
    assert walk.reference_bytes() == before
