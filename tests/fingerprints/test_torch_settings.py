"""Settings of an optimizer are the same under any torch, while they do the same."""

import inspect
from typing import Any

import pytest
import torch

from pytest_repro.fingerprints import sketch_of, tree_digest
from pytest_repro.fingerprints.torch_settings import KNOWN, settings_of
from tests.fingerprints.later_torch import LBFGS


def weights() -> list[torch.nn.Parameter]:
    """Make two parameters."""
    return [torch.nn.Parameter(torch.ones(2)) for _ in range(2)]


def older(kind: type[torch.optim.Adam]) -> torch.optim.Adam:
    """Make an optimizer as torch 2.6 has it, and a scheduler that keeps a rate."""
    optimizer = kind(weights())
    del optimizer.param_groups[0]["decoupled_weight_decay"]
    torch.optim.lr_scheduler.StepLR(optimizer, 1)
    return optimizer


def newer(kind: type[torch.optim.Adam], **options: Any) -> torch.optim.Adam:  # noqa: ANN401  # any option
    """Make the same with the torch that is installed."""
    optimizer = kind(weights(), **options)
    torch.optim.lr_scheduler.StepLR(optimizer, 1)
    return optimizer


def test_new_setting_that_is_off_does_not_count() -> None:
    """LBFGS of torch 2.14 has the digest and the sketch of LBFGS before."""
    old, new = torch.optim.LBFGS(weights()), LBFGS(weights())

    assert tree_digest(new) == tree_digest(old)
    assert sketch_of(new) == sketch_of(old)
    assert list(settings_of(new)) == list(settings_of(old))


def test_new_setting_that_is_on_counts() -> None:
    """To maximize is another training, whichever torch brought the word."""
    assert tree_digest(LBFGS(weights(), maximize=True)) != tree_digest(LBFGS(weights()))


@pytest.mark.parametrize("kind", [torch.optim.Adam, torch.optim.AdamW])
def test_setting_that_older_torch_lacks_is_told_as_what_it_did(
    kind: type[torch.optim.Adam],
) -> None:
    """Adam and AdamW of torch 2.6 decay as their heirs do, and say so in its place."""
    old, new = list(settings_of(older(kind))), list(settings_of(newer(kind)))

    assert [list(one.items()) for one in old] == [list(one.items()) for one in new]
    assert tree_digest(older(kind)) == tree_digest(newer(kind))


def test_setting_that_older_torch_lacks_counts_where_it_does_something() -> None:
    """Adam that decouples its decay is not what torch 2.6 called Adam."""
    decoupled = newer(torch.optim.Adam, decoupled_weight_decay=True)

    assert tree_digest(decoupled) != tree_digest(older(torch.optim.Adam))


def test_optimizers_of_others_are_told_as_they_are() -> None:
    """Whose settings nobody wrote down here keeps them all, off or not."""

    class Mine(torch.optim.Optimizer):
        def __init__(self, params: Any, *, is_off: bool = False) -> None:  # noqa: ANN401  # as torch
            super().__init__(params, {"lr": 0.1, "is_off": is_off})

    assert list(settings_of(Mine(weights()))) == [{"lr": 0.1, "is_off": False}]


def test_one_that_is_derived_from_torch_keeps_what_it_adds() -> None:
    """Only what torch's own constructor has can be a setting that torch added."""

    class Mine(torch.optim.SGD):
        def __init__(self, params: Any, *, warm: bool = False) -> None:  # noqa: ANN401  # as torch
            super().__init__(params)
            self.param_groups[0]["warm"] = warm

    (settings,) = settings_of(Mine(weights()))

    assert settings["warm"] is False


OWN = [
    name
    for name, one in inspect.getmembers(torch.optim, inspect.isclass)
    if issubclass(one, torch.optim.Optimizer) and one is not torch.optim.Optimizer
]


@pytest.mark.parametrize("name", OWN)
def test_every_optimizer_of_torch_is_written_down(name: str) -> None:
    """Under the torch that is pinned each row is what an optimizer really keeps."""
    optimizer = getattr(torch.optim, name)([torch.nn.Parameter(torch.ones(2, 2))])
    (group,) = optimizer.param_groups

    assert set(group) - {"params"} == KNOWN[name]
    assert list(settings_of(optimizer)) == [
        {key: value for key, value in group.items() if key != "params"}
    ]
