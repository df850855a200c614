"""`--repro-traced-steps`: a new reference keeps the operations of its first steps."""

from pathlib import Path

import pytest

from pytest_repro.records import BEFORE, Phase
from tests.plugin.project import Project, Session, share

TRAINING = """\
import torch

def test_line(repro):
    inputs = torch.rand(30, 4, generator=repro.generator("inputs"))
    model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Dropout(0.5))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    repro.watch(model, optimizer)
    for step in repro.steps(total=6):
        loss = model(inputs).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        repro.log("train/loss", loss, step=step)
"""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Session]:
    """A project with one reference that keeps two steps."""

    def build(project: Project) -> Session:
        project.write({"test_line.py": TRAINING})
        return project.record("--repro-traced-steps=2")

    return share(tmp_path_factory, "traced", build)


def test_reference_keeps_the_steps_that_were_asked_for(
    recorded: tuple[Project, Session],
) -> None:
    """What came before the first step, and as many steps as were asked for."""
    project, _ = recorded

    trace = project.reference("test_line.py::test_line").operations

    assert {one.step for one in trace} == {BEFORE, 0, 1}
    assert {one.phase for one in trace} >= {Phase.SETUP, Phase.BACKWARD}
    assert {one.source.partition(":")[0] for one in trace} == {"test_line.py"}


def test_reference_of_a_whole_run_is_what_it_was(
    recorded: tuple[Project, Session], tmp_path: Path
) -> None:
    """The further run is no seed, and an unchanged experiment is identical."""
    project = recorded[0].copy(tmp_path / "traced")

    session = project.run("--repro")

    assert session.code == 0, session.output
    record = project.reference("test_line.py::test_line")
    assert len(record.seeds) == 1
    assert record.series[0].count == 6


def test_zero_steps_keep_nothing(tmp_path: Path) -> None:
    """Then a reference has no such file."""
    project = Project(tmp_path).write(
        {"pytest.ini": "[pytest]\nrepro_replicas = 0\n", "test_line.py": TRAINING}
    )

    project.record("--repro-traced-steps=0")

    assert project.reference("test_line.py::test_line").operations == ()


def test_negative_number_is_refused(tmp_path: Path) -> None:
    """With the name of the option."""
    project = Project(tmp_path).write({"test_line.py": TRAINING})

    session = project.run("--repro", "--repro-traced-steps=-1")

    assert session.code != 0
    assert "repro_traced_steps is a number from 0 on" in session.output
