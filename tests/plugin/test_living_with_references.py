"""From a red session to a reviewed reference, in real repositories and sessions."""

from pathlib import Path

import pytest

from tests.cli.terminal import ASKED, CTRL_C, REASON, talk
from tests.plugin.living import (
    REF,
    WHY,
    changed_files,
    clone,
    commit,
    publish,
    upload,
    verb,
)
from tests.plugin.project import WALK, Project

MOVED = WALK.replace("random.random())", "random.random() + 0.5)")
OTHER = WALK.replace("test_walk", "test_other")

CREEPING = """\
import pytest
from pytest_repro import Close

@pytest.mark.repro(metrics={{"end": Close(atol=0.1)}}, require="IDENTICAL")
def test_walk(repro):
    repro.log("end", 1.0 + 0.0625 * {times})
"""


@pytest.fixture
def published(walk: Project) -> Project:
    """The walk and its reference under git, beside an experiment that stays."""
    walk.write({"test_other.py": OTHER, ".gitignore": ".repro/\n__pycache__/\n"})
    walk.record()
    return publish(walk)


def test_candidate_of_a_ci_artifact_becomes_the_reference(
    published: Project, tmp_path: Path
) -> None:
    """Red in CI, uploaded, accepted in another clone, green there; nothing else moved.

    The clone in which it is accepted never ran the experiment.
    """
    ci = clone(published, tmp_path / "ci")
    ci.write({"test_walk.py": MOVED})
    commit(ci, "count the last step once")
    red = ci.run("--repro", variables={"CI": "true"})
    artifact = upload(ci, tmp_path / "artifact.zip")
    home = clone(ci, tmp_path / "home")

    seen = verb(home, "review", "--from", str(artifact))
    accepted = verb(home, "accept", "walk", *WHY, "--from", str(artifact))
    green = home.run("--repro")

    folder = "reference_runs/test_walk.py/test_walk/"
    assert (red.code, seen.code, accepted.code, green.code) == (1, 1, 0, 0)
    assert "+0.5" in seen.text
    assert {name.startswith(folder) for name in changed_files(home)} == {True}
    last = home.reference(REF).history[-1]
    assert (last.number, last.reason) == (2, WHY[1])
    assert last.source.startswith("archive sha256:")
    assert last.supersedes is not None


def test_ci_itself_accepts_nothing(published: Project) -> None:
    """The job that found the change cannot bless it."""
    published.write({"test_walk.py": MOVED}).run("--repro", variables={"CI": "true"})

    said = verb(published, "accept", "walk", *WHY, variables={"CI": "true"})

    assert said.code == 64
    assert len(published.reference(REF).history) == 1


def test_five_small_changes_creep(project: Project) -> None:
    """Each is inside its margin of 0.1; from the second on their sum is not."""
    project.write({"test_walk.py": CREEPING.format(times=0)}).record()
    said = []

    for times in range(1, 6):
        project.write({"test_walk.py": CREEPING.format(times=times)})
        assert project.run("--repro").code == 1
        said.append(verb(project, "accept", "walk", *WHY).text)

    warned = ["creeping drift: end went from 1 to" in text for text in said]
    assert warned == [False, True, True, True, True]
    assert "from 1 to 1.3125 (+0.312) in 5 rewrites since revision 2" in said[-1]
    assert "sum of 5 rewrites +0.3125" in said[-1]
    assert len(project.reference(REF).history) == 6
    assert project.run("--repro").code == 0


def test_creeping_is_told_before_anybody_accepts(project: Project) -> None:
    """A reviewer sees the sum that a candidate would make."""
    project.write({"test_walk.py": CREEPING.format(times=0)}).record()
    project.write({"test_walk.py": CREEPING.format(times=1)}).run("--repro")
    verb(project, "accept", "walk", *WHY)
    project.write({"test_walk.py": CREEPING.format(times=2)}).run("--repro")

    said = verb(project, "review")

    assert "creeping drift: end went from 1 to 1.125" in said.text
    assert len(project.reference(REF).history) == 2


def test_rejected_candidate_changes_nothing_and_is_known_again(
    published: Project,
) -> None:
    """Git sees no change; the next session leaves the same, and review says so."""
    published.write({"test_walk.py": MOVED}).run("--repro")

    said = verb(published, "reject", "walk", "--reason", "a fault, to be mended")
    files = changed_files(published)
    published.run("--repro")
    again = verb(published, "review")

    assert said.code == 0
    assert files == {"test_walk.py"}
    assert "the same results before" in again.text
    assert "a fault, to be mended" in again.text


def test_reference_that_changed_meanwhile_is_a_conflict(published: Project) -> None:
    """A colleague's rewrite is not overwritten by an older candidate."""
    published.write({"test_walk.py": MOVED}).run("--repro")
    candidate = published.candidate(REF)
    further = MOVED.replace("0.5", "0.25")
    published.write({"test_walk.py": further}).run(
        "--repro-update", "--repro-reason=a colleague was quicker"
    )
    published.pending.write(candidate)

    said = verb(published, "accept", "walk", *WHY)

    assert said.code == 2
    assert f"candidate supersedes {candidate.history[-1].supersedes}" in said.text
    assert published.reference(REF).history[-1].reason == "a colleague was quicker"
    assert published.candidate(REF) == candidate


def test_interrupted_review_loses_nothing(published: Project) -> None:
    """Ctrl-C after the first of two: one is accepted, the other waits."""
    moved = {"test_walk.py": MOVED, "test_other.py": OTHER.replace("()", "() + 0.5")}
    published.write(moved).run("--repro")

    talked = talk(
        published.root,
        ["review"],
        (ASKED, "a\n"),
        (REASON, f"{WHY[1]}\n"),
        (ASKED, CTRL_C),
    )

    (waits,) = (one.experiment for one in published.pending.entries())
    assert talked.status == 1
    assert "1 accepted, 0 rejected, 1 still waiting" in talked.text
    assert waits == REF
    assert published.run("--repro").counts == {"passed": 1, "failed": 1}


RULES = """\
[[rule]]
experiments = ["test_walk.py::*"]
people = ["ada"]
"""


def test_update_cannot_go_round_the_rules(published: Project) -> None:
    """What a rule asks for, a session cannot give: it leaves a candidate."""
    published.write({"test_walk.py": MOVED, "test_other.py": OTHER.replace("5", "6")})
    published.write({"reference_runs/approvals.toml": RULES})

    session = published.run("--repro-update", "--repro-reason=we count otherwise now")
    said = verb(published, "accept", "walk", *WHY, "--approved-by", "ada")

    assert session.code == 1
    assert "not written: reference_runs/approvals.toml asks for" in session.output
    assert session.counts == {"passed": 1, "failed": 1}
    assert said.code == 0
    assert published.reference(REF).history[-1].approved_by == ("ada",)


def test_misspelt_rule_stops_a_session_that_writes(published: Project) -> None:
    """One that only compares does not need the rules."""
    published.write({"reference_runs/approvals.toml": "[[rul]]\n"})

    writing = published.run("--repro-update", "--repro-reason=we count otherwise")

    assert writing.code == 4
    assert "did you mean rule?" in writing.output
    assert published.run("--repro").code == 0
