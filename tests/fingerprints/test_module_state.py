"""Fingerprints of torch modules and generators."""

import copy
from collections.abc import Callable

import pytest
import torch
from torch import nn

from pytest_repro.errors import FingerprintError
from pytest_repro.fingerprints import leaves, tree_digest
from pytest_repro.fingerprints.torch_modules import (
    generator_state,
    module_buffers,
    module_gradients,
    module_parameters,
    module_state,
)


class Rotary(nn.Module):
    """A layer with one buffer that is saved and one that is not."""

    def __init__(self) -> None:
        """Register both."""
        super().__init__()
        self.register_buffer("saved", torch.zeros(2))
        self.register_buffer("table", torch.ones(2), persistent=False)


class Tied(nn.Module):
    """A small language model whose output weights are its embedding."""

    def __init__(self) -> None:
        """Tie the weights."""
        super().__init__()
        self.embedding = nn.Embedding(3, 2)
        self.output = nn.Linear(2, 3, bias=False)
        self.output.weight = self.embedding.weight


def filled(module: nn.Module) -> nn.Module:
    """Give every parameter known bits."""
    for parameter in module.parameters():
        nn.init.ones_(parameter)
    return module


def test_module_is_digested_as_its_state() -> None:
    """A module means its plain state, so the recorder may take either."""
    model = nn.BatchNorm1d(3)

    assert tree_digest(model) == tree_digest(module_state(model))


def test_golden_digest_of_a_module() -> None:
    """The digest of a known module is known, so the algorithm cannot change."""
    model = filled(nn.Sequential(nn.Linear(2, 1), Rotary()))

    digest = tree_digest(model)

    assert digest == (
        "tree-sha256-v1:584368ea481c128703bca5341968aaecef943a7c0298004437328a76d9cf2985"
    )


def test_names_of_layers_are_not_state() -> None:
    """Renaming an attribute changes labels of leaves and no digest."""
    first = filled(nn.Sequential())
    first.add_module("old", filled(nn.Linear(2, 2)))
    second = nn.Sequential()
    second.add_module("new", filled(nn.Linear(2, 2)))

    digest = tree_digest(first)

    assert digest == tree_digest(second)
    assert tree_digest(first.state_dict()) != tree_digest(second.state_dict())


def test_leaves_bear_the_names_of_layers() -> None:
    """A person reads names, not positions."""
    model = nn.Sequential(nn.Linear(2, 1), Rotary())

    paths = [path for path, _ in leaves(model, name="model")]

    assert paths == [
        "model['buffers']['non_persistent'].1.table",
        "model['buffers']['persistent'].1.saved",
        "model['parameters'].0.weight",
        "model['parameters'].0.bias",
    ]


def test_order_of_registration_is_state() -> None:
    """Two layers that change places are another model, even with equal names."""
    first = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 2))
    second = nn.Sequential(first[1], first[0])

    assert tree_digest(module_parameters(first)) != tree_digest(
        module_parameters(second)
    )


@pytest.mark.parametrize("name", ["saved", "table"])
def test_every_buffer_is_state(name: str) -> None:
    """A changed buffer is seen, even one that no checkpoint holds."""
    layer = Rotary()
    before = tree_digest(module_buffers(layer))
    getattr(layer, name)[1] = 5

    assert tree_digest(module_buffers(layer)) != before


def test_persistence_of_a_buffer_is_state() -> None:
    """A buffer that is no longer saved changes the digest, though no bit changes."""
    layer = Rotary()
    before = tree_digest(layer)
    layer.register_buffer("saved", torch.zeros(2), persistent=False)

    assert tree_digest(layer) != before


def test_buffer_is_not_a_parameter() -> None:
    """The same bits in the other role are another state."""
    as_buffer, as_parameter = nn.Module(), nn.Module()
    as_buffer.register_buffer("x", torch.ones(2))
    as_parameter.register_parameter("x", nn.Parameter(torch.ones(2)))

    assert tree_digest(as_buffer) != tree_digest(as_parameter)


def test_gradient_requirement_is_not_state() -> None:
    """Freezing a weight changes how it trains, not what it is."""
    model = nn.Linear(2, 2)
    before = tree_digest(model)
    model.requires_grad_(requires_grad=False)

    assert tree_digest(model) == before


def test_untying_weights_changes_the_digest() -> None:
    """Two equal copies train apart where one shared weight did not."""
    model = Tied()
    before = tree_digest(module_parameters(model))
    model.output.weight = nn.Parameter(model.embedding.weight.detach().clone())

    assert tree_digest(module_parameters(model)) != before


def test_tied_weight_appears_as_an_alias() -> None:
    """The second registration names the first by position."""
    model = Tied()

    parameters = module_parameters(model)

    assert parameters == [model.embedding.weight, ("alias of", 0)]
    assert parameters.labels == ("embedding.weight", "output.weight")


def test_copy_of_a_module_has_its_digest() -> None:
    """Addresses do not enter: ties are kept by a deep copy, and so is the digest."""
    model = Tied()

    assert tree_digest(copy.deepcopy(model)) == tree_digest(model)


def test_shared_memory_is_a_tie() -> None:
    """Two parameters over the same elements are aliases, but each has a gradient."""
    model = nn.ParameterList([torch.ones(2), torch.ones(2)])
    before = tree_digest(module_parameters(model))
    model[1].data = model[0].data
    model[1].grad = torch.zeros(2)

    assert tree_digest(module_parameters(model)) != before
    assert module_gradients(model) == [None, model[1].grad]


def test_buffer_that_is_a_parameter_is_a_tie() -> None:
    """A buffer over the memory of a parameter is an alias of that parameter."""
    layer = nn.Linear(2, 2)
    layer.register_buffer("shadow", layer.weight.data)

    assert module_buffers(layer)["persistent"] == [("alias of", 0)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (torch.clone, torch.clone),
        (torch.real, torch.imag),
        (torch.t, torch.Tensor.contiguous),
        (torch.conj, torch.Tensor.contiguous),
        (torch.imag, lambda matrix: matrix.conj().imag),
        (lambda matrix: matrix.view(torch.float64), torch.Tensor.contiguous),
        (lambda matrix: matrix[:1], torch.Tensor.contiguous),
    ],
    ids=["memory", "offset", "stride", "conjugate", "negative", "dtype", "shape"],
)
def test_other_view_of_the_same_memory_is_no_alias(
    first: Callable[[torch.Tensor], torch.Tensor],
    second: Callable[[torch.Tensor], torch.Tensor],
) -> None:
    """Only the same elements are a tie; another reading of the bytes has its own."""
    matrix = torch.ones(2, 2, dtype=torch.complex64)
    layer = nn.Module()
    layer.register_buffer("first", first(matrix))
    layer.register_buffer("second", second(matrix))

    buffers = module_buffers(layer)["persistent"]

    assert [type(item) for item in buffers] == [torch.Tensor, torch.Tensor]


def test_empty_tensors_are_no_aliases() -> None:
    """Tensors without elements share no memory."""
    model = nn.ParameterList([torch.empty(0), torch.empty(0)])

    parameters = module_parameters(model)

    assert [type(item) for item in parameters] == [nn.Parameter, nn.Parameter]


def test_layer_used_twice_has_aliased_buffers() -> None:
    """Buffers of a shared layer are listed at both places, each in its own role."""
    layer = Rotary()
    model = nn.Sequential(layer, layer)

    buffers = module_buffers(model)

    assert buffers == {
        "persistent": [layer.saved, ("alias of", 0)],
        "non_persistent": [layer.table, ("alias of", 1)],
    }


def test_missing_gradients_are_explicit() -> None:
    """No gradient is told from a gradient of zeros, and tied weights have one."""
    model = Tied()
    before = tree_digest(module_gradients(model))
    model.embedding.weight.grad = torch.zeros(3, 2)

    gradients = module_gradients(model)

    assert gradients == [model.embedding.weight.grad, ("alias of", 0)]
    assert tree_digest(gradients) != before


def test_module_without_state_has_a_digest() -> None:
    """Nothing is a state too, and differs from a bias of zeros."""
    assert tree_digest(nn.ReLU()) != tree_digest(filled(nn.Linear(1, 1)))


def test_lazy_module_is_refused_by_the_name_of_its_layer() -> None:
    """A module that never saw a batch says which layer has no weights."""
    model = nn.Sequential(nn.ReLU(), nn.LazyLinear(2))

    with pytest.raises(
        FingerprintError, match=r"^net\['parameters'\]\.1\.weight: an u"
    ):
        tree_digest(model, name="net")


def test_meta_module_is_refused() -> None:
    """Tensors without memory are not taken for aliases of each other."""
    with pytest.raises(FingerprintError, match="meta device has no bits"):
        tree_digest(nn.Linear(2, 2, device="meta"))


def test_generator_is_digested_as_its_state() -> None:
    """Equal seeds give equal digests, and one drawn number changes it."""
    first, second = (torch.Generator().manual_seed(3) for _ in range(2))
    before = tree_digest(first)

    assert before == tree_digest(second) == tree_digest(generator_state(second))
    torch.rand(1, generator=second)
    assert tree_digest(second) != before
