"""How contracts, components and recipes look to type checkers; nobody runs it.

Beside `api.py`: what a person writes to declare parts must be free of errors under
strict checking, and what comes back must have the type that the docs say.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, assert_type

import torch
from torch import Tensor, nn

from pytest_repro import Buildable, Component, Domain, Field, Recipe, recipe
from pytest_repro.contracts import (
    AugmentationContract,
    Counterexample,
    Draw,
    Effort,
    Finding,
    Level,
    LoaderContract,
    MetricContract,
    OptimizerContract,
    Promise,
    Property,
    Subject,
    contract,
    find_counterexample,
    parametrize_with_properties,
    promises_of,
    property_named,
    register,
    rtol,
    subject_of,
)
from pytest_repro.recipes import RecipeFunction


@contract(
    arguments={"x": "Float batch 4"},
    returns="Float batch 2",
    levels={"batch_size_invariance": rtol(1e-5), "padding_invariance": "none"},
    expected_failures={"no_aliasing": "a view, to save memory"},
)
class Head(nn.Module):
    """A module as a user declares it."""

    def forward(self, x: Tensor) -> Tensor:
        """Keep the first two numbers."""
        return x[:, :2]


class Plain(Component, kind="optim"):
    """A component that says what it promises."""

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Buildable["Plain"]):
        """Every hyperparameter."""

        lr: float = Field(0.1, search=Domain.float(1e-4, 1.0, log=True), why="usual")

    def __init__(self, config: Config) -> None:
        """Take every hyperparameter."""
        self.config = config

    @classmethod
    def promises(cls, config: Config) -> OptimizerContract:
        """Say what the optimizer promises."""
        return OptimizerContract(build=lambda p: torch.optim.SGD(p, lr=config.lr))


@recipe
def small() -> Recipe:
    """A recipe as a user writes it."""
    return Recipe(optim=Plain.Config(lr=0.2), batch=64)


def load(
    seed: int, epoch: int, *, workers: int, shard: tuple[int, int], start: int
) -> Iterator[tuple[list[int], dict[str, Tensor]]]:
    """A loader as its contract calls it."""
    order = range(start + seed % 2, 4, shard[1])
    return (([n], {"x": torch.tensor(epoch + workers)}) for n in order)


def dim(batch: Tensor, *, seed: int, ids: list[int], strength: float) -> Tensor:
    """An augmentation as its contract calls it."""
    return batch * (1 - strength * (seed + len(ids)))


@parametrize_with_properties(
    [
        Head,
        Plain,
        small,
        LoaderContract(name="loader", build=load, size=4, fields={"x": "Int"}),
        AugmentationContract(name="dim", apply=dim, bounds=(0.0, 1.0)),
        MetricContract(name="mean", compute=torch.mean, arguments={"input": "Float b"}),
    ],
    expected_failures={"Head::no_aliasing": "a view, to save memory"},
)
def test_promises(promise: Promise) -> None:
    """A test of every promise."""
    assert_type(promise.judge(Path()).counterexample, Counterexample | None)


def check_parts() -> None:
    """Decorators keep types, and components are built as what they are."""
    assert_type(Head(), Head)
    assert_type(Plain.Config().build(), Plain)
    assert_type(small, RecipeFunction[Recipe])
    assert_type(small(), Recipe)
    assert_type(small.with_(optim__lr=0.3).dump(), str)


def check_suite() -> None:
    """What a suite is made of."""
    subject = subject_of(Head)
    rule = property_named("module", "finite")
    assert_type(subject, Subject)
    assert_type(promises_of(subject, effort=Effort(examples=5)), list[Promise])
    assert_type(find_counterexample(subject, rule), Counterexample | None)
    assert_type(Level.of("ulp(4)").bound, float)


def check_property(subject: Subject, draw: Draw, level: Level) -> Finding | None:
    """A property as somebody adds one."""
    built: Any = subject.build()
    is_odd = draw.seed % 2 == 1 and level.kind == "bitwise"
    return Finding(suspicion=f"is {built} odd?") if is_odd else None


def check_registration() -> None:
    """It is registered by its check."""
    claim = "is never odd"
    rule = Property(name="odd", kind="module", claim=claim, check=check_property)
    assert_type(register(rule), Property)


def check_mistakes() -> None:
    """Mistakes are errors: an unused ignore would be one too."""
    LoaderContract(name="no size", build=load)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Level.of(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    promises_of(subject_of(Head), effort=5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
