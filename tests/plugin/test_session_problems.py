"""What is wrong with a session as a whole: nothing compared, orphans, skips."""

from pathlib import Path

import pytest

from tests.plugin.project import WALK, Project, Session, share

PYTHON = "def test_python(repro):\n    repro.log('loss', 1.0)\n"
UNIT = "def test_unit():\n    pass\n"


@pytest.fixture
def two(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Two experiments with references, in folders of their own."""

    def build(project: Project) -> Session:
        files = {"a/test_python.py": PYTHON, "b/test_walk.py": WALK}
        return project.write(files).record()

    return share(tmp_path_factory, "two", build)[0].copy(tmp_path / "two")


@pytest.mark.parametrize(
    ("arguments", "seen"),
    [
        (("--repro",), "(1 collected, 1 skipped)"),
        (("--repro", "-m", "not repro"), "(1 collected, 0 skipped)"),
        (("--repro", "test_unit.py"), "(none collected)"),
        (("--repro", "test_unit.py", "-n", "1"), "(none collected)"),
    ],
    ids=["skipped", "deselected", "none", "none-with-xdist"],
)
def test_nothing_compared_fails(
    project: Project, arguments: tuple[str, ...], seen: str
) -> None:
    """A gate that measured nothing does not say that all is well."""
    skip = WALK + "import pytest\npytestmark = pytest.mark.skip\n"
    project.write({"test_walk.py": skip, "test_unit.py": UNIT})

    session = project.run(*arguments, plugins=("xdist",))

    assert session.code == 1
    assert session.problems == ["VACUOUS"]
    assert seen in session.output


def test_no_test_at_all_keeps_the_code_of_pytest(project: Project) -> None:
    """Which is 5, and the report says why that is no success."""
    session = project.run("--repro")

    assert session.code == 5
    assert session.problems == ["VACUOUS"]


@pytest.mark.parametrize("arguments", [(), ("-n", "2")], ids=["plain", "xdist"])
def test_reference_without_an_experiment_fails_a_complete_session(
    two: Project, arguments: tuple[str, ...]
) -> None:
    """A deleted or renamed experiment leaves a reference that nobody checks."""
    (two.root / "a/test_python.py").write_text(PYTHON.replace("python", "renamed"))

    session = two.run("--repro-record", *arguments, plugins=("xdist",))

    assert session.code == 1
    assert session.counts == {"passed": 2}
    assert session.problems == ["ORPHAN"]
    assert "a/test_python.py::test_python has a reference" in session.output


@pytest.mark.parametrize(
    "arguments",
    [("b",), ("-k", "walk"), ("b/test_walk.py::test_walk",)],
    ids=["folder", "keyword", "node-id"],
)
def test_narrowed_session_finds_no_orphans(
    two: Project, arguments: tuple[str, ...]
) -> None:
    """Who did not look everywhere cannot tell what is gone."""
    (two.root / "a/test_python.py").unlink()

    session = two.run("--repro", *arguments)

    assert session.code == 0
    assert session.problems == []


def test_skipped_experiment_with_a_reference_fails(two: Project) -> None:
    """A skip must not be the way to get rid of a failing experiment."""
    skip = WALK + "import pytest\npytestmark = pytest.mark.skip\n"

    session = two.write({"b/test_walk.py": skip}).run("--repro")

    assert session.code == 1
    assert session.counts == {"passed": 1, "skipped": 1}
    assert session.problems == ["SKIPPED"]


def test_experiment_that_skips_itself_counts_as_skipped(two: Project) -> None:
    """Also if only its worker finds out, and under another framework's key."""
    skip = "import pytest\n" + PYTHON + "    pytest.skip('not today')\n"

    session = two.write({"a/test_python.py": skip}).run("--repro")

    assert session.code == 1
    assert session.problems == ["SKIPPED"]


def test_skipped_experiment_without_a_reference_is_fine(two: Project) -> None:
    """One that never ran here is not missed here."""
    skip = "import pytest\npytestmark = pytest.mark.skip\n" + PYTHON

    session = two.write({"test_new.py": skip}).run("--repro")

    assert session.code == 0
    assert session.problems == []


def test_file_that_cannot_be_collected_hides_no_orphan(two: Project) -> None:
    """After a collection error nothing is known to be gone; pytest fails anyway."""
    session = two.write({"a/test_python.py": "import no_such_module\n"}).run(
        "--repro", "--continue-on-collection-errors"
    )

    assert session.code == 1
    assert session.problems == []
    assert session.outcomes["test_walk"].passed


def test_store_that_cannot_be_listed_fails_the_session(two: Project) -> None:
    """Even if the experiments that ran were fine."""
    (run,) = two.root.glob("reference_runs/a/*/*/*/run.json")
    run.write_text("{}")

    session = two.run("--repro", "b")

    assert session.code == 1
    assert session.problems == ["CORRUPT"]
