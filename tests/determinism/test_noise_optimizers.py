"""Where rounding-sized noise enters an optimizer, and where it does not."""

from collections.abc import Callable, Iterator

import pytest
import torch
from torch import Tensor, nn

from pytest_repro.determinism.noise import FLOW_ULPS, STORED_ULPS, rounding_noise
from tests.determinism.ulps import ulps_between

VALUE = 1.375
FLOW = set(range(1, FLOW_ULPS + 1))


@pytest.fixture
def noise() -> Iterator[None]:
    """Have noise on for a test."""
    with rounding_noise(1, 1):
        yield


def distances(tensor: Tensor, value: float = VALUE) -> set[int]:
    """Return by how many ulps the numbers of a tensor are away from a number."""
    return set(ulps_between(tensor, torch.full_like(tensor, value)))


def step_with(optimizer: torch.optim.Optimizer, gradient: Tensor) -> None:
    """Give the only parameter a gradient and take a step."""
    (parameter,) = optimizer.param_groups[0]["params"]
    parameter.grad = gradient
    optimizer.step()


@pytest.mark.usefixtures("noise")
def test_gradients_move_before_the_step() -> None:
    """The update is that of the gradients with noise."""
    weight = nn.Parameter(torch.zeros(500))

    step_with(torch.optim.SGD([weight], lr=1.0), torch.full((500,), VALUE))

    assert weight.grad is not None
    assert distances(weight.grad) == FLOW
    assert torch.equal(weight, -weight.grad)


@pytest.mark.usefixtures("noise")
def test_sparse_gradients_move_in_their_values() -> None:
    """Embeddings may have gradients with few rows, some of them twice."""
    table = nn.Embedding(10, 8, sparse=True)
    optimizer = torch.optim.SparseAdam(list(table.parameters()))
    table(torch.tensor([1, 1, 3])).sum().backward()
    weight = table.weight
    assert weight.grad is not None
    weight.grad = weight.grad * VALUE

    optimizer.step()

    assert weight.grad._indices().tolist() == [[1, 1, 3]]
    assert distances(weight.grad._values()) <= FLOW


@pytest.mark.usefixtures("noise")
@pytest.mark.parametrize(
    "step",
    [
        lambda optimizer, closure: optimizer.step(closure),
        lambda optimizer, closure: optimizer.step(closure=closure),
    ],
    ids=["by position", "by name"],
)
def test_gradients_of_a_closure_move_inside_the_step(
    step: Callable[[torch.optim.Optimizer, Callable[[], float]], object],
) -> None:
    """The optimizer that calls a closure sees noise after every call."""
    weight = nn.Parameter(torch.zeros(500))
    optimizer = torch.optim.LBFGS([weight], lr=1.0, max_iter=1)

    def closure() -> float:
        weight.grad = torch.full((500,), VALUE)
        return 1.0

    step(optimizer, closure)

    assert weight.grad is not None
    assert distances(weight.grad) == FLOW
    assert len(weight.unique()) > FLOW_ULPS  # of twice as many some coincide


@pytest.mark.usefixtures("noise")
def test_lbfgs_still_converges() -> None:
    """Line searches and closures work with noise."""
    weight = nn.Parameter(torch.zeros(5))
    optimizer = torch.optim.LBFGS([weight], line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = (weight - VALUE).square().sum()
        loss.backward()
        return loss

    for _ in range(5):
        optimizer.step(closure)

    assert torch.allclose(weight, torch.tensor(VALUE), rtol=1e-3)


def test_optimizer_state_moves_by_a_few_ulps_after_each_step() -> None:
    """Moments move, the count of steps does not, nor does state without a gradient.

    What is expected is multiplied out here and interpolated by Adam: one ulp more.
    """
    weights = [nn.Parameter(torch.zeros(500)) for _ in range(2)]
    optimizer = torch.optim.Adam(weights)
    weights[0].grad = weights[1].grad = torch.full((500,), VALUE)
    optimizer.step()
    weights[1].grad = None
    weights[0].grad = torch.zeros(500)
    expected = 0.9 * optimizer.state[weights[0]]["exp_avg"].clone()
    resting = optimizer.state[weights[1]]["exp_avg"].clone()

    with rounding_noise(1, 1):
        optimizer.step()

    state = optimizer.state
    moment = state[weights[0]]["exp_avg"]
    assert max(ulps_between(moment, expected)) <= STORED_ULPS + 1
    assert len(moment.unique()) == 2 * STORED_ULPS  # as many up as down
    assert state[weights[0]]["step"].item() == 2.0
    assert torch.equal(state[weights[1]]["exp_avg"], resting)


@pytest.mark.usefixtures("noise")
@pytest.mark.parametrize(
    "kind",
    [
        torch.optim.SGD,
        torch.optim.AdamW,
        torch.optim.Adagrad,
        torch.optim.RMSprop,
        torch.optim.Rprop,
        torch.optim.NAdam,
        torch.optim.Adafactor,
        torch.optim.ASGD,
    ],
)
def test_optimizers_of_torch_run(kind: type[torch.optim.Optimizer]) -> None:
    """A few steps of each, with finite weights at the end; also of a single number."""
    layer, scale = nn.Linear(8, 8), nn.Parameter(torch.tensor(0.7))
    optimizer = kind([*layer.parameters(), scale], lr=1e-2)  # type: ignore[call-arg]  # each has it

    for _ in range(3):
        optimizer.zero_grad()
        (layer(torch.rand(4, 8)) * scale).sum().backward()
        optimizer.step()

    assert bool(layer.weight.isfinite().all())
    assert bool(scale.isfinite())
