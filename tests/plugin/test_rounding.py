"""Envelopes, horizons and tiers with real training in real workers.

One tiny model; a change that only rounds differently, and a fault, in each tier.
"""

import sys
from pathlib import Path

import pytest

from pytest_repro.records import Match, Rung
from tests.plugin.project import INI, Project, Session, environment, share

TRAINING = """\
import torch

def test_line(repro):
    inputs = torch.rand(30, 4, generator=repro.generator("inputs"))
    targets = inputs @ torch.tensor([1.0, -2.0, 3.0, 0.5])
    model = torch.nn.Sequential(
        torch.nn.Linear(4, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1)
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    repro.watch(model, optimizer)
    for step in repro.steps(total=40):
        errors = model(inputs).squeeze(1) - targets
        loss = errors.square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        repro.log("train/loss", loss, step=step)
    repro.log("test/loss", loss)
"""
ROUNDED = TRAINING.replace("errors.square().mean()", "(errors * (errors / 30)).sum()")
FAULTY = TRAINING.replace("lr=0.01", "lr=0.0101")
LATE = TRAINING.replace("optimizer.step()", "optimizer.step() if step != 30 else None")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Session]:
    """A project with one reference, recorded with six replicas."""

    def build(project: Project) -> Session:
        ini = INI.replace("repro_replicas = 0", "repro_replicas = 6")
        return project.write({"pytest.ini": ini, "test_line.py": TRAINING}).record()

    return share(tmp_path_factory, "rounding", build)


@pytest.fixture
def project(recorded: tuple[Project, Session], tmp_path: Path) -> Project:
    """A copy of it."""
    return recorded[0].copy(tmp_path / "rounding")


def test_reference_has_envelope_and_horizon(
    recorded: tuple[Project, Session],
) -> None:
    """The anchor ran six times more, under noise; only the anchor counts as a seed."""
    project, session = recorded
    record = project.reference("test_line.py::test_line")

    assert record.rounding is not None
    assert len(record.rounding.replicas) == 6
    assert len({one.result.trace_root for one in record.rounding.replicas}) == 6
    assert all(trace.envelope for trace in record.series)
    assert record.horizon is not None
    assert (record.horizon.step, record.horizon.is_end) == (25, False)
    assert "1 of 1 seed" in session.output


@pytest.mark.parametrize("tier", ["pr", "nightly", "full"])
@pytest.mark.parametrize(
    ("text", "rung"),
    [
        (TRAINING, Rung.IDENTICAL),
        (ROUNDED, Rung.WITHIN_ROUNDING),
        (FAULTY, Rung.DIVERGED),
    ],
    ids=["unchanged", "rounded", "faulty"],
)
def test_each_tier_tells_rounding_from_a_fault(
    project: Project, text: str, rung: Rung, tier: str
) -> None:
    """The first steps are enough for that."""
    session = project.write({"test_line.py": text}).run(
        "--repro", f"--repro-tier={tier}"
    )

    outcome = session.outcomes["test_line"]
    assert outcome.verdict.rung is rung
    assert outcome.verdict.match is Match.EXACT
    assert session.code == (rung is Rung.DIVERGED)
    assert ("in the first 25 steps" in outcome.verdict.reason) == (tier == "pr")


def test_pull_request_does_not_see_what_comes_later(project: Project) -> None:
    """It says how far it saw, and the nightly tier sees the rest."""
    project.write({"test_line.py": LATE})

    early = project.run("--repro", "--repro-tier=pr").outcomes["test_line"]
    whole = project.run("--repro").outcomes["test_line"]

    assert early.verdict.rung is Rung.IDENTICAL
    assert early.verdict.reason.endswith("in the first 25 steps")
    assert whole.verdict.rung is Rung.DIVERGED
    assert whole.verdict.divergence is not None
    assert whole.verdict.divergence.step == 31  # the first loss that shows it


def test_diff_looks_closer_at_the_beginning_that_was_judged(project: Project) -> None:
    """Not at a whole run of an earlier session; and it says how much is rounding."""
    project.run("--repro")
    project.write({"test_line.py": FAULTY}).run("--repro", "--repro-tier=pr")

    words = [sys.executable, "-m", "pytest_repro", "diff", "line"]
    shown = project.execute(words, environment({}))

    told = " ".join(shown.output.split())  # lines are wrapped
    assert "seed-0-horizon" in told
    assert "in the first 25 steps" in told
    assert "differs at step 0, which rounding never moves" in told
    assert "test/loss" not in told


def test_beginning_of_a_run_is_no_candidate(project: Project) -> None:
    """Nobody can approve what was never finished."""
    session = project.write({"test_line.py": FAULTY}).run("--repro", "--repro-tier=pr")

    assert session.outcomes["test_line"].candidate == ""


def test_experiment_without_torch_is_not_run_again(project: Project) -> None:
    """Noise comes by way of torch, so replicas would only cost time."""
    plain = "def test_plain(repro):\n    repro.log('end', 1.0)\n"

    session = project.write({"test_plain.py": plain}).record("test_plain.py")

    assert "nothing here that noise can reach" in session.output
    assert project.reference("test_plain.py::test_plain").rounding is None
