"""A session tells what was expected beside what came of it, and who wrote it when."""

from pathlib import Path

import pytest

from pytest_repro.records import Answer, Order
from tests.plugin.project import WALK, Project, Session, share
from tests.provenance.repository import git

REGISTRATION = """\
format = "pytest-repro/registration 1"
hypothesis = "A walk ends above the ground."
experiments = ["test_walk.py::test_walk"]
metrics = ["end"]
expectations = ["end > 0", "end > 1"]
rationale = "Numbers of random() are never negative."
"""
FILE = "registrations/walk.toml"
WALKED = REGISTRATION.replace("end > 1", "end > 2")


@pytest.fixture
def registered(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project that registered first, recorded then, and committed both."""

    def build(project: Project) -> Session:
        project.write({"test_walk.py": WALK, FILE: REGISTRATION})
        project.write({".gitignore": ".repro\n__pycache__\n"})
        git(project.root, "init", "--quiet")
        commit(project)
        session = project.record()
        commit(project)
        return session

    shared, _ = share(tmp_path_factory, "registered", build)
    return shared.copy(tmp_path / "registered")


def commit(project: Project) -> None:
    """Commit everything."""
    git(project.root, "add", "--all")
    git(project.root, "commit", "--quiet", "--message=all")


def test_expectation_that_did_not_hold_is_no_failure(registered: Project) -> None:
    """Each is told beside its outcome and counted; the session passes."""
    session = registered.run("--repro", "--repro-strict", "--junitxml=junit.xml")

    found = session.outcomes["test_walk"].registration
    assert session.code == 0, session.output
    assert found is not None
    assert found.order is Order.REGISTERED
    assert [one.answer for one in found.expectations] == [
        Answer.HELD,
        Answer.DID_NOT_HOLD,
    ]
    assert "claim    walk: A walk ends above the ground." in session.output
    assert "expects  end > 1   did not hold" in session.output
    assert "2 expectations, 1 did not hold" in session.output
    junit = (registered.root / "junit.xml").read_text()
    assert 'name="repro_expectation_1" value="end &gt; 1: did not hold"' in junit
    page = (registered.root / ".repro" / "report" / "index.html").read_text()
    assert "A walk ends above the ground." in page


def test_edited_registration_fails_the_session(registered: Project) -> None:
    """Without --repro-strict too: numbers were known when it was edited."""
    registered.write({FILE: WALKED})
    commit(registered)

    session = registered.run("--repro")

    assert session.code == 1
    assert session.problems == ["REGISTRATION"]
    assert session.counts == {"passed": 1}
    assert "edited after the first run" in session.output


def test_late_registration_fails_where_strict(walk: Project) -> None:
    """Outside of git nothing can be checked, and so nothing is sound."""
    walk.write({FILE: REGISTRATION})

    mild = walk.run("--repro")
    strict = walk.run("--repro", "--repro-strict")

    assert (mild.code, mild.problems) == (0, [])
    assert (strict.code, strict.problems) == (1, ["REGISTRATION"])
    assert "cannot be checked" in mild.output


def test_strict_asks_for_a_registration(walk: Project) -> None:
    """An experiment without one fails the session, which says what to write."""
    session = walk.run("--repro", "--repro-strict")

    assert (session.code, session.problems) == (1, ["UNREGISTERED"])
    assert "write registrations/ID.toml" in session.output


def test_marker_names_a_registration_that_exists(registered: Project) -> None:
    """A misspelt id stops before anything runs, and the nearest one is named."""
    marked = f'import pytest\n@pytest.mark.repro(registration="wall")\n{WALK}'
    registered.write({"test_walk.py": marked.replace("import random\n", "", 1)})

    session = registered.run("--repro")

    assert session.code != 0
    assert "did you mean walk?" in session.output


def test_misspelt_registration_stops_the_session(registered: Project) -> None:
    """The column and the nearest metric are named before anything runs."""
    registered.write({FILE: REGISTRATION.replace("end > 1", "edn > 1")})

    session = registered.run("--repro")

    assert session.code == 4
    assert "expectation 2, column 1" in session.output
    assert "did you mean end?" in session.output
