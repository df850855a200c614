"""Take what a person names, a class or a contract, to a subject of properties."""

import inspect
from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Final

from pytest_repro.contracts.properties import Subject
from pytest_repro.errors import ContractError
from pytest_repro.recipes import RecipeFunction
from pytest_repro.records.module_contracts import (
    AugmentationContract,
    LoaderContract,
    MetricContract,
    ModuleContract,
    OptimizerContract,
    PartContract,
    contract_on,
)

__all__ = ["declared_in", "subject_of", "subjects_of_modules"]

_KINDS: Final[dict[type[PartContract], str]] = {
    ModuleContract: "module",
    LoaderContract: "loader",
    AugmentationContract: "augmentation",
    OptimizerContract: "optimizer",
    MetricContract: "metric",
}

_BUILDERS: Final = ("build", "apply", "compute")
"""Fields of contracts that are the part, or make one."""


def subject_of(part: object) -> Subject:
    """Make a subject of a part.

    Args:
        part: A class or function with a contract, a contract that knows how to build,
            a class without a contract (whose annotations are taken), a recipe, or a
            subject.

    Returns:
        The subject; the same one for the same part.

    Raises:
        ContractError: If nothing can be made of it.
    """
    return part if isinstance(part, Subject) else _made(_Identity(part))


class _Identity:
    """A part by its identity, since contracts have no hash."""

    def __init__(self, part: object) -> None:
        self.part = part

    def __hash__(self) -> int:
        return id(self.part)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and other.part is self.part


@cache
def _made(identity: _Identity) -> Subject:
    part = identity.part
    declared = part if isinstance(part, PartContract) else contract_on(part)
    if isinstance(part, RecipeFunction):
        name = part.name.rpartition(":")[2].rpartition(".")[2]
        return Subject(
            name=name, kind="recipe", contract=PartContract(), build=part, part=part
        )
    if declared is None:
        if not inspect.isclass(part):
            msg = f"{part!r} has no contract\n  decorate it with @contract(...)"
            raise ContractError(msg)
        declared = ModuleContract()
    return Subject(
        name=_name(part, declared),
        kind=_KINDS.get(type(declared), "recipe"),
        contract=declared,
        build=_builder(part, declared),
        part=part,
    )


def declared_in(module: ModuleType) -> list[Subject]:
    """List the parts that a module defines and that have contracts.

    Args:
        module: An imported module.

    Returns:
        Subjects by name; what the module only imports belongs to another.
    """
    found = [
        subject_of(part)
        for part in vars(module).values()
        if contract_on(part) is not None or isinstance(part, RecipeFunction)
        if _home(part) == module.__name__
    ]
    return sorted({id(one): one for one in found}.values(), key=lambda one: one.name)


def subjects_of_modules(names: Iterable[str]) -> list[Subject]:
    """Import modules and list the parts with contracts that they define."""
    return [one for name in names for one in declared_in(import_module(name))]


def _home(part: object) -> str | None:
    is_recipe = isinstance(part, RecipeFunction)
    return getattr(part.function if is_recipe else part, "__module__", None)


def _name(part: object, declared: PartContract) -> str:
    name = declared.name or getattr(part, "__name__", "")
    if not name:
        msg = "a contract that stands alone needs a name=…, for its tests"
        raise ContractError(msg)
    return name


def _builder(part: object, declared: PartContract) -> Callable[[], object]:
    for field in _BUILDERS:
        found = getattr(declared, field, None)
        if found is not None:
            return found  # type: ignore[no-any-return]  # a field of a contract
    if callable(part):
        return part
    msg = "a contract of a module that stands alone needs build=…"
    raise ContractError(msg)
