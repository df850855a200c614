"""What an accelerator saves and loads is a part of a run like any other."""

import warnings
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader

from pytest_repro.experiment import Orders, Run
from pytest_repro.replication.chaos import choose_deaths
from tests.experiment.killing import whole_and_killed
from tests.experiment.resuming import Noisy, epochs, every_step, outline, run

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # about what others deprecate
    accelerate = pytest.importorskip("accelerate", reason="accelerate is not installed")
    from pytest_repro.experiment.for_accelerate import Accelerated

pytestmark = pytest.mark.filterwarnings("ignore")  # it warns of its own plans


def experiment(one: Run, *, scaler: torch.amp.GradScaler | None = None) -> None:
    """Train what an accelerator prepared, over three epochs of four batches."""
    scaler = scaler or torch.amp.GradScaler("cpu", enabled=False)
    accelerator = accelerate.Accelerator(cpu=True)
    model = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.3), nn.Linear(8, 3))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 2, gamma=0.5)
    loader = DataLoader(Noisy(18), batch_size=4, shuffle=True, drop_last=True)
    model, optimizer, schedule, loader = accelerator.prepare(
        model, optimizer, schedule, loader
    )
    one.watch(model, optimizer.optimizer, every=2, is_led=True)
    accelerator.register_for_checkpointing(scaler)
    one.checkpoint(accelerator=Accelerated(accelerator))
    for step, (inputs, labels) in one.steps(epochs(loader), total=10):
        loss = nn.functional.cross_entropy(model(inputs), labels)
        optimizer.zero_grad()
        accelerator.backward(scaler.scale(loss))
        scaler.step(optimizer.optimizer)
        scaler.update()
        schedule.step()
        one.log("loss", loss, step=step)
    one.fingerprint("weights", model)


def test_it_can_be_resumed_at_every_step(tmp_path: Path) -> None:
    """In the midst of an epoch, at its end, and behind it."""
    whole = outline(run(experiment, Orders()))

    checkpoints = every_step(experiment, tmp_path)
    found = [outline(run(experiment, Orders(resume_from=c))) for c in checkpoints]

    assert len(checkpoints) == 9
    assert [one == whole for one in found] == [True] * 9


def scaled(one: Run) -> None:
    """Train as above, with a scale of the loss that grows."""
    scaler = torch.amp.GradScaler("cpu", init_scale=8.0, growth_interval=3)
    experiment(one, scaler=scaler)
    one.log("scale", scaler.get_scale())


@pytest.mark.parametrize("occasion", range(2))
def test_it_survives_kills_at_random_steps(tmp_path: Path, occasion: int) -> None:
    """Three real ones each: at a step, within it, while its checkpoint is written."""
    deaths = choose_deaths("accelerate", seed=occasion, count=3, steps=10, every=2)

    whole, killed = whole_and_killed(deaths, scaled, tmp_path, every=2)

    assert outline(killed) == outline(whole)
