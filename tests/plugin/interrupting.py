"""A session of forty jobs that is killed, continued, killed again, and continued."""

import time
from collections import Counter

from pytest_repro.launchers.protocol import EVENTS
from tests.plugin.processes import processes_of, running, wait_until
from tests.plugin.project import LIMIT_S, Project, Session

__all__ = [
    "FORTY",
    "LONG",
    "continue_to_the_end",
    "counted",
    "kill_after",
    "kill_when_started",
    "verdicts",
]

FULL = ("--repro-tier=full", "--repro-workers=2")

FORTY = """\
import random
import pytest

@pytest.mark.repro(seeds=5, reference_seeds=5)
@pytest.mark.parametrize("number", range(8))
def test_draw(repro, number):
    for step in repro.steps(total=3):
        repro.log("position", number + random.random(), step=step)
    repro.log("end", random.random())
"""
"""Eight experiments with five seeds each."""

LONG = """\
import random
import time
import pytest

@pytest.mark.repro(seeds=5, reference_seeds=5)
@pytest.mark.parametrize("number", range(8))
def test_draw(repro, number):
    is_long = number in (4, 6) and repro.seed in (2, 3)
    time.sleep(30 if is_long else 0)
    repro.log("end", random.random())
"""
"""The same, of which the jobs 23, 24, 33 and 34 are still running when others end."""


def counted(project: Project, word: str) -> Counter[str]:
    """Count what workers told, in all attempts at each job: files that only grow."""
    folder = project.root / ".repro" / "runs"
    told = Counter[str]()
    for path in folder.rglob(EVENTS):
        job = str(path.relative_to(folder)).partition("/attempts/")[0]
        told[job.removesuffix(f"/{EVENTS}")] += path.read_text().count(f'"{word}"')
    return +told


def kill_after(
    project: Project, finished: int, *arguments: str, later_s: float = 0.0
) -> None:
    """Run a session; kill it so long after so many jobs have finished in all."""
    with running(project, *FULL, *arguments) as session:
        wait_until(
            lambda: (
                session.poll() is not None
                or counted(project, "finished").total() >= finished
            )
        )
        time.sleep(later_s)
        session.kill()
        session.wait()
    wait_until(lambda: not processes_of(project))


def kill_when_started(project: Project, started: int, *arguments: str) -> None:
    """Run a session; kill it once so many jobs have started in all."""
    said = project.root.with_suffix(".output")
    with running(project, *FULL, *arguments, said=said) as session:
        wait_until(
            lambda: counted(project, "started").total() >= started, limit_s=LIMIT_S
        )
        session.kill()
        session.wait()


def continue_to_the_end(project: Project, *arguments: str) -> Session:
    """Go on with what was killed."""
    return project.run("--repro-continue", *FULL, *arguments)


def verdicts(session: Session) -> dict[str, tuple[str, ...]]:
    """Say what was found of each seed of each experiment, without times."""
    return {
        name: (
            one.action.value,
            one.verdict.rung.value,
            *(f"{seed.seed} {seed.verdict}" for seed in one.seeds),
        )
        for name, one in session.outcomes.items()
    }
