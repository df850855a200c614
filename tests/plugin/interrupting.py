"""A session of forty jobs that is killed, continued, killed again, and continued."""

import time
from collections import Counter

from pytest_repro.launchers.protocol import EVENTS
from tests.plugin.processes import processes_of, running, wait_until
from tests.plugin.project import Project, Session

__all__ = ["FORTY", "continue_to_the_end", "counted", "kill_after", "verdicts"]

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
