"""`Equivalent` margins: one seed asks the question, all seeds together answer it."""

from pathlib import Path

import pytest

from pytest_repro.records import Match, Rung
from tests.plugin.project import Project, Session, share

EXPERIMENT = """\
import random
import pytest
from pytest_repro import Equivalent

MARGIN = {"accuracy": Equivalent(0.1)}

@pytest.mark.repro(seeds=3, metrics=MARGIN, require="EQUIVALENT")
def test_accuracy(repro):
    repro.log("accuracy", 0.5 + random.gauss(0, 0.01))
"""
DRAWS_ONE_MORE = EXPERIMENT.replace("repro.log", "random.random(); repro.log")
SHIFTED = EXPERIMENT.replace("0.5 +", "0.9 +")
FEW = DRAWS_ONE_MORE.replace("seeds=3", "seeds=2")


@pytest.fixture
def margin(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """An experiment with a margin, and a reference of three seeds."""

    def build(project: Project) -> Session:
        return project.write({"test_accuracy.py": EXPERIMENT}).record()

    return share(tmp_path_factory, "margin", build)[0].copy(tmp_path / "margin")


def test_same_bits_need_one_seed(margin: Project) -> None:
    """What is identical at the first seed leaves nothing to ask."""
    session = margin.run("--repro")

    outcome = session.outcomes["test_accuracy"]
    assert outcome.verdict.rung is Rung.IDENTICAL
    assert (len(outcome.seeds), outcome.seeds_allowed) == (1, 3)
    assert "1 of 3 seeds" in session.output


@pytest.mark.parametrize(
    ("text", "rung", "code"),
    [
        (DRAWS_ONE_MORE, Rung.EQUIVALENT, 0),
        (SHIFTED, Rung.DIVERGED, 1),
    ],
    ids=["equivalent", "diverged"],
)
def test_other_bits_are_judged_over_all_seeds(
    margin: Project, text: str, rung: Rung, code: int
) -> None:
    """The first seed is inconclusive, the others run, and the distributions decide."""
    session = margin.write({"test_accuracy.py": text}).run("--repro")

    outcome = session.outcomes["test_accuracy"]
    assert [one.seed for one in outcome.seeds] == [0, 1, 2]
    assert outcome.seeds[0].verdict.rung is Rung.INCONCLUSIVE
    assert outcome.verdict.rung is rung
    assert session.code == code


def test_too_few_seeds_decide_nothing(margin: Project) -> None:
    """It fails, and says how many it takes."""
    session = margin.write({"test_accuracy.py": FEW}).run("--repro")

    outcome = session.outcomes["test_accuracy"]
    assert session.code == 1
    assert outcome.verdict.rung is Rung.INCONCLUSIVE
    assert "it takes 3 on each side" in outcome.verdict.reason


def test_seed_that_crashes_is_not_averaged_away(margin: Project) -> None:
    """Two good seeds do not outvote one that failed."""
    text = DRAWS_ONE_MORE + "    if repro.seed == 2: raise ValueError('seed two')\n"

    session = margin.write({"test_accuracy.py": text}).run("--repro")

    outcome = session.outcomes["test_accuracy"]
    assert session.code == 1
    assert outcome.verdict.rung is Rung.NOT_COMPARABLE
    assert "ValueError: seed two" in session.output
    assert outcome.candidate == ""


def test_reference_of_another_environment_is_judged_over_seeds(margin: Project) -> None:
    """Other bits in another environment are what margins are for."""
    session = margin.write({"test_accuracy.py": DRAWS_ONE_MORE}).run(
        "--repro", "--repro-numerics=portable"
    )

    outcome = session.outcomes["test_accuracy"]
    assert session.code == 0
    assert outcome.verdict.match is Match.NEAREST
    assert outcome.verdict.rung is Rung.EQUIVALENT
    assert "portable" in outcome.environment_key
