"""The search space of a recipe: the domains that stand on its fields.

A space is a value, and draws nothing. Its places are those of overrides, so that a
trial is a recipe with other values.
"""

import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from pytest_repro.errors import RecipeError
from pytest_repro.recipes.domains import Domain
from pytest_repro.recipes.fields import Knob, knob_of
from pytest_repro.recipes.parts import Recipe
from pytest_repro.recipes.trees import fields_of
from pytest_repro.recipes.wording import joined, nearest

__all__ = ["Axis", "Space", "knobs_of", "reasons_of", "space_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """One field that can be searched over.

    Attributes:
        place: Such as ``optim.lr``.
        domain: What it may be set to.
        value: What it is in the recipe.
        why: Why.
    """

    place: str
    domain: Domain
    value: object
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """Several fields, searched jointly.

    Attributes:
        axes: The fields, sorted by place.
    """

    axes: tuple[Axis, ...]

    @property
    def size(self) -> int | None:
        """How many recipes it holds; None where that cannot be counted."""
        sizes = [one.domain.size for one in self.axes]
        return None if None in sizes else math.prod(size for size in sizes if size)


def space_of(config: object, *, only: tuple[str, ...] = ()) -> Space:
    """Collect the domains of a recipe.

    Args:
        config: A recipe, or a frozen dataclass.
        only: Patterns of places, such as ``arch.*``; all if left out.

    Returns:
        The joint space.

    Raises:
        RecipeError: If a pattern matches no field that has a domain.
    """
    axes = [
        Axis(place=place, domain=knob.search, value=value, why=knob.why)
        for place, value, knob in knobs_of(config)
        if knob.search is not None
    ]
    places = [one.place for one in axes]
    for pattern in only:
        if not any(fnmatchcase(place, pattern) for place in places):
            msg = f"nothing that can be searched is called {pattern!r}"
            raise RecipeError(msg + nearest(pattern, places))
    kept = [
        one
        for one in axes
        if not only or any(fnmatchcase(one.place, pattern) for pattern in only)
    ]
    return Space(axes=tuple(sorted(kept, key=lambda one: one.place)))


def reasons_of(config: object) -> dict[str, str]:
    """Collect why fields have their defaults.

    Args:
        config: A recipe, or a frozen dataclass.

    Returns:
        Reasons by place, where there is one.
    """
    return {place: knob.why for place, _, knob in knobs_of(config) if knob.why}


def knobs_of(config: object, where: str = "") -> Iterator[tuple[str, object, Knob]]:
    """Walk over every field of a recipe, dataclasses inside tuples left out.

    Args:
        config: A recipe, a dataclass or a value.
        where: Its place.

    Yields:
        The place of each field, its value, and what it says about itself.
    """
    if isinstance(config, Recipe):
        for role, part in config.parts:
            yield from knobs_of(part, role)
    elif dataclasses.is_dataclass(config):
        values = fields_of(config)
        for one in dataclasses.fields(config):
            if one.name in values:
                place = joined(where, one.name)
                yield place, values[one.name], knob_of(one)
                yield from knobs_of(values[one.name], place)
