"""What a person does with a part's interface by hand: show a draw, make a stub."""

from importlib import import_module
from typing import Any

from pytest_repro.contracts.properties import Draw
from pytest_repro.contracts.subjects import subject_of

__all__ = ["show", "stub_of"]


def show(part: object, draw: Draw) -> None:
    """Print what a part is given at one draw.

    Args:
        part: The class or contract.
        draw: Seed, sizes and kind of values.
    """
    subject = subject_of(part)
    if subject.kind == "module":
        make = import_module("pytest_repro.contracts.torch_inputs").make_inputs
        for name, tensor in make(subject, draw).items():
            print(f"{name} = {tensor}")  # noqa: T201  # what it is for
    else:
        print(draw)  # noqa: T201  # as above


def stub_of(part: object, *, seed: int = 0) -> Any:  # noqa: ANN401  # a module of torch
    """Make a light module with the interface of a heavy one.

    Args:
        part: The class or contract.
        seed: Of the constant that it returns.

    Returns:
        A module that takes what the part takes, refuses other shapes, and returns a
        seeded constant of the promised shape through which gradients flow.
    """
    stub: Any = import_module("pytest_repro.contracts.torch_stub").Stub
    return stub(subject_of(part), seed=seed)
