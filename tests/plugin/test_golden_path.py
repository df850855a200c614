"""A session holds references and runs against the golden path, where there is one."""

import re
from pathlib import Path

import pytest

from pytest_repro.cli import main
from tests.plugin.project import WALK, Project
from tests.provenance.repository import git

MOVED = WALK.replace("random.random())", "random.random() + 0.5)")
UPDATE = ("--repro-update", "--repro-reason=the last step was counted twice")

DEVIATION = """
[[deviation]]
experiment = "test_walk.py::test_walk"
items = ["ITEM"]
owner = "alice"
reason = "the walk is longer"
approved = 2020-01-01
expires = YEAR-01-01
"""


@pytest.fixture
def pinned(walk: Project, capsys: pytest.CaptureFixture[str]) -> Project:
    """A project whose reference is on the golden path, committed to git."""
    words = ["golden", "pin", "test_walk", "--owner", "vision"]
    assert main([*words, "--root", str(walk.root)]) == 0
    walk.write({".gitignore": ".repro\n__pycache__\n"})
    git(walk.root, "init", "--quiet")
    git(walk.root, "add", "--all")
    git(walk.root, "commit", "--quiet", "--message=known good")
    capsys.readouterr()
    return walk


def declare(project: Project, item: str, *, year: int) -> None:
    """Declare a deviation until a year."""
    file = project.root / "reference_runs" / "golden.toml"
    text = DEVIATION.replace("ITEM", item).replace("YEAR", str(year))
    file.write_text(file.read_text() + text)


def test_what_is_on_the_path_passes(pinned: Project) -> None:
    """Nothing is told where nothing departs."""
    session = pinned.run("--repro")

    assert session.code == 0, session.output
    assert session.problems == []


def test_a_rewritten_reference_leaves_the_path(pinned: Project) -> None:
    """The very session that rewrites it fails, and says what to do."""
    session = pinned.write({"test_walk.py": MOVED}).run(*UPDATE)

    assert session.code == 1
    assert session.problems == ["GOLDEN"]
    assert "revision 2: the last step was counted twice" in session.output
    assert "pytest-repro golden pin" in session.output


@pytest.mark.parametrize(
    ("year", "code", "problems"), [(2999, 0, []), (2021, 1, ["GOLDEN"])]
)
def test_a_deviation_covers_a_session_until_it_expires(
    pinned: Project, year: int, code: int, problems: list[str]
) -> None:
    """The day decides; afterwards the deviation is named with its owner."""
    pinned.write({"test_walk.py": MOVED}).run(*UPDATE)
    declare(pinned, "reference", year=year)

    session = pinned.run("--repro")

    assert session.code == code, session.output
    assert session.problems == problems
    assert ("the deviation of alice expired on 2021-01-01" in session.output) is bool(
        problems
    )


def test_a_run_with_another_protocol_leaves_the_path(pinned: Project) -> None:
    """A contract that was loosened is found although the comparison holds."""
    loose = "import pytest\n\n" + WALK.replace(
        "def ", "@pytest.mark.repro(seeds=3)\ndef "
    )

    session = pinned.write({"test_walk.py": loose}).run("--repro")

    assert session.code == 1
    assert session.problems == ["GOLDEN"]
    assert "protocol.seeds" in session.output


def test_seeds_from_the_command_line_are_no_other_protocol(pinned: Project) -> None:
    """Who asks for one seed less has changed nothing in the project."""
    session = pinned.run("--repro", "--repro-seeds=3")

    assert session.problems == []


def test_a_path_without_meaning_fails_the_session(pinned: Project) -> None:
    """A misspelt agreement is not taken for none."""
    declare(pinned, "referencee", year=2999)

    session = pinned.run("--repro")

    assert session.code == 1
    assert session.problems == ["GOLDEN"]
    assert "did you mean reference?" in session.output


def test_a_pinned_reference_must_not_vanish(pinned: Project) -> None:
    """Deleting it is not the way to get rid of a failing experiment."""
    file = pinned.root / "reference_runs" / "golden.toml"
    file.write_text(
        re.sub("environment = .*", 'environment = "mars"', file.read_text())
    )

    session = pinned.run("--repro")

    assert session.code == 1
    assert "has no reference for mars" in session.output


def test_without_a_path_nothing_of_it_is_loaded(walk: Project) -> None:
    """Projects that have none pay one look at the disk."""
    probe = (
        "import sys\n\ndef pytest_unconfigure(config):\n"
        "    print('LOADED', 'pytest_repro.replication.golden' in sys.modules)\n"
    )

    session = walk.write({"conftest.py": probe}).run("--repro")

    assert "LOADED False" in session.output
    assert not Path(walk.root / "reference_runs" / "golden.toml").exists()
