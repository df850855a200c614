"""Fingerprints of torch optimizers."""

from typing import Any

import pytest
import torch

from pytest_repro.errors import FingerprintError
from pytest_repro.fingerprints import leaves, tree_digest
from pytest_repro.fingerprints.torch_modules import optimizer_state


def trained(steps: int = 1, **options: Any) -> torch.optim.AdamW:  # noqa: ANN401  # any option
    """Make an optimizer of two parameters, only one of which has a gradient."""
    weights = [torch.nn.Parameter(torch.ones(2)) for _ in range(2)]
    optimizer = torch.optim.AdamW(weights, **options)
    weights[1].grad = torch.ones(2)
    for _ in range(steps):
        optimizer.step()
    return optimizer


def test_optimizer_is_digested_as_its_state() -> None:
    """An optimizer means its plain state, and equal histories give equal digests."""
    optimizer = trained()

    assert tree_digest(optimizer) == tree_digest(optimizer_state(optimizer))
    assert tree_digest(optimizer) == tree_digest(trained())


def test_state_is_known_by_position() -> None:
    """State belongs to a position among all parameters, not to an object or a name."""
    state = optimizer_state(trained())

    assert list(state["state"]) == [1]  # type: ignore[call-overload]  # a dict
    assert "value['state'][1]['exp_avg']" in dict(leaves(state))


def test_one_more_step_changes_the_digest() -> None:
    """Moments and step count are state."""
    assert tree_digest(trained(1)) != tree_digest(trained(2))


@pytest.mark.parametrize(
    "options",
    [{"lr": 0.1}, {"weight_decay": 0.5}, {"betas": (0.8, 0.999)}],
    ids=["lr", "weight_decay", "betas"],
)
def test_every_hyperparameter_counts(options: dict[str, Any]) -> None:
    """A changed hyperparameter is seen before the first step."""
    assert tree_digest(trained(0, **options)) != tree_digest(trained(0))


def test_grouping_of_parameters_counts() -> None:
    """The same parameters in two groups are another optimizer."""
    first, second = (torch.nn.Parameter(torch.ones(1)) for _ in range(2))
    together = torch.optim.SGD([first, second], lr=0.1)
    apart = torch.optim.SGD([{"params": [first]}, {"params": [second]}], lr=0.1)

    assert tree_digest(together) != tree_digest(apart)


def test_weights_and_their_names_do_not_count() -> None:
    """Values of parameters belong to the module, names to nobody."""
    plain = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    named = torch.optim.SGD([("w", torch.nn.Parameter(torch.zeros(1)))], lr=0.1)

    assert tree_digest(plain) == tree_digest(named)


def test_empty_state_is_none() -> None:
    """State that was only looked up in a defaultdict is no state."""
    optimizer = trained(0)
    before = tree_digest(optimizer)
    weight = optimizer.param_groups[0]["params"][0]
    assert optimizer.state[weight] == {}

    assert tree_digest(optimizer) == before


def test_other_keys_of_the_state_are_kept() -> None:
    """What an optimizer keeps for no parameter counts under its own key."""
    optimizer = trained(0)
    before = tree_digest(optimizer)
    optimizer.state["global"] = {"count": 1}  # type: ignore[index]  # a key that torch allows

    assert tree_digest(optimizer) != before


def test_state_of_a_foreign_tensor_is_refused() -> None:
    """State of a tensor in no group has no position, so it cannot be compared."""
    optimizer = trained(0)
    optimizer.state[torch.ones(1)] = {"count": 1}

    with pytest.raises(FingerprintError, match="in no parameter group"):
        tree_digest(optimizer)


def test_unsupported_hyperparameter_is_refused_with_its_path() -> None:
    """A function among hyperparameters is named."""
    optimizer = trained(0)
    optimizer.param_groups[0]["schedule"] = len

    path = r"^adam\['param_groups'\]\[0\]\['schedule'\]: no fingerprint"
    with pytest.raises(FingerprintError, match=path):
        tree_digest(optimizer, name="adam")
