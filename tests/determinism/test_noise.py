"""Rounding-sized noise as a context: what it does to a run, and that it goes away."""

import pytest
import torch
from torch.nn.modules import module as hooks
from torch.optim import optimizer as optimizer_hooks

from pytest_repro.determinism import derive, generator_states
from pytest_repro.determinism.noise import (
    FLOW_ULPS,
    HALF_ULPS,
    NOISE,
    STORED_ULPS,
    rounding_noise,
)
from pytest_repro.errors import ReproUsageError
from tests.determinism.process import run_python

REGISTRIES = (
    hooks._global_forward_pre_hooks,
    hooks._global_forward_hooks,
    optimizer_hooks._global_optimizer_pre_hooks,
    optimizer_hooks._global_optimizer_post_hooks,
)

LATE = """
import json
from pytest_repro.determinism.noise import rounding_noise
{before}
with rounding_noise(3, {replica}):
    import torch
    torch.manual_seed(0)
    model = torch.nn.Linear(50, 50)
    print(json.dumps(model(torch.rand(2, 50)).tolist()))
"""


def installed() -> list[int]:
    """Count the global hooks of each kind."""
    return [len(registry) for registry in REGISTRIES]


def fail_under_noise(during: list[int]) -> None:
    """Count the hooks under noise, and fail there."""
    with rounding_noise(1, 1):
        during += installed()
        raise ZeroDivisionError


def train(seed: int, replica: int, steps: int = 5) -> torch.Tensor:
    """Train a small network with dropout under noise; returns what came out."""
    with rounding_noise(seed, replica):
        torch.manual_seed(0)
        model = torch.nn.Sequential(
            torch.nn.Linear(20, 30),
            torch.nn.ReLU(inplace=True),
            torch.nn.Dropout(0.5),
            torch.nn.Linear(30, 1),
        )
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
        for _ in range(steps):
            optimizer.zero_grad()
            model(torch.randn(16, 20)).square().mean().backward()
            optimizer.step()
    return torch.cat([weight.detach().flatten() for weight in model.parameters()])


def test_name_encodes_every_parameter() -> None:
    """The name says all numbers of the model, and is known."""
    assert (STORED_ULPS, FLOW_ULPS, HALF_ULPS) == (8, 32, 1)
    assert NOISE == "ulp-noise-stored8-flow32-half1-v1"


def test_replica_0_installs_nothing() -> None:
    """The unperturbed run is the run without this context, bit for bit."""
    before = installed()

    with rounding_noise(1, 0):
        during = installed()

    assert during == before
    assert torch.equal(train(1, 0), train(2, 0))


def test_hooks_are_there_and_gone() -> None:
    """Each kind of hook is installed once, and removed also after an exception."""
    before = installed()
    during: list[int] = []

    with pytest.raises(ZeroDivisionError):
        fail_under_noise(during)

    assert during == [count + 1 for count in before]
    assert installed() == before


def test_replica_repeats_bit_for_bit() -> None:
    """The same seed and replica give the same weights, so an envelope can be redone."""
    assert torch.equal(train(1, 1), train(1, 1))


@pytest.mark.parametrize(("seed", "replica"), [(1, 0), (1, 2), (2, 1)])
def test_other_replica_and_seed_differ(seed: int, replica: int) -> None:
    """Noise of another replica or seed, and no noise, end in other weights."""
    assert not torch.equal(train(1, 1), train(seed, replica))


def test_noise_stays_the_size_of_rounding() -> None:
    """After five steps of Adam no weight has moved by more than 1e-4 of the largest.

    Far above what is seen (below 1e-5), far below any fault.
    """
    plain = train(1, 0)

    largest = max(float((train(1, k) - plain).abs().max()) for k in range(1, 7))

    assert 0 < largest < 1e-4 * float(plain.abs().max())


def test_experiment_draws_as_if_there_were_no_noise() -> None:
    """All global generators end in the very states in which they end without noise."""
    train(1, 0)
    without = generator_states()

    train(1, 3)

    assert generator_states() == without


def test_torch_may_come_later() -> None:
    """Noise waits for torch, and is the same whenever torch comes."""
    late = run_python(LATE.format(before="", replica=1))

    assert late == run_python(LATE.format(before="import torch", replica=1))
    assert late != run_python(LATE.format(before="", replica=0))


def test_naming_the_noise_does_not_load_torch() -> None:
    """The parent process can say which noise there is without a framework."""
    code = "import sys, json, pytest_repro.determinism.noise\n"

    assert run_python(f"{code}print(json.dumps('torch' in sys.modules))") is False


def test_negative_replica_is_refused() -> None:
    """Replicas are counted."""
    with (
        pytest.raises(ReproUsageError, match="from 0, which has no noise, got -1"),
        rounding_noise(0, -1),
    ):
        pass


def test_seeds_of_the_noise_come_from_names() -> None:
    """The generator of a device is seeded from noise, replica and device by name."""
    seed = derive(5, f"{NOISE}/2/cpu")
    with rounding_noise(5, 2):
        identity = torch.nn.ReLU()(torch.full((8,), 1.375))

    draws = torch.Generator().manual_seed(seed)
    word = torch.empty(1, dtype=torch.int64).random_(-(2**63), None, generator=draws)
    unused = 8 - FLOW_ULPS.bit_length()
    steps = [byte >> unused for byte in word.view(torch.int8).tolist()]
    expected = [1.375 + (step + (step >= 0)) * 2**-23 for step in steps]
    assert identity.tolist() == expected
