"""Where rounding-sized noise enters a model, and where it does not."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import pytest
import torch
from torch import Tensor, nn

from pytest_repro.determinism.noise import (
    FLOW_ULPS,
    HALF_ULPS,
    STORED_ULPS,
    rounding_noise,
)
from tests.determinism.ulps import ulps_between

VALUE = 1.375
STORED = set(range(1, STORED_ULPS + 1))
FLOW = set(range(1, FLOW_ULPS + 1))


@pytest.fixture
def noise() -> Iterator[None]:
    """Have noise on for a test."""
    with rounding_noise(1, 1):
        yield


class Wrapping(nn.Module):
    """A leaf that returns its input, made anew, in some container."""

    def __init__(self, wrap: Callable[[Tensor], object]) -> None:
        """Keep how to wrap."""
        super().__init__()
        self.wrap = wrap

    def forward(self, x: Tensor) -> object:
        """Wrap a copy."""
        return self.wrap(x.clone())


class Pair(NamedTuple):
    """A container with names."""

    first: Tensor
    second: Tensor


@dataclass(frozen=True, slots=True)
class Record:
    """A container that cannot be changed."""

    first: Tensor
    label: str


def distances(tensor: Tensor, value: float = VALUE) -> set[int]:
    """Return by how many ulps the numbers of a tensor are away from a number."""
    return set(ulps_between(tensor, torch.full_like(tensor, value)))


def filled_linear(size: int = 8) -> nn.Linear:
    """Make a layer of equal weights."""
    layer = nn.Linear(size, size)
    nn.init.constant_(layer.weight, VALUE)
    nn.init.constant_(layer.bias, VALUE)
    return layer


@pytest.mark.usefixtures("noise")
def test_parameters_move_once_by_a_few_ulps() -> None:
    """Before the first call every number of a parameter moves, and never again.

    As far as what is stored may move; a second time would carry some of them beyond.
    """
    layer = filled_linear()
    model = nn.Sequential(layer)

    model(torch.ones(1, 8))
    first = layer.weight.clone()
    model(torch.ones(1, 8))
    layer(torch.ones(1, 8))

    assert distances(layer.weight) | distances(layer.bias) <= STORED
    assert torch.equal(layer.weight, first)


@pytest.mark.usefixtures("noise")
def test_tied_parameters_move_once() -> None:
    """A weight that two modules share is one weight."""
    one, other = filled_linear(), filled_linear()
    other.weight = one.weight

    one(torch.ones(1, 8))
    other(torch.ones(1, 8))

    assert distances(one.weight) <= STORED


@pytest.mark.usefixtures("noise")
def test_parameters_used_without_a_call_move_too() -> None:
    """Attention reads the weights of its output layer and never calls that layer."""
    attention = nn.MultiheadAttention(8, 2, bias=False)
    nn.init.constant_(attention.out_proj.weight, VALUE)

    attention(*[torch.rand(3, 1, 8)] * 3)

    assert distances(attention.out_proj.weight) <= STORED


@pytest.mark.usefixtures("noise")
def test_zeros_and_ones_of_parameters_stay() -> None:
    """Initial biases of 0 and scales of 1 are exact everywhere."""
    norm = nn.LayerNorm(8)

    norm(torch.rand(2, 8))

    assert distances(norm.weight, 1.0) == distances(norm.bias, 0.0) == {0}


@pytest.mark.usefixtures("noise")
def test_lazy_parameters_wait_until_they_are_there() -> None:
    """A layer that learns its size in the first call is moved before the second."""
    layer = nn.LazyLinear(4)
    layer(torch.ones(1, 8))
    before = layer.weight.detach().clone()

    layer(torch.ones(1, 8))

    assert 0 < max(ulps_between(layer.weight, before)) <= STORED_ULPS


@pytest.mark.usefixtures("noise")
@pytest.mark.parametrize(
    ("dtype", "ulps"),
    [
        (torch.float16, HALF_ULPS),
        (torch.bfloat16, HALF_ULPS),
        (torch.float32, FLOW_ULPS),
        (torch.float64, FLOW_ULPS),
    ],
)
def test_outputs_move_by_a_few_ulps_of_their_dtype(
    dtype: torch.dtype, ulps: int
) -> None:
    """As many as flow may in 32 and 64 bits, fewer in 16; each of them occurs."""
    output = nn.ReLU()(torch.full((500,), VALUE, dtype=dtype))

    assert distances(output) == set(range(1, ulps + 1))


@pytest.mark.usefixtures("noise")
def test_a_module_that_only_calls_others_adds_nothing() -> None:
    """Noise of a chain is that of its parts: here one, which is a leaf."""
    output = nn.Sequential(nn.Sequential(nn.ReLU()))(torch.full((500,), VALUE))

    assert distances(output) == FLOW


@pytest.mark.usefixtures("noise")
@pytest.mark.parametrize(
    ("wrap", "unwrap"),
    [
        (lambda x: (x, 1), lambda y: y[0]),
        (lambda x: [{"x": (x,)}], lambda y: y[0]["x"][0]),
        (lambda x: Pair(x, x), lambda y: y.second),
        (lambda x: Record(x, "a"), lambda y: y.first),
        (lambda x: torch.stack([x, x]).max(0), lambda y: y.values),
        (
            lambda x: nn.utils.rnn.pack_sequence([x.view(-1, 1)]),
            lambda y: y.data.view(-1),
        ),
    ],
    ids=["tuple", "nested", "named tuple", "dataclass", "torch's own", "packed"],
)
def test_tensors_in_containers_move(
    wrap: Callable[[Tensor], object], unwrap: Callable[[object], Tensor]
) -> None:
    """The container keeps its type, the tensors inside have noise."""
    output = Wrapping(wrap)(torch.full((500,), VALUE))

    assert type(output) is type(wrap(torch.ones(1)))
    assert distances(unwrap(output)) == FLOW


@pytest.mark.usefixtures("noise")
def test_integers_and_bools_stay() -> None:
    """Indices and masks are returned as they were, and so is their container."""
    given = {"index": torch.arange(3), "mask": torch.ones(3, dtype=torch.bool)}

    output = Wrapping(lambda _: given)(torch.ones(1))

    assert output is given


@pytest.mark.usefixtures("noise")
@pytest.mark.parametrize(
    "module", [nn.Identity(), nn.Flatten(), nn.ReLU(inplace=True), nn.Dropout(0.0)]
)
def test_what_shares_memory_with_the_input_stays(module: nn.Module) -> None:
    """Nothing was computed into new memory; a program may count on the aliasing."""
    module.eval()
    given = torch.full((5, 4), VALUE)

    output = module(given)

    assert output.data_ptr() == given.data_ptr()
    assert distances(output) == {0}


@pytest.mark.usefixtures("noise")
@pytest.mark.parametrize(
    "module",
    [
        nn.GRU(3, 4, batch_first=True),
        nn.LSTM(3, 4, num_layers=2, batch_first=True),
        nn.RNN(3, 4, batch_first=True),
        nn.TransformerEncoderLayer(3, 1, 8, batch_first=True),
        nn.Sequential(nn.Linear(3, 3), nn.ReLU(inplace=True), nn.Linear(3, 3)),
        nn.Sequential(nn.BatchNorm1d(2), nn.Conv1d(2, 2, 1), nn.SiLU(inplace=True)),
    ],
    ids=["gru", "lstm", "rnn", "transformer", "in place", "convolution"],
)
def test_modules_train_and_infer(module: nn.Module) -> None:
    """Forward and backward run, gradients are finite; inference runs in each mode."""
    inputs = torch.rand(5, 2, 3, requires_grad=True)
    output = module(inputs)
    first = output[0] if isinstance(output, tuple) else output

    first.square().sum().backward()
    with torch.no_grad():
        module(inputs)
    with torch.inference_mode():
        module(inputs)

    gradients = [weight.grad for weight in module.parameters()]
    assert all(one is not None and one.isfinite().all() for one in gradients)
    assert inputs.grad is not None


@pytest.mark.usefixtures("noise")
def test_gradient_passes_noise_unchanged() -> None:
    """The derivative of noise is 1, also the second, and infinity stays what it is."""
    given = torch.tensor([VALUE, 3.3, torch.inf], requires_grad=True)

    output = Wrapping(lambda x: x)(given)
    (gradient,) = torch.autograd.grad(output.sum(), given, create_graph=True)

    assert gradient.tolist() == [1.0, 1.0, 1.0]
    assert output[2].item() == torch.inf
    assert distances(output[:1]) <= FLOW


@pytest.mark.usefixtures("noise")
def test_probabilities_stay_probabilities() -> None:
    """A saturated sigmoid stays at 1, where the loss checks its range."""
    output = nn.Sigmoid()(torch.linspace(-200, 200, 4001))

    loss = nn.BCELoss()(output, torch.ones(4001))

    assert float(output.max()) == 1.0
    assert float(output.min()) >= 0.0
    assert loss.isfinite()


@pytest.mark.usefixtures("noise")
def test_autocast_runs() -> None:
    """Layers that compute in bfloat16 get noise of bfloat16."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        output = nn.Linear(8, 8)(torch.rand(4, 8))

    output.sum().backward()

    assert output.dtype == torch.bfloat16


@pytest.mark.usefixtures("noise")
@pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning")
def test_scripted_and_traced_modules_are_left_alone() -> None:
    """Their outputs have no noise, and no noise is baked into a trace."""
    given = torch.full((500,), VALUE)
    scripted = torch.jit.script(nn.ReLU())
    traced = torch.jit.trace(nn.ReLU(), given)

    assert distances(scripted(given)) == distances(traced(given)) == {0}


@pytest.mark.usefixtures("noise")
def test_transformed_functions_are_left_alone() -> None:
    """Under `vmap` a draw would not be ours, so there is no noise, and no error."""
    mapped = torch.func.vmap(nn.ReLU())

    assert distances(mapped(torch.full((5, 4), VALUE))) == {0}
