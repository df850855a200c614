"""What can be a part of a run is restored in place, exactly; the rest is refused."""

from collections import deque
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from pytest_repro.errors import CheckpointError, ReproUsageError
from pytest_repro.experiment import Recorder, Run
from pytest_repro.experiment.parts import part_of
from pytest_repro.experiment.torch_state import (
    module_state,
    optimizer_state,
    restore_module,
    restore_optimizer,
)


@dataclass
class Patience:
    """What an early stop remembers."""

    best: float = 1.0
    left: int = 3


@dataclass(frozen=True)
class Fixed:
    """A record that nothing can be put back into."""

    best: float = 1.0


@pytest.mark.parametrize(
    ("subject", "other"),
    [
        pytest.param({"a": 1}, {"b": [2]}, id="dict"),
        pytest.param([1, 2], [3], id="list"),
        pytest.param(deque([1, 2]), deque([3]), id="deque"),
        pytest.param({1, 2}, {3}, id="set"),
        pytest.param(SimpleNamespace(a=1), SimpleNamespace(b=2), id="namespace"),
        pytest.param(Patience(), Patience(best=0.5, left=0), id="dataclass"),
    ],
)
def test_containers_are_filled_in_place(subject: object, other: object) -> None:
    """Whoever holds the container sees what it held when the state was taken."""
    state = part_of("other", other).take()

    part_of("subject", subject).put(state)

    assert subject == other


@pytest.mark.parametrize("subject", [torch.zeros(3), nn.Parameter(torch.zeros(3))])
def test_tensors_are_filled_in_place(subject: torch.Tensor) -> None:
    """Bits are copied into them."""
    part_of("x", subject).put(torch.ones(3))

    assert subject.tolist() == [1.0, 1.0, 1.0]


def test_arrays_are_filled_in_place() -> None:
    """The same for numpy."""
    array = np.zeros(3)

    part_of("x", array).put(np.ones(3))

    assert array.tolist() == [1.0, 1.0, 1.0]


def test_a_tensor_of_another_shape_is_refused() -> None:
    """Broadcasting would pass it silently."""
    with pytest.raises(ReproUsageError, match="another shape or dtype"):
        part_of("x", torch.zeros(3)).put(torch.zeros(1))


@pytest.mark.parametrize("subject", [1.5, "text", (1, 2), Fixed(), object(), None])
def test_what_cannot_be_filled_is_refused(subject: object) -> None:
    """At once, with what to do instead."""
    with pytest.raises(ReproUsageError, match="cannot be restored in place") as raised:
        part_of("mean", subject)

    assert "keep it in a dict" in str(raised.value)


def test_two_objects_of_one_name_are_refused() -> None:
    """One of them would be lost."""
    one = Run(0, Recorder(), folder=Path(), root=Path())
    first: list[int] = []
    one.checkpoint(first, mean=first)
    one.checkpoint(mean={})

    with pytest.raises(ReproUsageError, match="'mean' stands for something else"):
        one.checkpoint(mean=[])


def test_objects_of_one_class_get_names_of_their_own() -> None:
    """Several may be registered without a name."""
    one = Run(0, Recorder(), folder=Path(), root=Path())

    one.checkpoint({}, {}, [])

    assert sorted(one._keeper._parts) == ["dict", "dict 2", "list"]


def changed(module: nn.Sequential) -> nn.Sequential:
    """Change everything about a module that training may change."""
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.fill_(-0.0)
            parameter.grad = torch.full_like(parameter, float("nan"))
            parameter.requires_grad = False
        for buffer in module.buffers():
            buffer.fill_(3)
    module.eval()
    return module


def layers() -> nn.Sequential:
    """Make a module with a tied weight and all kinds of buffers."""
    inner = nn.Linear(2, 2)
    module = nn.Sequential(inner, nn.BatchNorm1d(2), nn.Dropout(0.1), inner)
    module.register_buffer("table", torch.ones(2), persistent=False)
    module.register_buffer("empty", None)
    return module


def test_a_module_is_restored_whole() -> None:
    """Signs of zeros, gradients, frozen weights, mode, hidden buffers, numbers."""
    source, target = changed(layers()), layers()
    vars(source[2])["p"] = 0.7
    vars(source[1])["momentum"] = None

    restore_module(target, module_state(source), "model")

    weight = target.get_parameter("0.weight")
    assert target[3].weight is weight
    assert weight.signbit().all()
    assert weight.grad is not None
    assert weight.grad.isnan().all()
    assert not weight.requires_grad
    assert [one.training for one in target.modules()] == [False] * 4
    assert dict(target.named_buffers())["table"].tolist() == [3.0, 3.0]
    assert vars(target[2])["p"] == 0.7
    assert vars(target[1])["momentum"] is None


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        pytest.param(
            nn.Linear(2, 3), "model.weight: a parameter of another kind", id="shape"
        ),
        pytest.param(nn.Linear(2, 2).double(), "another kind", id="dtype"),
        pytest.param(nn.Linear(2, 2, bias=False), "differ in bias", id="missing"),
    ],
)
def test_a_module_of_another_structure_is_refused(
    module: nn.Module, expected: str
) -> None:
    """Named by its path, with both sides."""
    with pytest.raises(CheckpointError, match=expected):
        restore_module(module, module_state(nn.Linear(2, 2)), "model")


def stepped(lr: float) -> torch.optim.Optimizer:
    """Make an optimizer that took one step, with a state of another dtype."""
    weight = nn.Parameter(torch.ones(2, dtype=torch.bfloat16))
    optimizer = torch.optim.Adam([weight], lr=torch.tensor(lr), foreach=False)
    weight.grad = torch.ones_like(weight)
    optimizer.step()
    optimizer.state[weight]["exp_avg"] = torch.full((2,), 1 / 3)
    return optimizer


def test_an_optimizer_is_restored_without_a_cast() -> None:
    """`load_state_dict` would make its 32-bit state 16-bit, like the parameters."""
    source, target = stepped(0.5), stepped(0.25)
    rate = target.param_groups[0]["lr"]

    restore_optimizer(target, optimizer_state(source), "optimizer")

    (weight,) = target.param_groups[0]["params"]
    state = target.state[weight]
    assert state["exp_avg"].dtype is torch.float32
    assert torch.equal(state["exp_avg"], torch.full((2,), 1 / 3))
    assert state["step"].dtype is torch.float32
    assert rate is target.param_groups[0]["lr"]
    assert float(rate) == 0.5


def test_an_optimizer_of_other_parameters_is_refused() -> None:
    """How many there are is compared first."""
    other = torch.optim.SGD(nn.Linear(2, 2).parameters())

    with pytest.raises(CheckpointError, match="has 1 parameters, the experiment 2"):
        restore_optimizer(other, optimizer_state(stepped(0.5)), "optimizer")
