"""`--repro-chaos`: kill seed 0, resume it, and demand the same bits."""

import pytest

from pytest_repro.records import Action, Outcome, Rung
from tests.plugin.project import INI, Project

WALK = """\
import random

def test_walk(repro):
    total = {"sum": 0.0}
    repro.checkpoint(total=total)
    for step in repro.steps(total=20):
        total["sum"] += random.random()
        repro.log("sum", total["sum"], step=step)
    repro.log("end", random.random())
"""

FORGETFUL = """\
class Schedule:
    def __init__(self):
        self.rate = 1.0
    def step(self):
        self.rate *= 0.5
    def state_dict(self):
        return {"rate": self.rate}
    def load_state_dict(self, state):
        self.rate = state["rate"]

def test_walk(repro):
    schedule = Schedule()
    for step in repro.steps(total=20):
        schedule.step()
        repro.log("rate", schedule.rate, step=step)
    repro.log("end", schedule.rate)
"""

PLAIN = """\
def test_walk(repro):
    repro.log("end", 1.0)
"""


def chaos(project: Project, text: str, *arguments: str) -> Outcome:
    """Record a reference, then run with chaos, and return what became of it."""
    project.write({"test_walk.py": text}).record()
    return project.run("--repro", *arguments).outcomes["test_walk"]


def test_a_run_that_can_be_resumed_passes(project: Project) -> None:
    """The report says how often it was killed, and where."""
    outcome = chaos(project, WALK, "--repro-chaos=4")

    assert outcome.passed
    assert outcome.verdict.rung is Rung.IDENTICAL
    assert "killed 4 times, with a checkpoint every 2 steps: step " in outcome.message
    assert "while its checkpoint is written" in outcome.message


def test_what_is_not_registered_fails_and_is_named(project: Project) -> None:
    """The bits differ, and the schedule is said to be missing."""
    outcome = chaos(project, FORGETFUL, "--repro-chaos=3")

    assert not outcome.passed
    assert outcome.verdict.rung is Rung.DIVERGED
    assert "the resumed run parted at step" in outcome.verdict.reason
    assert "checkpoints did not hold schedule (Schedule)" in outcome.message


def test_a_run_without_steps_cannot_be_killed(project: Project) -> None:
    """It is not said to have survived."""
    outcome = chaos(project, PLAIN, "--repro-chaos=1")

    assert not outcome.passed
    assert outcome.verdict.rung is Rung.INCONCLUSIVE
    assert "it has no steps to be killed at" in outcome.verdict.reason


def test_the_first_steps_can_be_tried_alone(project: Project) -> None:
    """With the tier for pull requests only the short run is killed and resumed."""
    text = WALK.replace(
        "def test", "import pytest\n\n@pytest.mark.repro(horizon=8)\ndef test"
    )

    outcome = chaos(project, text, "--repro-chaos=3", "--repro-tier=pr")

    assert outcome.passed
    assert "killed 3 times, with a checkpoint every 1 steps" in outcome.message


def test_references_are_not_made_by_chaos(project: Project) -> None:
    """What is recorded is the run that nobody killed, and a failure is a failure."""
    session = project.write({"test_walk.py": FORGETFUL}).run(
        "--repro-record", "--repro-chaos=3"
    )

    assert session.code == 1
    assert session.outcomes["test_walk"].action is Action.COMPARED


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--repro-chaos=1", "--repro-in-process"), "has none"),
        (("--repro-chaos=-1",), "repro_chaos is a number from 0 on, got -1"),
    ],
)
def test_meaningless_options_are_refused(
    project: Project, arguments: tuple[str, ...], expected: str
) -> None:
    """Before anything is collected."""
    session = project.run("--repro", *arguments)

    assert session.code == 4
    assert expected in session.output


def test_the_ini_file_says_it_too(project: Project) -> None:
    """Like every option."""
    project.write({"pytest.ini": f"{INI}repro_chaos = 1\nrepro_checkpoint_every = 7\n"})

    outcome = chaos(project, WALK)

    assert "killed 1 times, with a checkpoint every 7 steps" in outcome.message
