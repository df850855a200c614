"""Recipes: the complete, frozen configuration of a run, made of typed components.

Start here: `components` (a part and its id), `fields` and `domains` (a default, what it
may be, and why), `functions` (a whole, under a name), `trees` (plain data and
back), `dumps` (the canonical text, its digest, and reading old ones).
"""

from pytest_repro.recipes.components import (
    Buildable,
    Component,
    Migration,
    Registration,
    component,
    find,
    registered,
    registration_of,
)
from pytest_repro.recipes.domains import Choices, Domain, FloatRange, IntRange
from pytest_repro.recipes.dumps import ALGORITHM, digest, dump, load
from pytest_repro.recipes.fields import Field, Knob, knob_of
from pytest_repro.recipes.functions import RecipeFunction, recipe
from pytest_repro.recipes.overrides import set_texts, with_
from pytest_repro.recipes.parts import Recipe
from pytest_repro.recipes.spaces import Axis, Space, space_of
from pytest_repro.recipes.trees import from_mapping, leaves, to_mapping

__all__ = [
    "ALGORITHM",
    "Axis",
    "Buildable",
    "Choices",
    "Component",
    "Domain",
    "Field",
    "FloatRange",
    "IntRange",
    "Knob",
    "Migration",
    "Recipe",
    "RecipeFunction",
    "Registration",
    "Space",
    "component",
    "digest",
    "dump",
    "find",
    "from_mapping",
    "knob_of",
    "leaves",
    "load",
    "recipe",
    "registered",
    "registration_of",
    "set_texts",
    "space_of",
    "to_mapping",
    "with_",
]
