"""Curves and events, end to end: from the marker to the verdict over seeds."""

from pathlib import Path

import pytest

from pytest_repro.records import Rung
from tests.plugin.project import Project, Session, share

EXPERIMENT = """\
import random
import pytest
from pytest_repro import Equivalent

MARGINS = {
    "train/loss": Equivalent(0.1, scale="log"),
    "test/accuracy": Equivalent(8, target=0.9),
}

@pytest.mark.repro(seeds=6, metrics=MARGINS, require="EQUIVALENT")
def test_training(repro):
    late = random.randint(0, 2)
    for step in range(40):
        noise = random.gauss(0, 0.01)
        repro.log("train/loss", 2 * 0.95**step * (1 + noise), step=step)
        repro.log("test/accuracy", 0.95 if step >= 20 + late else 0.5, step=step)
    repro.log("end", 1.0)
"""
DRAWS_ONE_MORE = EXPERIMENT.replace("late =", "random.random(); late =")
BUMPED = DRAWS_ONE_MORE.replace("(1 + noise)", "(1 + noise + (10 < step < 25))")
LATER = DRAWS_ONE_MORE.replace("20 + late", "34 + late")
RENAMED = DRAWS_ONE_MORE.replace(
    "Equivalent(8, target=0.9)", "Equivalent(8, target=0.8)"
)


@pytest.fixture
def training(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """An experiment with a curve and an event, and a reference of ten seeds."""

    def build(project: Project) -> Session:
        files = {"test_training.py": EXPERIMENT}
        return project.write(files).record("--repro-workers=2")

    return share(tmp_path_factory, "training", build)[0].copy(tmp_path / "training")


def test_every_seed_of_the_reference_keeps_its_numbers(training: Project) -> None:
    """Ten means and one event, though traces are kept of the anchor only."""
    reference = training.reference("test_training.py::test_training")

    assert [len(row.derived) for row in reference.seeds] == [11] * 10


@pytest.mark.parametrize(
    ("text", "rung", "told"),
    [
        pytest.param(DRAWS_ONE_MORE, Rung.EQUIVALENT, "excluded", id="unchanged"),
        pytest.param(BUMPED, Rung.DIVERGED, "train/loss steps", id="bump"),
        pytest.param(LATER, Rung.DIVERGED, "test/accuracy rises to 0.9", id="later"),
        pytest.param(RENAMED, Rung.INCONCLUSIVE, "record it again", id="other target"),
    ],
)
def test_curve_and_event_decide(
    training: Project, text: str, rung: Rung, told: str
) -> None:
    """The final metric is the same in all four."""
    session = training.write({"test_training.py": text}).run(
        "--repro", "--repro-workers=2"
    )

    outcome = session.outcomes["test_training"]
    assert outcome.verdict.rung is rung
    assert session.code == (rung is not Rung.EQUIVALENT)
    assert told in outcome.verdict.reason
