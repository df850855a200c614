"""Pairs of seeds across environments, with real training in real workers.

One tiny model, eight seeds recorded and run twice; then other kernels in another
environment, with the same draws and with others. The steps of SGD are written out: the
first optimizer that a process makes loads the compiler of torch, as slow as torch.
"""

from pathlib import Path

import pytest

from pytest_repro.records import Match, Rung
from pytest_repro.verdicts.partners import second_runs_of
from tests.plugin.project import INI, Project, Session, share

TRAINING = """\
import pytest
import torch
from pytest_repro import Equivalent

MARGIN = {"test/loss": Equivalent(0.45)}  # about two standard deviations of the seeds

@pytest.mark.repro(seeds=8, metrics=MARGIN, reference_seeds=8)
def test_line(repro):
    inputs = torch.rand(30, 4, generator=repro.generator("inputs"))
    targets = inputs @ torch.tensor([1.0, -2.0, 3.0, 0.5])
    model = torch.nn.Sequential(
        torch.nn.Linear(4, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1)
    )
    repro.watch(model)
    for step in repro.steps(total=40):
        errors = model(inputs).squeeze(1) - targets
        loss = errors.square().mean()
        model.zero_grad()
        loss.backward()
        with torch.no_grad():
            for weight in model.parameters():
                weight -= 0.01 * weight.grad
    repro.log("test/loss", loss)
"""
ROUNDED = TRAINING.replace("errors.square().mean()", "(errors * (errors / 30)).sum()")
DRAWN_OTHERWISE = ROUNDED.replace("    model =", "    torch.rand(1)\n    model =")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Session]:
    """A project with one reference, as cheap as pairs allow."""

    def build(project: Project) -> Session:
        ini = INI.replace("repro_replicas = 0", "repro_replicas = 1")
        files = {"pytest.ini": ini, "test_line.py": TRAINING}
        return project.write(files).record("--repro-workers=2")

    return share(tmp_path_factory, "common-seeds", build)


@pytest.fixture
def project(recorded: tuple[Project, Session], tmp_path: Path) -> Project:
    """A copy of it."""
    return recorded[0].copy(tmp_path / "common-seeds")


def test_seeds_ran_twice_and_the_cost_is_told(
    recorded: tuple[Project, Session],
) -> None:
    """Seven runs more, since the anchor has a replica already."""
    project, session = recorded

    record = project.reference("test_line.py::test_line")

    assert sorted(second_runs_of(record)) == list(range(8))
    assert "common seeds: 8 ran twice, 7 runs more" in session.output


def test_same_draws_are_paired_and_need_fewer_seeds(project: Project) -> None:
    """Other kernels in another environment; and then other draws besides.

    A last bit does not show in the origin of a seed, a number drawn in between does.
    """
    words = ("--repro", "--repro-numerics=portable")

    paired = project.write({"test_line.py": ROUNDED}).run(*words)
    unpaired = project.write({"test_line.py": DRAWN_OTHERWISE}).run(*words)

    one, other = (s.outcomes["test_line"] for s in (paired, unpaired))
    assert one.verdict.match is other.verdict.match is Match.NEAREST
    assert one.verdict.divergence is not None
    assert one.verdict.rung is Rung.EQUIVALENT
    assert one.verdict.reason.endswith("; paired by seed, correlation at least 1")
    assert other.verdict.reason.endswith(
        "; not paired by seed: the digests do not show that both sides drew the same"
        " random numbers"
    )
    assert len(one.seeds) == 1 < len(other.seeds)
