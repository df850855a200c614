"""A reference that was a candidate lacks what only recording measures, and gets it."""

from pathlib import Path

import pytest

from pytest_repro.records import Action, Rung
from tests.plugin.living import verb
from tests.plugin.project import INI, Project, Session, share
from tests.plugin.test_rounding import FAULTY, ROUNDED, TRAINING

REF = "test_line.py::test_line"
WHY = ("--reason", "a smaller step is what we want")
SLOWER = TRAINING.replace("lr=0.01", "lr=0.005")
SETTINGS = INI.replace("repro_replicas = 0", "repro_replicas = 2").replace(
    "repro_traced_steps = 0", "repro_traced_steps = 1"
)


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Session]:
    """A project with a reference, whose code has moved since: a candidate waits."""

    def build(project: Project) -> Session:
        project.write({"pytest.ini": SETTINGS, "test_line.py": TRAINING}).record()
        return project.write({"test_line.py": SLOWER}).run("--repro")

    return share(tmp_path_factory, "completing", build)


def accept_line(project: Project) -> Project:
    """Accept the candidate of a project."""
    said = verb(project, "accept", "line", *WHY)
    assert said.code == 0, said.text
    return project


@pytest.fixture
def accepted(left: tuple[Project, Session], tmp_path: Path) -> Project:
    """A copy in which the candidate was accepted."""
    return accept_line(left[0].copy(tmp_path / "project"))


@pytest.fixture(scope="module")
def completed(
    left: tuple[Project, Session], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Project, Session]:
    """A project in which it was accepted, and then completed."""

    def build(project: Project) -> Session:
        return accept_line(left[0].copy(project.root)).record()

    return share(tmp_path_factory, "completed", build)


def test_candidate_says_what_it_lacks(left: tuple[Project, Session]) -> None:
    """And how to measure it."""
    project, _ = left

    said = verb(project, "review")

    lacks = project.candidate(REF).history[-1].lacks
    assert lacks == ("rounding envelope", "operation trace")
    assert "lacks rounding envelope, operation trace" in said.text
    assert f'measure it: pytest --repro-record "{REF}"' in said.text


def test_accepted_candidate_holds_for_its_own_bits(accepted: Project) -> None:
    """Without an envelope a run that only rounds otherwise is not excused."""
    same = accepted.run("--repro")
    rounded = ROUNDED.replace("lr=0.01", "lr=0.005")
    other = accepted.write({"test_line.py": rounded}).run("--repro")

    assert same.outcomes["test_line"].verdict.rung is Rung.IDENTICAL
    assert other.outcomes["test_line"].verdict.rung is Rung.DIVERGED


def test_recording_measures_what_is_lacking(
    left: tuple[Project, Session], completed: tuple[Project, Session]
) -> None:
    """The next revision has the same bits, an envelope and an operation trace."""
    project, session = completed

    before, after = left[0].candidate(REF), project.reference(REF)

    outcome = session.outcomes["test_line"]
    last = after.history[-1]
    assert outcome.action is Action.UPDATED
    assert "measured what was lacking: rounding envelope" in outcome.message
    assert (last.number, last.lacks, last.drift) == (3, (), ())
    assert after.rounding is not None
    assert after.operations
    assert after.anchor.metrics == before.anchor.metrics
    assert after.anchor.trace_root == before.anchor.trace_root


def test_completed_reference_excuses_rounding_and_is_left_alone(
    completed: tuple[Project, Session], tmp_path: Path
) -> None:
    """It is as good as one that `--repro-update` wrote; nothing is lacking any more."""
    project = completed[0].copy(tmp_path / "project")
    before = project.reference_bytes()
    rounded = ROUNDED.replace("lr=0.01", "lr=0.005")

    session = project.write({"test_line.py": rounded}).run("--repro-record")

    outcome = session.outcomes["test_line"]
    assert outcome.verdict.rung is Rung.WITHIN_ROUNDING
    assert outcome.action is Action.COMPARED
    assert project.reference_bytes() == before


def test_other_bits_complete_nothing(accepted: Project) -> None:
    """What is lacking is measured of the accepted run, or not at all."""
    session = accepted.write({"test_line.py": FAULTY}).run("--repro-record")

    assert session.code == 1
    assert accepted.reference(REF).history[-1].lacks != ()
    assert len(accepted.reference(REF).history) == 2


def test_whole_candidate_lacks_nothing(
    left: tuple[Project, Session], tmp_path: Path
) -> None:
    """`--repro-whole-candidates` pays at once for machines that nobody reaches."""
    project = left[0].copy(tmp_path / "project")

    session = project.run("--repro", "--repro-whole-candidates")
    candidate = project.candidate(REF)
    verb(project, "accept", "line", *WHY)

    assert session.code == 1
    assert candidate.history[-1].lacks == ()
    assert candidate.rounding is not None
    assert candidate.operations
    assert project.reference(REF).history[-1].lacks == ()


def test_few_seeds_are_completed(project: Project) -> None:
    """A comparison stops at the first seed that decides; a reference has all."""
    text = "import pytest\nimport random\n\n@pytest.mark.repro(seeds=3)\n"
    text += 'def test_walk(repro):\n    repro.log("end", random.random())\n'
    project.write({"test_walk.py": text}).record()
    moved = text.replace("random()", "random() + 0.5")
    project.write({"test_walk.py": moved}).run("--repro")
    verb(project, "accept", "walk", *WHY)
    short = project.reference("test_walk.py::test_walk")

    session = project.record()

    whole = project.reference("test_walk.py::test_walk")
    assert short.history[-1].lacks == ("2 of 3 seeds",)
    assert len(short.seeds) == 1
    assert session.outcomes["test_walk"].verdict.rung is Rung.IDENTICAL
    assert [row.seed for row in whole.seeds] == [0, 1, 2]
    assert whole.history[-1].lacks == ()
