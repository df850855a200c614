"""What a recipe should not be left with: advice, one line each."""

import dataclasses
from collections.abc import Collection, Iterator
from typing import Any

from pytest_repro.recipes.components import registration_of
from pytest_repro.recipes.functions import RecipeFunction
from pytest_repro.recipes.parts import Recipe
from pytest_repro.recipes.spaces import knobs_of
from pytest_repro.recipes.trees import fields_of
from pytest_repro.recipes.wording import shown

__all__ = ["lint"]


def lint(recipe: RecipeFunction[object], *, unread: Collection[str] = ()) -> list[str]:
    """Find what a recipe should not be left with.

    Args:
        recipe: The recipe.
        unread: Places that its last run never read.

    Returns:
        One line for each finding, sorted.

    Raises:
        RecipeError: If it cannot be resolved.
    """
    config = recipe.resolve()
    found = [f"{place}: the last run never read it" for place in unread]
    if not recipe.doc:
        found.append(f"{recipe.name}: no docstring says what the recipe is for")
    return sorted({*found, *_knobs(config), *_components(config, "")})


def _knobs(config: object) -> Iterator[str]:
    for place, value, knob in knobs_of(config):
        if knob.search is None:
            continue
        if not knob.why:
            yield f"{place}: is searched over, and no why says what speaks for it"
        if not knob.search.contains(value):
            yield f"{place}: {shown(value)} is outside of {knob.search.text}"


def _components(config: object, where: str) -> Iterator[str]:
    """Walk over the parts, and look at the class of each component."""
    if isinstance(config, tuple):
        for value in config:
            yield from _components(value, where)
    if not (isinstance(config, Recipe) or dataclasses.is_dataclass(config)):
        return
    kind: Any = config.__class__  # a reading proxy has that of its config
    found = registration_of(kind)
    if found is not None and not found.owner.__doc__:
        yield f"{found.id}: no docstring says what the component is for"
    for name, value in fields_of(config).items():
        yield from _components(value, name)
