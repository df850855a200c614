"""`Equivalent` margins: one seed asks the question, further seeds answer it in turn."""

import shutil
import subprocess
from pathlib import Path

import pytest

from pytest_repro.records import Match, Rung
from tests.plugin.project import Project, Session, share

GIT = shutil.which("git") or "git"

EXPERIMENT = """\
import pathlib
import random
import pytest
from pytest_repro import Equivalent

MARGIN = {"accuracy": Equivalent(0.03)}

@pytest.mark.repro(seeds=6, metrics=MARGIN, require="EQUIVALENT")
def test_accuracy(repro):
    repro.log("accuracy", 0.5 + random.gauss(0, 0.01))
"""
DRAWS_ONE_MORE = EXPERIMENT.replace("repro.log", "random.random(); repro.log")
SHIFTED = EXPERIMENT.replace("0.5 +", "0.9 +")
TIGHT = DRAWS_ONE_MORE.replace("Equivalent(0.03)", "Equivalent(0.001)")
TELLS = """\
    with pathlib.Path(__file__).with_name("seen.txt").open("a") as file:
        file.write(str(repro.seed))
"""


@pytest.fixture
def margin(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """An experiment with a margin, and a reference of ten seeds."""

    def build(project: Project) -> Session:
        files = {"test_accuracy.py": EXPERIMENT}
        return project.write(files).record("--repro-workers=2")

    return share(tmp_path_factory, "margin", build)[0].copy(tmp_path / "margin")


def test_reference_has_ten_seeds(margin: Project) -> None:
    """Fewer could not support the error rates."""
    assert len(margin.reference("test_accuracy.py::test_accuracy").seeds) == 10


def test_same_bits_need_one_seed(margin: Project) -> None:
    """What is identical at the first seed leaves nothing to ask."""
    session = margin.run("--repro")

    outcome = session.outcomes["test_accuracy"]
    assert outcome.verdict.rung is Rung.IDENTICAL
    assert (len(outcome.seeds), outcome.seeds_allowed) == (1, 6)
    assert "1 of 6 seeds" in session.output


def test_other_bits_of_the_same_distribution_are_equivalent(margin: Project) -> None:
    """As soon as the seeds so far exclude a shift by the margin."""
    session = margin.write({"test_accuracy.py": DRAWS_ONE_MORE}).run("--repro")

    outcome = session.outcomes["test_accuracy"]
    assert session.code == 0
    assert outcome.seeds[0].verdict.rung is Rung.INCONCLUSIVE
    assert outcome.verdict.rung is Rung.EQUIVALENT
    assert len(outcome.seeds) < 6
    assert "a shift by the margin is excluded" in session.output


@pytest.mark.parametrize("workers", ["1", "3"])
def test_shifted_distribution_stops_at_the_first_look_that_can_tell(
    margin: Project, workers: str
) -> None:
    """Three seeds against ten, however many run at a time."""
    session = margin.write({"test_accuracy.py": SHIFTED}).run(
        "--repro", f"--repro-workers={workers}"
    )

    outcome = session.outcomes["test_accuracy"]
    assert session.code == 1
    assert outcome.verdict.rung is Rung.DIVERGED
    assert [one.seed for one in outcome.seeds] == [0, 1, 2]
    assert "chance does not explain it" in session.output


def test_full_tier_runs_every_seed(margin: Project) -> None:
    """The decision is still that of the first look that decides."""
    session = margin.write({"test_accuracy.py": SHIFTED}).run(
        "--repro", "--repro-tier=full", "--repro-workers=2"
    )

    outcome = session.outcomes["test_accuracy"]
    assert len(outcome.seeds) == 6
    assert "over 3 obtained and 10 reference seeds" in outcome.verdict.reason


def test_more_seeds_may_be_allowed_for_a_session(margin: Project) -> None:
    """`--repro-seeds` takes the place of what the marker says."""
    session = margin.run("--repro", "--repro-seeds=9")

    assert session.outcomes["test_accuracy"].seeds_allowed == 9


def test_margin_that_no_seeds_can_show_costs_one(margin: Project) -> None:
    """It fails at once, and says what would do."""
    session = margin.write({"test_accuracy.py": TIGHT}).run("--repro")

    outcome = session.outcomes["test_accuracy"]
    assert session.code == 1
    assert outcome.verdict.rung is Rung.INCONCLUSIVE
    assert outcome.verdict.is_refused
    assert len(outcome.seeds) == 1
    assert "it takes a margin of" in session.output


def test_seed_that_crashes_is_not_averaged_away(margin: Project) -> None:
    """Good seeds do not outvote one that failed."""
    text = SHIFTED + "    if repro.seed == 1: raise ValueError('seed one')\n"

    session = margin.write({"test_accuracy.py": text}).run("--repro")

    outcome = session.outcomes["test_accuracy"]
    assert session.code == 1
    assert outcome.verdict.rung is Rung.NOT_COMPARABLE
    assert "ValueError: seed one" in session.output
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


def test_restarting_goes_on_with_the_seeds_that_were_spent(margin: Project) -> None:
    """On the same code; whoever changes it starts anew."""
    margin.write({"test_accuracy.py": SHIFTED + TELLS, ".gitignore": "*.txt\n.repro\n"})
    identity = ("-c", "user.name=a", "-c", "user.email=a@b.invalid")
    for words in (("init", "-q"), ("add", "."), (*identity, "commit", "-qm", "one")):
        subprocess.run([GIT, *words], cwd=margin.root, check=True)

    first = margin.run("--repro").outcomes["test_accuracy"]
    second = margin.run("--repro").outcomes["test_accuracy"]

    assert (margin.root / "seen.txt").read_text() == "012" + "0"
    assert "3 seeds of an earlier session on the same code count" in second.message
    assert second.verdict == first.verdict
