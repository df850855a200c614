"""Optimizers and schedules have every hyperparameter of torch, and its bits."""

import inspect
import itertools

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from pytest_repro.errors import ReproUsageError
from pytest_repro.training.rates import Milestones, WarmupCosine
from pytest_repro.training.torch_optimizers import SGD, Adam, AdamW, scheduled

MECHANICS = {"params", "maximize", "foreach", "capturable", "differentiable", "fused"}
"""What changes how a step is computed, or for whom, and no value that people tune."""


@pytest.mark.parametrize(
    ("ours", "theirs", "further"),
    [
        (SGD, torch.optim.SGD, {"dampening"}),
        (Adam, torch.optim.Adam, {"amsgrad", "decoupled_weight_decay"}),
        (AdamW, torch.optim.AdamW, {"amsgrad"}),
    ],
)
def test_every_hyperparameter_of_torch_is_a_field(
    ours: type, theirs: type, further: set[str]
) -> None:
    """Else its default could change with torch and nobody would see it."""
    named = set(inspect.signature(theirs).parameters) - MECHANICS - further

    assert named <= set(ours.Config.__dataclass_fields__)  # type: ignore[attr-defined]  # a component


def test_weight_decay_spares_vectors() -> None:
    """A bias keeps its value under a zero gradient, a matrix shrinks."""
    model = nn.Linear(2, 2)
    nn.init.ones_(model.weight)
    nn.init.ones_(model.bias)
    optimizer = AdamW.Config(lr=0.1, weight_decay=0.5).build().attach(model)
    model(torch.zeros(1, 2)).mul(0).sum().backward()

    optimizer.step()

    assert torch.equal(model.bias, torch.ones(2))
    assert model.weight.flatten().tolist() == pytest.approx([0.95] * 4)


def test_all_may_decay() -> None:
    """Then it is torch's own optimizer, in one group."""
    config = AdamW.Config(decays_vectors=True)

    optimizer = config.build().attach(nn.Linear(2, 2))

    assert len(optimizer.param_groups) == 1


def test_a_schedule_of_torch_has_the_rates_of_the_function() -> None:
    """Step by step."""
    factor = WarmupCosine.Config(steps=6, warmup=2, end=0.1).build()
    optimizer = SGD.Config(lr=0.5).build().attach(nn.Linear(1, 1))
    schedule = scheduled(optimizer, factor)

    rates = []
    for _ in range(8):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()

    assert rates == [0.5 * factor(step) for step in range(8)]


@given(st.integers(1, 500), st.data())
def test_a_rate_rises_to_one_then_falls_to_its_end(
    steps: int, data: st.DataObject
) -> None:
    """$f(w - 1) = 1$ or $f(0) = 1$, then monotone, and $f(s) = e$ for $s ≥ n$."""
    warmup = data.draw(st.integers(0, steps - 1))
    end = data.draw(st.floats(0, 1))
    factor = WarmupCosine.Config(steps=steps, warmup=warmup, end=end).build()

    falling = [factor(step) for step in range(warmup, steps + 1)]

    assert factor(max(0, warmup - 1)) == 1.0
    assert all(one >= other - 1e-15 for one, other in itertools.pairwise(falling))
    assert factor(steps) == factor(steps + 7) == pytest.approx(end, abs=1e-15)


def test_milestones_multiply() -> None:
    """At the step itself."""
    factor = Milestones.Config(at=(2, 4), factor=0.5).build()

    assert [factor(step) for step in range(6)] == [1, 1, 0.5, 0.5, 0.25, 0.25]


@pytest.mark.parametrize(
    "config",
    [
        Milestones.Config(at=(3, 3)),
        Milestones.Config(at=(1,), factor=0.0),
        WarmupCosine.Config(steps=5, warmup=5),
        WarmupCosine.Config(steps=5, end=1.5),
    ],
)
def test_schedules_without_meaning_are_refused(
    config: "Milestones.Config | WarmupCosine.Config",
) -> None:
    """When they are built."""
    with pytest.raises(ReproUsageError, match="got"):
        config.build()
