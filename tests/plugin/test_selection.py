"""What is selected runs; what is left out is neither judged nor missed."""

from pathlib import Path

import pytest

from tests.plugin.project import Project, Session, share

FILES = {
    f"test_{name}.py": f"def test_{name}(repro):\n    repro.log('loss', {number})\n"
    for number, name in enumerate(("one", "two", "three"), start=1)
}
MOVED = {"test_one.py": FILES["test_one.py"].replace("1", "7")}


@pytest.fixture
def three(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Three experiments with references."""

    def build(project: Project) -> Session:
        return project.write(FILES).record()

    return share(tmp_path_factory, "three", build)[0].copy(tmp_path / "three")


@pytest.mark.parametrize(
    ("arguments", "ran"),
    [
        (("-k", "two"), {"test_two"}),
        (("test_three.py::test_three",), {"test_three"}),
        (("test_one.py",), {"test_one"}),
        (("--deselect", "test_one.py", "--ignore", "test_two.py"), {"test_three"}),
    ],
    ids=["keyword", "node-id", "file", "deselect-and-ignore"],
)
def test_selected_experiments_run(
    three: Project, arguments: tuple[str, ...], ran: set[str]
) -> None:
    """A narrowed session passes, though two thirds of the references were not used."""
    session = three.run("--repro", *arguments)

    assert session.code == 0
    assert set(session.outcomes) == ran
    assert session.problems == []


def test_failure_is_known_to_pytest(three: Project) -> None:
    """`-x` stops at a failed verdict and reports what ran; `--lf` runs it alone."""
    first = three.write(MOVED).run("--repro", "-x")
    second = three.run("--repro", "--lf")

    assert (first.code, second.code) == (1, 1)
    assert set(first.outcomes) == set(second.outcomes) == {"test_one"}
    assert second.problems == []
