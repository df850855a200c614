"""Find components: by importing the modules that define them, other people's too.

A package offers its components under the entry-point group `pytest_repro.components`:
each point names a module, or a class in one. What cannot be loaded is told and stops
nothing: one broken package must not hide the others.
"""

import pkgutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from typing import Final

from pytest_repro.recipes.components import Registration, find, registered

__all__ = [
    "GROUP",
    "Loaded",
    "Trouble",
    "load_installed",
    "load_modules",
    "load_offered",
]

GROUP: Final = "pytest_repro.components"

SHIPPED: Final = ("pytest_repro.augmentation", "pytest_repro.training")
"""Packages of components that need no entry point: they are here."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Trouble:
    """What could not be loaded.

    Attributes:
        name: The module or entry point.
        message: What its import raised.
    """

    name: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What was found.

    Attributes:
        components: Sorted by id.
        troubles: What could not be loaded, sorted.
    """

    components: tuple[Registration, ...]
    troubles: tuple[Trouble, ...]


def load_modules(names: Iterable[str]) -> Loaded:
    """Import modules, and packages with all that is inside.

    Args:
        names: Such as ``project.parts``.

    Returns:
        The components that are defined in them.
    """
    roots = sorted(set(names))
    troubles = [trouble for root in roots for trouble in _import_all(root)]
    return Loaded(components=_inside(roots), troubles=tuple(sorted(troubles)))


def load_offered() -> Loaded:
    """Import what is shipped, and what installed packages offer.

    Returns:
        The components of all of them.
    """
    ours, theirs = load_modules(SHIPPED), load_installed()
    return Loaded(
        components=tuple(sorted((*ours.components, *theirs.components), key=_id)),
        troubles=tuple(sorted((*ours.troubles, *theirs.troubles))),
    )


def load_installed() -> Loaded:
    """Import what installed packages offer, and nothing of what is shipped.

    Returns:
        Their components.
    """
    troubles: list[Trouble] = []
    roots: list[str] = []
    for point in sorted(
        entry_points(group=GROUP), key=lambda one: (one.name, one.value)
    ):
        try:
            point.load()
        except Exception as error:  # noqa: BLE001  # whatever other people's code raises
            troubles.append(_trouble(f"entry point {point.name}", error))
        else:
            roots.append(point.module.partition(".")[0])
    return Loaded(components=_inside(roots), troubles=tuple(sorted(troubles)))


def _id(one: Registration) -> str:
    return one.id


def _import_all(root: str) -> Iterator[Trouble]:
    try:
        module = import_module(root)
    except Exception as error:  # noqa: BLE001  # whatever other people's code raises
        yield _trouble(root, error)
        return
    for one in pkgutil.iter_modules(getattr(module, "__path__", [])):
        if one.name != "__main__":
            yield from _import_all(f"{root}.{one.name}")


def _inside(roots: Iterable[str]) -> tuple[Registration, ...]:
    prefixes = tuple(f"{root}." for root in roots)
    found = map(find, registered())
    return tuple(
        one for one in found if f"{one.owner.__module__}.".startswith(prefixes)
    )


def _trouble(name: str, error: Exception) -> Trouble:
    first = str(error).partition("\n")[0]
    return Trouble(name=name, message=f"{type(error).__name__}: {first}")
