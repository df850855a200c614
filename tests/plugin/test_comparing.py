"""`--repro` compares, says what to type next, and never writes a reference."""

from pathlib import Path

import pytest

from pytest_repro.records import Action, Cause, Rung
from tests.plugin.project import WALK, Project, Session, share

MOVED = WALK.replace("random.random()", "random.random() + 2**-40")


@pytest.fixture(scope="module")
def missing(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Session]:
    """An experiment without a reference, and a session that wanted to compare it."""

    def build(project: Project) -> Session:
        return project.write({"test_walk.py": WALK}).run("--repro")

    return share(tmp_path_factory, "missing", build)


@pytest.fixture
def moved(
    walk: Project, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Project, Session]:
    """An experiment whose result moved, and the session that found it."""

    def build(project: Project) -> Session:
        walk.copy(project.root)
        return project.write({"test_walk.py": MOVED}).run("--repro")

    shared, session = share(tmp_path_factory, "moved", build)
    return shared.copy(tmp_path / "moved"), session


def test_missing_reference_fails_with_the_command_to_type(
    missing: tuple[Project, Session],
) -> None:
    """Nothing is created implicitly, and what to do is one copied line."""
    project, session = missing

    assert session.code == 1
    assert session.outcomes["test_walk"].verdict.cause is Cause.MISSING_REFERENCE
    assert (
        'record it: pytest --repro --repro-record "test_walk.py::test_walk"'
        in session.output
    )
    assert not (project.root / "reference_runs").exists()


def test_missing_reference_leaves_a_candidate(
    missing: tuple[Project, Session],
) -> None:
    """Nobody has to train again in order to accept what was obtained."""
    project, session = missing

    candidate = project.candidate("test_walk.py::test_walk")

    assert session.outcomes["test_walk"].candidate.startswith(".repro/pending/")
    assert [metric.name for metric in candidate.anchor.metrics] == ["end"]
    assert [series.name for series in candidate.series] == ["position"]


def test_agreement_writes_no_reference(walk: Project) -> None:
    """Comparing leaves every file of the references as it was, times included."""
    before = walk.reference_bytes()

    session = walk.run("--repro")

    assert session.outcomes["test_walk"].verdict.rung is Rung.IDENTICAL
    assert walk.reference_bytes() == before


def test_divergence_writes_no_reference(
    walk: Project, moved: tuple[Project, Session]
) -> None:
    """A result that moved fails, says where first, and leaves a candidate."""
    project, session = moved

    outcome = session.outcomes["test_walk"]
    assert session.code == 1
    assert outcome.verdict.rung is Rung.DIVERGED
    assert outcome.verdict.divergence is not None
    assert outcome.verdict.divergence.path == "position"
    assert outcome.verdict.divergence.step == 0
    assert project.reference_bytes() == walk.reference_bytes()
    assert project.candidate("test_walk.py::test_walk").history[-1].number == 2


def test_candidate_of_an_earlier_session_is_gone_when_all_is_well(
    moved: tuple[Project, Session],
) -> None:
    """An outdated candidate could be accepted by mistake."""
    project, _ = moved
    assert project.pending.entries()

    session = project.write({"test_walk.py": WALK}).run("--repro")

    assert session.code == 0
    assert project.pending.entries() == ()


def test_tests_beside_are_run_as_ever(walk: Project) -> None:
    """A failing unit test fails alone; doctests run; both in this very process."""
    beside = {
        "conftest.py": "import os\nPARENT = os.getpid()\n",
        "test_unit.py": """\
import os
from conftest import PARENT

def test_here():
    assert os.getpid() == PARENT

def test_broken():
    assert 1 == 2
""",
        "recipe.py": '"""\n>>> 1 + 1\n2\n"""\n',
    }

    session = walk.write(beside).run("--repro", "--doctest-modules")

    assert session.counts == {"passed": 3, "failed": 1}
    assert session.outcomes["test_walk"].action is Action.COMPARED
