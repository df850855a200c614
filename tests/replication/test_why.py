"""Why does a run differ? Asked of real sessions, answered by real reruns."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from pytest_repro.determinism import vary_job
from pytest_repro.launchers import LocalLauncher
from pytest_repro.launchers.protocol import JOB, RECORD
from pytest_repro.records import Variation
from pytest_repro.references import read_record
from pytest_repro.replication.inquiry import Case
from pytest_repro.replication.replays import Replay, read_job, replay_all
from pytest_repro.replication.stages import stages_of
from tests.plugin.project import Project, Session, environment, share
from tests.provenance.repository import git

EXPERIMENT = """\
import random

def test_walk(repro):
    for step in repro.steps(total=6):
        repro.log("position", random.random(), step=step)
        if step >= 2:
            repro.log("hashed", hash("a") % 1000, step=step)
    repro.log("end", random.random())
"""

DRAWN = EXPERIMENT.replace("if step >= 2:", "if random.random() >= 0:")

ESCAPED = EXPERIMENT.replace('hash("a") % 1000', "os.getpid()").replace(
    "import random", "import os\nimport random"
)

OUTSIDE = EXPERIMENT.replace(
    "random.random(), step", "random.random() + float(os.environ['OFFSET']), step"
).replace("import random", "import os\nimport random")

IN_DOUBLE = "import torch\n\ntorch.set_default_dtype(torch.float64)\n"

IN_TORCH = """\
import torch

def test_walk(repro):
    for step in repro.steps(total=2):
        repro.log("third", torch.ones(1).sum() / 3, step=step)
"""

SHY = """\
from torch.utils._python_dispatch import _get_current_dispatch_mode_stack

def test_walk(repro):
    for step in repro.steps(total=2):
        repro.log("watchers", len(_get_current_dispatch_mode_stack()), step=step)
    repro.log("end", 1 / 3)
"""

LATE = """\
import torch

def test_walk(repro):
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    repro.watch(model, optimizer)
    for step in repro.steps(total=8):
        optimizer.param_groups[0]["lr"] = 0.1 if step < 4 else 0.1
        loss = model(torch.ones(3, 2)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step == 7:
            repro.log("loss", loss, step=step)
"""

SHOWN_LATE = """\
import torch

def test_walk(repro):
    total = torch.zeros(())
    for step in repro.steps(total=12):
        total = total + 1
        if step == 9:
            total = total * 0.5
        if step % 4 == 3:
            repro.log("total", total, step=step)
"""

DATED = """\
import time

def test_walk(repro):
    repro.log("year", float(time.gmtime().tm_year))
"""

NEXT_YEAR = Variation(name="clock=+34560000", axis="clock", probes=("clock=+34560000",))


@pytest.fixture
def project(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Make a project in git, with one experiment and its reference."""

    def build(project: Project) -> Session:
        project.write(
            {"test_walk.py": EXPERIMENT, ".gitignore": ".repro\n__pycache__\n"}
        )
        git(project.root, "init", "--quiet")
        git(project.root, "add", "-A")
        git(project.root, "commit", "--quiet", "--message=first")
        return project.record()

    shared, _ = share(tmp_path_factory, "why", build)
    return shared.copy(tmp_path / "why")


def record_instead(project: Project, text: str) -> None:
    """Put another experiment in the place of the first, and record that."""
    shutil.rmtree(project.root / "reference_runs")
    project.write({"test_walk.py": text})
    git(project.root, "commit", "--quiet", "--all", "--message=second")
    project.record()


def ask(project: Project, *arguments: str) -> tuple[int, str]:
    """Ask why the experiment differs: exit status and output."""
    words = [sys.executable, "-m", "pytest_repro", "why", "test_walk", *arguments]
    ended = project.execute(words, environment({}))
    return ended.code, ended.output


def answer(project: Project) -> dict[str, Any]:
    """Ask for machines: what was found out by trying."""
    _, output = ask(project, "--json")
    because: dict[str, Any] = json.loads(output)["because"]
    return because


def job_of(project: Project) -> Path:
    """Find the one job that the last session has left."""
    (job,) = (project.root / ".repro" / "runs").rglob(JOB)
    return job


def rerun(project: Project, variation: Variation) -> None:
    """Run that job once more in its folder, under a variation."""
    folder = job_of(project).parent
    job = vary_job(read_job(folder), variation)
    replay_all(
        LocalLauncher(environment({})),
        [Replay(name=folder.name, job=job)],
        folder=folder.parent,
        workers=1,
    )


def test_equal_runs_leave_nothing_to_explain(project: Project) -> None:
    """Where no bit differs, nothing is run again."""
    project.run("--repro")

    code, output = ask(project)

    assert code == 0, output
    assert "tried" not in output


def test_changed_code_is_shown_line_by_line(project: Project) -> None:
    """The file that makes the difference is found among those that changed."""
    project.write({"test_walk.py": DRAWN, "other.py": "harmless = 1\n"})
    project.run("--repro")

    code, output = ask(project)

    assert code == 1
    assert "explained by\n  test_walk.py, changed since" in output
    assert "    -        if step >= 2:" in output
    assert "    +        if random.random() >= 0:" in output
    assert "other.py, changed since" not in output


def test_the_step_is_traced_in_which_it_began(project: Project) -> None:
    """A rate differs from step 4 on, and the only number that shows it is of step 7."""
    record_instead(project, LATE)
    project.write({"test_walk.py": LATE.replace("else 0.1", "else 0.2")})
    project.run("--repro")

    found = answer(project)

    assert (found["onset"]["cause"], found["onset"]["step"]) == ("schedule", 4)
    assert found["root"]["obtained"]["step"] == 4
    assert found["root"]["obtained"]["phase"] == "optimizer"


def test_code_that_was_committed_with_the_reference_is_no_change(
    project: Project,
) -> None:
    """A reference is recorded before its code is committed, as a rule."""
    project.write({"test_walk.py": DRAWN})
    project.run("--repro-update", "--repro-reason=another way to draw")
    git(project.root, "add", "-A")
    git(project.root, "commit", "--quiet", "--message=second")
    head = git(project.root, "rev-parse", "HEAD")
    project.write({"test_walk.py": DRAWN.replace("total=6", "total=5 + 1 + 1 - 1")})
    project.run("--repro", "-o", "repro_hash_seed=3")

    because = answer(project)

    assert because["commit"] == head
    assert because["inquiry"]["parts"] == ["hash seed 3 -> 0"]


def test_a_recorded_circumstance_is_put_back(project: Project) -> None:
    """Another hash seed is named with both values, at the step where it matters."""
    project.run("--repro", "-o", "repro_hash_seed=3")

    because = answer(project)

    assert because["inquiry"]["kind"] == "circumstance"
    assert because["inquiry"]["parts"] == ["hash seed 3 -> 0"]


def test_a_flag_is_put_back_although_code_had_set_it(project: Project) -> None:
    """The switch is named, and not the file that threw it."""
    shutil.rmtree(project.root / "reference_runs")
    project.write({"conftest.py": IN_DOUBLE, "test_walk.py": IN_TORCH})
    git(project.root, "add", "-A")
    git(project.root, "commit", "--quiet", "--message=second")
    project.run("--repro-record")
    project.write({"conftest.py": ""})
    project.run("--repro")

    because = answer(project)

    assert because["inquiry"]["kind"] == "circumstance"
    assert because["inquiry"]["parts"] == [
        "torch.default_dtype torch.float32 -> torch.float64"
    ]


def test_what_a_run_was_made_under_is_taken_away(project: Project) -> None:
    """No other switch takes it away as well, and passes for the explanation."""
    record_instead(project, DATED)
    project.run("--repro")
    rerun(project, NEXT_YEAR)

    because = answer(project)

    assert because["inquiry"]["kind"] == "circumstance"
    assert because["inquiry"]["parts"] == ["clock=+34560000 -> absent"]


def test_switches_leave_what_a_run_was_made_under(project: Project) -> None:
    """A switch that has nothing to do with the difference does not explain it."""
    project.run("--repro")
    job = read_job(job_of(project).parent)
    run = read_record(job_of(project).parent / RECORD)
    under = vary_job(job, NEXT_YEAR)
    case = Case(job=under, obtained=run, reference=run, until=None)

    first, *_, last = stages_of(case, (), folder=project.root)

    assert [one.parts for one in first] == [("clock=+34560000 -> absent",)]
    assert first[0].job_with(first[0].parts).variation == Variation(
        name="clock=+34560000 -> absent", axis="clock"
    )
    assert {one.job_with(one.parts).variation.probes[0] for one in last} == {  # type: ignore[union-attr]  # each has one
        "clock=+34560000"
    }


def test_a_run_that_does_not_repeat_itself_says_so(project: Project) -> None:
    """Where the same run gives other bits, no switch is tried."""
    project.write({"test_walk.py": ESCAPED})
    project.run("--repro")

    code, output = ask(project)

    assert code == 1
    assert "the run does not give its own bits again" in output
    assert "differs at step 2 (hashed)" in output


def test_a_run_that_bears_a_trace_is_repeated_once(project: Project) -> None:
    """The traced run gave the run's own bits: to repeat it untraced tells no more."""
    project.write({"test_walk.py": DRAWN})
    project.run("--repro")

    trials = answer(project)["inquiry"]["trials"]

    assert [one["kind"] for one in trials] == ["repeat", "code"]
    jobs = (project.root / ".repro" / "why").rglob(JOB)
    reruns = {job.parent.name: job.parent / RECORD for job in jobs}
    assert sorted(filter(str.isdigit, reruns)) == ["000", "001"]
    # What class a difference is of is told from the ledger of the repeat.
    assert read_record(reruns["000"]).ledger


def test_a_run_that_does_not_bear_a_trace_is_repeated_without(project: Project) -> None:
    """What the trace itself changes says nothing about the run."""
    record_instead(project, SHY)
    project.write({"test_walk.py": SHY.replace("1 / 3", "1 / 7")})
    project.run("--repro")

    inquiry = answer(project)["inquiry"]

    assert inquiry["kind"] == "code"
    assert [one["parts_at"] for one in inquiry["trials"]] == ["", ""]


def test_what_is_shown_late_is_traced_where_it_may_have_begun(
    project: Project,
) -> None:
    """A number is recorded at every fourth step, and parts in between."""
    record_instead(project, SHOWN_LATE)
    project.write({"test_walk.py": SHOWN_LATE.replace("* 0.5", "* 0.25")})
    project.run("--repro")

    root = answer(project)["root"]

    assert root["obtained"]["name"] == "aten.mul.Tensor"
    assert root["obtained"]["step"] == 9
    assert root["changes"] == [
        {"name": "other", "obtained": "0.25", "reference": "0.5"}
    ]


def test_what_nothing_explains_is_said(project: Project) -> None:
    """A difference from outside of all that is tried stays open, with the trials."""
    shutil.rmtree(project.root / "reference_runs")
    project.write({"test_walk.py": OUTSIDE})
    git(project.root, "commit", "--quiet", "--all", "--message=second")
    project.run("--repro-record", variables={"OFFSET": "1"})
    project.run("--repro", variables={"OFFSET": "2"})
    words = [sys.executable, "-m", "pytest_repro", "why", "test_walk"]

    ended = project.execute(words, environment({"OFFSET": "2"}))

    assert ended.code == 1, ended.output
    assert "nothing that was tried brings the reference's bits back" in ended.output
    assert "hash-seed=1" in ended.output


def test_records_alone_are_enough_to_say_where(project: Project) -> None:
    """Without reruns the place and the facts are told, and nothing is tried."""
    project.run("--repro", "-o", "repro_hash_seed=3")

    code, output = ask(project, "--from-records")

    assert code == 1
    assert "parted at step 2 (hashed)" in output
    assert "explained by" not in output


def test_a_run_without_a_job_cannot_be_repeated(project: Project) -> None:
    """What is missing is named, and what to type."""
    project.run("--repro", "-o", "repro_hash_seed=3")
    job_of(project).unlink()

    code, output = ask(project)

    assert code == 3
    assert "this run cannot be repeated" in output
    assert "pytest --repro" in output
