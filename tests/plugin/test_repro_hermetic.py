"""`--repro-hermetic`: a run says what it reads beside what it declares."""

from tests.plugin.project import Project

READING = """\
import os
from pathlib import Path

def test_reading(repro):
    repro.log("size", len(Path(__file__).with_name("numbers.txt").read_text()))
    repro.log("home", "DATA_ROOT" in os.environ)
"""

DECLARING = """\
def test_declaring(repro):
    repro.log("size", len(repro.asset("numbers.txt").read_text()))
"""

AROUND = """\
from pathlib import Path
import pytest

@pytest.fixture
def numbers():
    return Path(__file__).with_name("numbers.txt").read_text()

def test_around(repro, numbers):
    repro.log("size", len(numbers))
"""

FILE = "reads a file that is no declared asset: numbers.txt [file]"


def test_undeclared_inputs_are_told(project: Project) -> None:
    """File and variable, each at its line."""
    project.write({"test_reading.py": READING, "numbers.txt": "1 2 3"})

    session = project.record("--repro-hermetic")

    escapes = session.outcomes["test_reading"].escapes
    assert [text.split()[0] for text in escapes] == [
        "test_reading.py:5",
        "test_reading.py:6",
    ]
    assert escapes[0].endswith(FILE)
    assert escapes[1].endswith("not pinned: DATA_ROOT [variable]")


def test_error_fails_the_run(project: Project) -> None:
    """The same mode of telling as for randomness."""
    project.write({"test_reading.py": READING, "numbers.txt": "1 2 3"})

    session = project.run("--repro", "--repro-hermetic", "--repro-guards=error")

    assert session.counts == {"failed": 1}
    assert "UndeclaredInput: test_reading.py:5 " in session.output
    assert "open(repro.asset(path))" in session.output


def test_declared_asset_is_silent(project: Project) -> None:
    """A run that declares what it reads passes under the strictest guards."""
    project.write({"test_declaring.py": DECLARING, "numbers.txt": "1 2 3"})

    session = project.record("--repro-hermetic", "--repro-guards=error")

    assert session.outcomes["test_declaring"].escapes == ()


def test_fixtures_belong_to_the_experiment(project: Project) -> None:
    """What a fixture reads goes into the run, too."""
    project.write({"test_around.py": AROUND, "numbers.txt": "1 2 3"})

    session = project.record("--repro-hermetic")

    (text,) = session.outcomes["test_around"].escapes
    assert text.startswith("test_around.py:6 ")
    assert text.endswith(FILE)


def test_in_the_sessions_own_process(project: Project) -> None:
    """A debugger sees the same."""
    project.write({"test_reading.py": READING, "numbers.txt": "1 2 3"})
    project.record()

    session = project.run("--repro", "--repro-in-process", "--repro-hermetic")

    assert len(session.outcomes["test_reading"].escapes) == 2


def test_without_guards_nobody_would_hear(project: Project) -> None:
    """The two options contradict each other."""
    session = project.run("--repro", "--repro-hermetic", "--repro-guards=off")

    assert session.code == 4
    assert "--repro-hermetic is told by guards" in session.output
