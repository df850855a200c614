"""A session of forty jobs that is killed, continued, killed again, and continued."""

import os
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from pytest_repro.launchers.protocol import EVENTS
from tests.plugin.processes import processes_of, running, wait_until
from tests.plugin.project import LIMIT_S, Project, Session

__all__ = [
    "FORTY",
    "SLOW",
    "continue_to_the_end",
    "counted",
    "kill_after",
    "kill_when_started",
    "long_jobs",
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

SLOW = "slow"
"""Where a file of this name lies in the project, long jobs are long."""


def long_jobs(experiments: int) -> str:
    """Write experiments with five seeds each, of which two have two long jobs.

    Args:
        experiments: How many; at least four. The last but three and the last but one
            have the long ones, their seeds 2 and 3.

    Returns:
        A module of tests.
    """
    return f"""\
import random
import time
from pathlib import Path
import pytest

@pytest.mark.repro(seeds=5, reference_seeds=5)
@pytest.mark.parametrize("number", range({experiments}))
def test_draw(repro, number):
    is_long = number in ({experiments - 4}, {experiments - 2}) and repro.seed in (2, 3)
    time.sleep(20 if is_long and Path(__file__).with_name("{SLOW}").exists() else 0)
    repro.log("end", random.random())
"""


def counted(project: Project, word: str) -> Counter[str]:
    """Count what workers told, in all attempts at each job: files that only grow."""
    folder = project.root / ".repro" / "runs"
    told = Counter[str]()
    for place, _, names in os.walk(folder):  # folders come and go meanwhile
        if EVENTS in names:
            job = str(Path(place).relative_to(folder)).partition("/attempts/")[0]
            with suppress(FileNotFoundError):  # set aside just now
                text = Path(place, EVENTS).read_text()
                told[job] += text.count(f'"{word}"')
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
