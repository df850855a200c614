"""Several changes at once: which of them moved the result, found by real reruns."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pytest_repro.records import Job
from pytest_repro.references import read_record
from pytest_repro.replication.differences import Differences
from pytest_repro.replication.inquiry import Case
from tests.plugin.project import Project, Session, environment, share
from tests.provenance.repository import git

EXPERIMENT = """\
import pytest

from rate import RATE
from shape import SHAPE

@pytest.mark.parametrize("depth", [2], ids=["net"])
def test_net(repro, depth):
    for step in repro.steps(total=3):
        repro.log("loss", 1.0 / (1.0 + RATE * step), step=step)
    repro.log("accuracy", 0.5 + 0.25 * (RATE > 1) * (SHAPE > 1) + depth / 64)
"""

RATE = "RATE = 0.5\n"
SHAPE = "SHAPE = 1\n"


@pytest.fixture
def project(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Make a project in git, with one experiment, two files of its own, a reference."""

    def build(project: Project) -> Session:
        project.write(
            {
                "test_net.py": EXPERIMENT,
                "rate.py": RATE,
                "shape.py": SHAPE,
                ".gitignore": ".repro\n__pycache__\n",
            }
        )
        git(project.root, "init", "--quiet")
        git(project.root, "add", "-A")
        git(project.root, "commit", "--quiet", "--message=first")
        session = project.record()
        git(project.root, "add", "-A")
        git(project.root, "commit", "--quiet", "--message=recorded")
        return session

    shared, _ = share(tmp_path_factory, "blame", build)
    return shared.copy(tmp_path / "blame")


def blame(project: Project, *arguments: str) -> tuple[int, str]:
    """Ask what moved the result: exit status and output."""
    words = [sys.executable, "-m", "pytest_repro", "blame", *arguments]
    ended = project.execute(words, environment({}))
    return ended.code, ended.output


def answer(project: Project, *arguments: str) -> dict[str, Any]:
    """Ask for machines."""
    _, output = blame(project, "test_net", "--json", *arguments)
    found: dict[str, Any] = json.loads(output)["blamed"]
    return found


def test_one_of_three_changes_moved_the_bits(project: Project) -> None:
    """A file, another that changes nothing, and a hash seed that matters to nobody."""
    project.write({"rate.py": "RATE = 0.75\n", "shape.py": "SHAPE = 1  # still\n"})
    project.run("--repro", "-o", "repro_hash_seed=3")

    code, output = blame(project, "test_net")

    text = " ".join(output.split())
    assert code == 1, output
    assert "moved by rate.py, first at step 1 (loss) -RATE = 0.5 +RATE = 0.75" in text
    assert "only together" not in text
    assert "effect on accuracy change applied alone taken back" in text
    assert "hash seed 0 -> 3 none none" in text


def test_two_changes_that_move_it_only_together(project: Project) -> None:
    """Neither alone does; the third has nothing to do with it."""
    project.write({"rate.py": "RATE = 2.0\n", "shape.py": "SHAPE = 2\n"})
    project.run("--repro", "-o", "repro_hash_seed=3")

    code, output = blame(project, "test_net", "--on", "accuracy")

    text = " ".join(output.split())
    assert code == 1, output
    assert "from 0.53125 (everything put back) to 0.78125 (nothing put back)" in text
    assert "moved by only together: rate.py and shape.py, by +0.25" in text
    assert "rate.py none +0.25" in text
    assert "shape.py none +0.25" in text
    assert "all together +0.25 +0.25" in text
    assert "a change acts on what another one does" in text


def test_a_parameter_is_told_from_the_file_in_which_it_stands(project: Project) -> None:
    """It is set on both sides, so that the file alone moves nothing."""
    deeper = EXPERIMENT.replace("[2]", "[4]")
    project.write({"test_net.py": deeper, "shape.py": "SHAPE = 3\n"})
    project.run("--repro")

    found = answer(project, "--on", "accuracy")

    assert found["causes"] == [["depth 2 -> 4"]]
    assert [one["name"] for one in found["differences"]] == [
        "depth 2 -> 4",
        "shape.py",
        "test_net.py",
    ]
    assert found["is_whole"]


def test_changes_that_need_each_other_are_found_together(project: Project) -> None:
    """Half of a renamed name fails, and a run that fails blames nobody."""
    renamed = EXPERIMENT.replace("RATE", "SPEED")
    project.write({"test_net.py": renamed, "rate.py": "SPEED = 0.75\n"})
    project.run("--repro")

    found = answer(project, "--quick")

    assert found["causes"] == [["rate.py", "test_net.py"]]
    assert [one["applied"] for one in found["tried"] if one["problem"]]


def test_code_that_was_committed_with_the_reference_is_its_code(
    project: Project,
) -> None:
    """A reference is recorded before its code is committed, as a rule."""
    project.write({"rate.py": "RATE = 0.75\n"})
    project.run("--repro-update", "--repro-reason=a better rate was found")
    git(project.root, "add", "-A")
    git(project.root, "commit", "--quiet", "--message=second")
    project.write({"shape.py": "SHAPE = 3\n", "test_net.py": EXPERIMENT + "# end\n"})
    project.run("--repro")

    now = answer(project)
    since = answer(project, "--since", "HEAD~1", "--quick")

    assert "rate.py" not in [one["name"] for one in now["differences"]]
    assert now["causes"] == []
    assert since["causes"] == [["rate.py"]]


def test_a_run_that_does_not_repeat_itself_blames_nobody(project: Project) -> None:
    """Whatever was changed, the next run would differ as well."""
    escaped = EXPERIMENT.replace("depth / 64", "os.getpid()").replace(
        "import pytest", "import os\nimport pytest"
    )
    project.write({"test_net.py": escaped})
    project.run("--repro")

    code, output = blame(project, "test_net")

    assert code == 2
    assert "does not give its own result again" in " ".join(output.split())


@pytest.fixture
def ran(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project after a session in which nothing had changed."""

    def build(other: Project) -> Session:
        return project.copy(other.root).run("--repro")

    shared, _ = share(tmp_path_factory, "blame-ran", build)
    return shared.copy(project.root)


def test_a_result_that_did_not_move_blames_nobody(ran: Project) -> None:
    """Status 0: both ends give the same bits."""
    code, output = blame(ran, "test_net")

    assert code == 0, output


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["test_net", "--on", "accurracyy"], 64, "did you mean accuracy?"),
        (["test_net", "--workers", "0"], 64, "--workers is a number from 1 on"),
        (["a", "b", "--since", "HEAD"], 64, "two folders leave nothing to choose"),
        (["test_net", "--since", "nonsense"], 5, "git knows no commit"),
        (["nowhere", "neither"], 2, "there is no folder"),
    ],
)
def test_what_has_no_meaning_is_refused(
    ran: Project, arguments: list[str], status: int, message: str
) -> None:
    """And nothing is run."""
    code, output = blame(ran, *arguments)

    assert code == status, output
    assert message in output
    assert not (ran.root / ".repro" / "blame").exists()


def test_two_folders_of_records_are_held_against_each_other(project: Project) -> None:
    """The obtained one lies beside its job."""
    project.write({"rate.py": "RATE = 0.75\n"})
    project.run("--repro")
    (obtained,) = (project.root / ".repro" / "runs").rglob("record")
    (sums,) = (project.root / "reference_runs").rglob("SHA256SUMS")

    code, output = blame(project, str(obtained), str(sums.parent), "--quick")

    assert code == 1, output
    assert "rate.py, first at step 1 (loss)" in " ".join(output.split())


def test_a_value_that_no_record_holds_cannot_be_put_back(project: Project) -> None:
    """It is named, and what else differs is tried all the same."""
    run = read_record(next((project.root / "reference_runs").rglob("run.json")).parent)
    kept = {"depth": "2", "model": "nets.Small [net]"}
    other = {"depth": "4", "model": "nets.Large [net]"}
    sides = [
        replace(run, identity=replace(run.identity, config=config))
        for config in (other, kept)
    ]
    job = Job(experiment="test_net.py::test_net", seed=0, root="/", folder="/none")
    case = Case(job=job, obtained=sides[0], reference=sides[1], until=None)

    differences = Differences(case, (), folder=project.root)

    assert list(differences.all) == ["depth 2 -> 4"]
    assert differences.fixed == ("model",)
    assert differences.job(["depth 2 -> 4"]).parameters == {"depth": "4"}
    assert differences.job([]).parameters == {"depth": "2"}
