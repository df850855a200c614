"""`--repro-retries`: accidents of the machine are tried again, and told."""

from tests.plugin.project import Project

DIES_ONCE = """\
import os, pathlib

def test_walk(repro):
    first = pathlib.Path(__file__).parent / "first"
    if not first.exists():
        first.touch()
        os.kill(os.getpid(), 9)
    repro.log("end", 1.0)
"""

DECLARED = """\
[tool.pytest_repro.retries]
count = 1
causes = ["out of memory"]
wait_s = 0
"""


def test_declared_retry_saves_a_run_and_is_told(walk: Project) -> None:
    """In the terminal, and in the report for machines."""
    walk.write({"test_walk.py": DIES_ONCE, "pyproject.toml": DECLARED})

    session = walk.run("--repro")

    (seed,) = session.outcomes["test_walk"].seeds
    assert [one.cause.value for one in seed.attempts] == ["out of memory"]
    assert "attempt 1 of seed 0 came to nothing: out of memory" in session.output


def test_flag_beats_the_declaration(walk: Project) -> None:
    """Zero is no retry at all, whatever is declared."""
    walk.write({"test_walk.py": DIES_ONCE, "pyproject.toml": DECLARED})

    session = walk.run("--repro", "--repro-retries=0")

    assert session.outcomes["test_walk"].verdict.cause is not None
    assert "attempt 1" not in session.output


def test_exception_is_not_retried(walk: Project) -> None:
    """It would come again."""
    walk.write({"test_walk.py": "def test_walk(repro):\n    raise ValueError('no')\n"})

    session = walk.run("--repro", "--repro-retries=3")

    (seed,) = session.outcomes["test_walk"].seeds
    assert seed.attempts == ()


def test_declaring_an_exception_is_a_usage_error(walk: Project) -> None:
    """Before anything is collected."""
    declared = DECLARED.replace("out of memory", "failed")

    session = walk.write({"pyproject.toml": declared}).run("--repro")

    assert session.code == 4
    assert "comes again and is never retried" in session.output


def test_each_run_tells_what_it_shared_its_machine_with(walk: Project) -> None:
    """Queue wait and contention, where the system tells them."""
    session = walk.run("--repro")

    (seed,) = session.outcomes["test_walk"].seeds
    assert seed.queued_s >= 0.0
    assert seed.contention is not None
    assert seed.contention.cpus >= 1
