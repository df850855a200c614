"""On a GitHub runner a session annotates the code and hands counts to later steps."""

from pathlib import Path

import pytest

from tests.plugin.project import WALK, Project, Session, share

MOVES = """\
import random
import time


def test_moves(repro):
    repro.log("loss", random.random() + OFFSET)
"""

RUNNER = {"GITHUB_ACTIONS": "true"}


def _build(project: Project) -> Session:
    files = {"sub/test_walk.py": WALK, "sub/test_moves.py": moves(0)}
    project.write(files).run("--repro-record")
    return project.write({"sub/test_moves.py": moves(1)}).run("--repro")


def moves(offset: int) -> str:
    """Write an experiment whose result moves with an offset."""
    return MOVES.replace("OFFSET", str(offset))


@pytest.fixture
def parted(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with one experiment that holds, and one that moved."""
    shared, _ = share(tmp_path_factory, "on-github", _build)
    return shared.copy(tmp_path / "parted")


def commands(session: Session) -> list[str]:
    """List the lines that a runner would obey; it skips white space before them."""
    lines = [line.lstrip() for line in session.output.splitlines()]
    return [line for line in lines if line.startswith("::")]


@pytest.mark.parametrize(
    "arguments", [(), ("-n", "2")], ids=["one process", "two workers"]
)
def test_failure_is_annotated_once(parted: Project, arguments: tuple[str, ...]) -> None:
    """At the line of its test, by the controller only."""
    plugins = ("xdist",) if arguments else ()

    session = parted.run("--repro", *arguments, plugins=plugins, variables=RUNNER)

    (line,) = commands(session)
    assert line.startswith(
        "::error file=sub/test_moves.py,line=5,"
        "title=DIVERGED%3A sub/test_moves.py%3A%3Atest_moves::seed 0   DIVERGED"
    )


def test_file_is_named_from_the_root_of_the_repository(parted: Project) -> None:
    """A project in a folder of its repository is found by the page of the change."""
    runner = {**RUNNER, "GITHUB_WORKSPACE": str(parted.root.parent)}

    session = parted.run("--repro", variables=runner)

    (line,) = commands(session)
    assert f"file={parted.root.name}/sub/test_moves.py,line=5," in line


@pytest.mark.parametrize("variables", [{}, {"GITHUB_ACTIONS": "false"}])
def test_elsewhere_nothing_is_annotated(
    parted: Project, variables: dict[str, str]
) -> None:
    """A terminal shows no commands that nobody obeys."""
    session = parted.run("--repro", variables=variables)

    assert session.code == 1
    assert commands(session) == []


def test_later_steps_get_counts_and_the_report(parted: Project) -> None:
    """The file may hold outputs of the same step already."""
    outputs = parted.write({"outputs": "earlier=1\n"}).root / "outputs"

    parted.run("--repro", variables={"GITHUB_OUTPUT": str(outputs)})

    assert outputs.read_text().splitlines() == [
        "earlier=1",
        "repro_passed=1",
        "repro_failed=1",
        "repro_recorded=0",
        "repro_updated=0",
        "repro_skipped=0",
        "repro_unchanged=0",
        "repro_problems=0",
        "repro_report=.repro/report",
    ]


def test_full_summary_keeps_what_earlier_steps_wrote(parted: Project) -> None:
    """GitHub would drop a summary that is too long, with their words in it."""
    summary = parted.write({"step.md": "x" * 1024 * 1024}).root / "step.md"

    parted.run("--repro", variables={"GITHUB_STEP_SUMMARY": str(summary)})

    assert summary.stat().st_size == 1024 * 1024


def test_experiments_do_not_see_where_outputs_go(walk: Project) -> None:
    """What runs inside of a worker writes no outputs of the session's step."""
    spy = f"import os\n{WALK}    assert 'GITHUB_OUTPUT' not in os.environ\n"

    session = walk.write({"test_walk.py": spy}).run(
        "--repro", variables={"GITHUB_OUTPUT": str(walk.root / "outputs")}
    )

    assert session.counts == {"passed": 1}
