"""Take what a person names, a class or a contract, to a subject of properties."""

import inspect
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Final

from pytest_repro.contracts.components import (
    builder_of,
    component_of,
    component_subject,
    kind_of,
    parts_of_component,
    recipe_subject,
)
from pytest_repro.contracts.properties import Subject
from pytest_repro.errors import ContractError
from pytest_repro.recipes import RecipeFunction
from pytest_repro.records.module_contracts import (
    ModuleContract,
    PartContract,
    contract_on,
)

__all__ = ["declared_in", "named_in", "subject_of", "subjects_of_modules"]

_OURS: Final = "pytest_repro."


def subject_of(part: object) -> Subject:
    """Make a subject of a part.

    Args:
        part: A class or function with a contract, a contract that knows how to build,
            a class without a contract (whose annotations are taken), a component or
            its `Config`, a recipe, or a subject.

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
    if isinstance(part, RecipeFunction):
        return recipe_subject(part)
    component = component_of(part)
    if component is not None:
        return component_subject(component, part)
    declared = part if isinstance(part, PartContract) else contract_on(part)
    if declared is None:
        if not inspect.isclass(part):
            msg = f"{part!r} has no contract\n  decorate it with @contract(...)"
            raise ContractError(msg)
        declared = ModuleContract()
    return Subject(
        name=_name(part, declared),
        kind=kind_of(declared),
        contract=declared,
        build=_builder(part, declared),
        part=part,
    )


def declared_in(module: ModuleType) -> list[Subject]:
    """List what a module defines: parts with contracts, recipes, components.

    Args:
        module: An imported module.

    Returns:
        Subjects by name; what the module only imports belongs to another. A contract
        that stands alone belongs to every module that names it.
    """
    name = module.__name__
    return _subjects(p for p in vars(module).values() if _home(p) in {name, None})


def named_in(module: ModuleType) -> list[Subject]:
    """List what a module defines or imports, components of this package aside.

    Args:
        module: An imported module, such as one of tests.

    Returns:
        Subjects by name.
    """
    parts = [
        part
        for part in vars(module).values()
        if component_of(part) is None or not _is_ours(part)
    ]
    return _subjects(parts)


def _is_ours(part: object) -> bool:
    return str(getattr(part, "__module__", "")).startswith(_OURS)


def _subjects(parts: Iterable[object]) -> list[Subject]:
    found = [subject_of(one) for part in parts for one in _tested(part)]
    return sorted({id(one): one for one in found}.values(), key=lambda one: one.name)


def _tested(part: object) -> Sequence[object]:
    """Say what of a part is tested.

    Its `type` is asked, since `isinstance` would wake lazy objects up. A contract that
    makes no part of its own only decorates others.
    """
    component = component_of(part) if issubclass(type(part), type) else None
    if component is not None:
        return parts_of_component(component)
    is_recipe = issubclass(type(part), RecipeFunction)
    is_alone = issubclass(type(part), PartContract) and builder_of(part) is not None
    is_declared = contract_on(part) is not None
    return (part,) if is_recipe or is_alone or is_declared else ()


def subjects_of_modules(names: Iterable[str]) -> list[Subject]:
    """Import modules and list the parts that they define."""
    return [one for name in names for one in declared_in(import_module(name))]


def _home(part: object) -> str | None:
    """Name the module that defines a part; None for a contract that stands alone."""
    if issubclass(type(part), PartContract):
        return None
    is_recipe = issubclass(type(part), RecipeFunction)
    owner: object = getattr(part, "function", None) if is_recipe else part
    return getattr(owner, "__module__", "")


def _name(part: object, declared: PartContract) -> str:
    name = declared.name or getattr(part, "__name__", "")
    if not name:
        msg = "a contract that stands alone needs a name=…, for its tests"
        raise ContractError(msg)
    return name


def _builder(part: object, declared: PartContract) -> Callable[[], object]:
    found = builder_of(declared)
    if found is not None:
        return found
    if callable(part):
        return part
    msg = "a contract of a module that stands alone needs build=…"
    raise ContractError(msg)
