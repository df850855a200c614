"""The optimizers of checks step as torch's do, and generators are seeded as torch's."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
import torch
from torch import nn

from pytest_repro.contracts.generators import generators_kept, seed_generators
from pytest_repro.contracts.torch_descent import Adam, Momentum

Build = Callable[[Iterable[nn.Parameter]], Any]

_SINGLE_PRECISION = 1e-6
"""A few roundings of 6e-8 over ten steps."""


def trained(build: Build) -> list[float]:
    """Train a layer for ten steps; one parameter never gets a gradient."""
    torch.manual_seed(0)
    layer, idle, rows = nn.Linear(3, 2), nn.Parameter(torch.ones(1)), torch.randn(5, 3)
    optimizer = build([*layer.parameters(), idle])
    for _ in range(10):
        layer.zero_grad()
        layer(rows).pow(2).mean().backward()
        optimizer.step()
    return [*layer.weight.flatten().tolist(), *layer.bias.tolist(), *idle.tolist()]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        pytest.param(
            lambda p: Momentum(p, rate=0.1),
            lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
            id="momentum",
        ),
        pytest.param(
            lambda p: Adam(p, rate=0.1),
            lambda p: torch.optim.Adam(p, lr=0.1),
            id="adam",
        ),
    ],
)
def test_a_plain_optimizer_steps_as_torch_does(ours: Build, theirs: Build) -> None:
    """So that what a check finds is found with torch's, too."""
    assert trained(ours) == pytest.approx(
        trained(theirs), rel=_SINGLE_PRECISION, abs=_SINGLE_PRECISION
    )


def test_velocities_that_were_kept_go_on() -> None:
    """Loaded into another, they are copies and not the same memory."""
    first, second = (Momentum([nn.Parameter(torch.ones(2))], rate=1.0) for _ in "ab")
    first.parameters[0].grad = torch.ones(2)
    first.step()

    second.load(first.velocities)
    first.step()

    assert second.velocities[0].tolist() == [1.0, 1.0]


def test_generators_are_seeded_as_torch_seeds_them() -> None:
    """The same numbers, and the state from before comes back."""
    torch.manual_seed(5)
    before = torch.get_rng_state()
    reference = torch.rand(3).tolist()
    torch.set_rng_state(before)

    with generators_kept(1):
        seed_generators(5)
        obtained = torch.rand(3).tolist()

    assert obtained == reference
    assert torch.equal(torch.get_rng_state(), before)
