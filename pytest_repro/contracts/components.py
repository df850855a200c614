"""Components and recipes as subjects: whole recipes, configs, and the parts they build.

A component is two subjects. ``arch/ResMLP.Config`` is a recipe of this part alone,
which must be built and dumped; ``arch/ResMLP`` is the part with its default config, if
it says what it promises: by ``@contract(...)``, by a class method `promises` that takes
a config to a contract, or, if it is a module of torch, by its annotations and schemas.
Components of other packages come by entry points, and the same suite holds for them.
"""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import MISSING, dataclass, fields, replace
from typing import Any, Final

from pytest_repro.contracts.annotations import arguments_of, result_of
from pytest_repro.contracts.properties import Inapplicable, Subject
from pytest_repro.errors import ContractError
from pytest_repro.recipes import Recipe, RecipeFunction, Registration, registration_of
from pytest_repro.recipes.entry_points import Trouble, load_installed
from pytest_repro.records.module_contracts import (
    AugmentationContract,
    LoaderContract,
    MetricContract,
    ModuleContract,
    OptimizerContract,
    PartContract,
    contract_on,
)

__all__ = [
    "Offered",
    "builder_of",
    "component_of",
    "component_subject",
    "kind_of",
    "offered_components",
    "parts_of_component",
    "recipe_subject",
]

_KINDS: Final[dict[type[PartContract], str]] = {
    ModuleContract: "module",
    LoaderContract: "loader",
    AugmentationContract: "augmentation",
    OptimizerContract: "optimizer",
    MetricContract: "metric",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What installed packages offer under `pytest_repro.components`.

    Attributes:
        parts: Components and their configs, each a part to be tested.
        troubles: What cannot be loaded.
    """

    parts: tuple[object, ...]
    troubles: tuple[Trouble, ...]


def offered_components() -> Offered:
    """Import what installed packages offer.

    Returns:
        Their parts; one broken package hides no other.
    """
    loaded = load_installed()
    parts: list[object] = []
    troubles = list(loaded.troubles)
    for one in loaded.components:
        try:
            parts += parts_of_component(one)
        except Exception as error:  # noqa: BLE001  # of other people's code
            message = " ".join(f"{type(error).__name__}: {error}".split())
            troubles.append(Trouble(name=one.path, message=message))
    return Offered(parts=tuple(parts), troubles=tuple(troubles))


def component_of(part: object) -> Registration | None:
    """Find the component whose class, or whose `Config`, a part is.

    Args:
        part: Anything.

    Returns:
        What is registered; None for other things.
    """
    if not issubclass(type(part), type):
        return None
    own = vars(part).get("Config", part)
    found = registration_of(own) if issubclass(type(own), type) else None
    is_one = found is not None and (part is found.owner or part is found.config)
    return found if is_one else None


def parts_of_component(component: Registration) -> Sequence[object]:
    """List the parts of a component that make promises: its config, itself.

    Args:
        component: What is registered.

    Returns:
        One or two parts; a component that promises nothing has its config alone.
    """
    if _missing(component) or _promised(component) is None:
        return (component.config,)
    return component.config, component.owner


def component_subject(component: Registration, part: object) -> Subject:
    """Make a subject of a component, or of its `Config`.

    Args:
        component: What is registered.
        part: Its class or its `Config`.

    Returns:
        The subject, built with the default of every field.

    Raises:
        ContractError: If it is the class, and that promises nothing.
    """
    if part is component.config:
        return Subject(
            name=f"{component.path}.Config",
            kind="recipe",
            contract=PartContract(),
            build=lambda: Recipe(**{component.kind: _default(component)}),
            part=part,
        )
    declared = None if _missing(component) else _promised(component)
    if declared is None:
        msg = (
            f"{component.path} does not say what it promises with its defaults\n"
            "  decorate it with @contract(...), or give it a class method `promises`"
        )
        raise ContractError(msg)
    return Subject(
        name=declared.name or component.path,
        kind=kind_of(declared),
        contract=declared,
        build=builder_of(declared) or (lambda: _default(component).build()),
        part=part,
    )


def recipe_subject(part: RecipeFunction[Any]) -> Subject:
    """Make a subject of a recipe, under its full name and with its overrides."""
    changes = [f"{where.replace('__', '.')}={value!r}" for where, value in part.changes]
    overrides = ", ".join([*changes, *part.texts])
    name = f"{part.name}({overrides})" if overrides else part.name
    return Subject(
        name=name, kind="recipe", contract=PartContract(), build=part, part=part
    )


def kind_of(declared: PartContract) -> str:
    """Name the kind of part that a contract is for."""
    return _KINDS.get(type(declared), "recipe")


def builder_of(declared: object) -> Callable[..., Any] | None:
    """Find what a contract itself says of how to make, or call, its part.

    Args:
        declared: The contract.

    Returns:
        Its function; None if the part is a class that is called.
    """
    found = (getattr(declared, name, None) for name in ("build", "apply", "compute"))
    return next((one for one in found if one is not None), None)


def _missing(component: Registration) -> str:
    """Name the first field without a default; empty if there is none."""
    needed = (
        one.name
        for one in fields(component.config)
        if one.init and one.default is MISSING and one.default_factory is MISSING
    )
    return next(needed, "")


def _default(component: Registration) -> Any:  # noqa: ANN401  # a Config
    missing = _missing(component)
    if missing:
        msg = f"{component.path} has no default for {missing}: test it in a recipe"
        raise Inapplicable(msg)
    return component.config()


def _promised(component: Registration) -> PartContract | None:
    owner: Any = component.owner
    declared = contract_on(owner)
    tell = getattr(owner, "promises", None)
    if declared is None and tell is not None:
        declared = tell(_default(component))
    if hasattr(owner, "forward") and isinstance(declared, ModuleContract | None):
        return _of_module(owner, declared)
    return declared


def _of_module(owner: Any, declared: ModuleContract | None) -> ModuleContract | None:  # noqa: ANN401  # a class
    """Let schemas stand where neither contract nor annotations say anything."""
    forward = owner.forward
    known = declared or ModuleContract()
    if not known.arguments and not arguments_of(forward, {}):
        texts = _schema(owner, "schema_in").split(",")
        names = [*inspect.signature(forward).parameters][1:]
        if len(names) != len(texts) or not all(texts):
            return declared
        known = replace(known, arguments=dict(zip(names, texts, strict=True)))
    if not known.returns and result_of(forward, "") is None:
        known = replace(known, returns=_schema(owner, "schema_out"))
    return known


def _schema(owner: Any, name: str) -> str:  # noqa: ANN401  # as above
    """A schema that hangs on fields is a property, and says nothing before."""
    found = getattr(owner, name, "")
    return found if isinstance(found, str) else ""
