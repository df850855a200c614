"""Hyperparameters under watch: seen when they change, and never moved by noise."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from pytest_repro.determinism.noise import rounding_noise
from pytest_repro.experiment import Recorder, Run
from pytest_repro.records import Fingerprint

STEPS = 6
CHANGED_AFTER = 2


def trained(
    *, gamma: float = 0.5, every: int = 1, replica: int = 0, **settings: object
) -> tuple[Fingerprint, ...]:
    """Train under watch, with settings of AdamW and the noise of a replica.

    Args:
        gamma: By what a schedule multiplies the learning rate after two steps.
        every: Which steps are watched.
        replica: Which noise; 0 for none.
        settings: Hyperparameters of the optimizer.

    Returns:
        All fingerprints.
    """
    recorder = Recorder()
    run = Run(0, recorder, folder=Path(), root=Path())
    torch.manual_seed(0)
    model = nn.Linear(4, 3)
    optimizer = torch.optim.AdamW(model.parameters(), **settings)  # type: ignore[arg-type]  # passed on
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, [CHANGED_AFTER], gamma)
    run.watch(model, optimizer, every=every)
    with rounding_noise(0, replica):
        for _ in range(STEPS):
            optimizer.zero_grad()
            model(torch.randn(8, 4)).square().mean().backward()
            optimizer.step()
            schedule.step()
    recorder.finish()
    return recorder.state


def parted(
    part: str, one: tuple[Fingerprint, ...], other: tuple[Fingerprint, ...]
) -> list[int | None]:
    """List the moments at which a watched part of two runs differs."""
    pairs = [
        (ours, theirs)
        for ours, theirs in zip(one, other, strict=True)
        if ours.name == f"model/{part}"
    ]
    return [ours.step for ours, theirs in pairs if ours.digest != theirs.digest]


@pytest.mark.parametrize(
    "settings",
    [{"lr": 2e-3}, {"weight_decay": 0.1}, {"betas": (0.8, 0.999)}, {"amsgrad": True}],
    ids=["lr", "weight decay", "betas", "amsgrad"],
)
def test_a_changed_hyperparameter_shows_at_the_first_watched_step(
    settings: dict[str, Any],
) -> None:
    """It is seen in the settings themselves, from step 0 on."""
    assert parted("settings", trained(), trained(**settings)) == [*range(STEPS)]


@pytest.mark.parametrize("settings", [{"lr": 2e-3}, {"weight_decay": 0.1}])
def test_settings_part_before_the_state_does(settings: dict[str, Any]) -> None:
    """The first gradients, and moments of them, know of no learning rate yet."""
    plain, changed = trained(), trained(**settings)

    assert parted("gradients", plain, changed) == [*range(1, STEPS)]
    assert parted("optimizer", plain, changed) == [*range(1, STEPS)]
    assert parted("settings", plain, changed)[0] == 0


@pytest.mark.parametrize(("every", "seen"), [(1, [2, 3, 4, 5]), (2, [2, 4, 5])])
def test_what_a_schedule_sets_shows_at_the_first_watched_step(
    every: int, seen: list[int]
) -> None:
    """Another decay is seen after the first step that is taken with it."""
    plain, changed = trained(every=every), trained(every=every, gamma=0.1)

    assert parted("settings", plain, changed) == seen
    assert parted("optimizer", plain, changed) == seen[1:]


def test_what_a_schedule_sets_shows_though_its_step_is_not_watched() -> None:
    """Step 2 is not seen; step 3 shows what has been in force since."""
    plain, changed = trained(every=3), trained(every=3, gamma=0.1)

    assert parted("settings", plain, changed) == [3, 5]


@pytest.mark.parametrize("replica", [1, 2, 3])
def test_noise_never_moves_settings(replica: int) -> None:
    """Their envelope is zero, while state and weights of a replica always differ."""
    plain, noisy = trained(), trained(replica=replica)

    settings = [one for one in noisy if one.name == "model/settings"]
    assert settings == [one for one in plain if one.name == "model/settings"]
    assert parted("optimizer", plain, noisy) == [*range(STEPS)]
    assert parted("parameters", plain, noisy) == [*range(STEPS)]


def test_noise_leaves_settings_that_are_tensors() -> None:
    """A learning rate may be a tensor of 32 bits, which looks like any other."""
    plain = trained(lr=torch.tensor(1.3e-3))
    noisy = trained(lr=torch.tensor(1.3e-3), replica=1)

    assert parted("settings", plain, noisy) == []
    assert parted("optimizer", plain, noisy) == [*range(STEPS)]


def test_without_an_optimizer_there_are_no_settings() -> None:
    """What has no hyperparameters has no fingerprint of them."""
    recorder = Recorder()
    run = Run(0, recorder, folder=Path(), root=Path())
    run.watch(nn.Linear(2, 1), every=1)
    for _ in run.steps(total=1):
        pass

    names = {one.name for one in recorder.state if not one.is_evidence}

    assert names == {"model/gradients", "model/parameters", "model/buffers"}
