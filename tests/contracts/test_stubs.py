"""A stub keeps the promises of the module that it stands in for."""

from collections.abc import Callable

import pytest
import torch

from pytest_repro.contracts import (
    ModuleContract,
    parametrize_with_properties,
    stub_of,
)
from pytest_repro.errors import ContractError

HEAVY = ModuleContract(
    name="Heavy",
    build=lambda: torch.nn.Conv2d(3, 1, 1),
    arguments={"input": "Float batch 3 h w"},
    returns="Float batch 2*h w",
    ranges={"return": (0, 1)},
)
STUB = ModuleContract(
    name="StubOfHeavy",
    build=lambda: stub_of(HEAVY),
    arguments=HEAVY.arguments,
    returns=HEAVY.returns,
    ranges=HEAVY.ranges,
    overfit=(60, 0.01, 1.0),
)


@parametrize_with_properties([STUB], examples=3)
def test_a_stub_keeps_every_promise(promise: Callable[[], None]) -> None:
    """All properties of the interface hold for the stub."""
    promise()


def test_a_stub_refuses_another_shape() -> None:
    """What the heavy module would not take, its stub does not take."""
    with pytest.raises(ContractError, match="another shape than promised"):
        stub_of(HEAVY)(torch.zeros(2, 4, 5, 5))
