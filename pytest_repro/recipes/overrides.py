"""Overrides: another value at one place of a recipe, checked like the first.

`with_(optim__lr=0.1)` says it in Python, `--repro-set optim.lr=0.1` as a text that the
annotation of the field reads. Both give a new recipe, and a misspelt place is an error
that names the nearest one.
"""

import contextlib
import dataclasses
import tomllib
from collections.abc import Iterable
from typing import Any, TypeVar

from pytest_repro.errors import RecipeError
from pytest_repro.recipes.parts import Recipe
from pytest_repro.recipes.trees import decode_at, encode_at, fields_of, hints_of
from pytest_repro.recipes.values import refuse
from pytest_repro.recipes.wording import joined, nearest

__all__ = ["replaced", "set_texts", "with_"]

C = TypeVar("C")


def with_(config: C, **changes: Any) -> C:  # noqa: ANN401  # as annotated
    """Give a recipe with other values.

    Args:
        config: A recipe, or a frozen dataclass.
        **changes: Places, with ``__`` for the dots, and values.

    Returns:
        A new one.

    Raises:
        RecipeError: If there is no such place, or the value is not for it.
    """
    for place, value in changes.items():
        config = replaced(config, place.split("__"), value)
    return config


def set_texts(config: C, settings: Iterable[str]) -> C:
    """Give a recipe with values that somebody typed.

    Args:
        config: A recipe, or a frozen dataclass.
        settings: Texts such as ``optim.lr=0.1``; values are written as in TOML, and
            texts need no quotes.

    Returns:
        A new one.

    Raises:
        RecipeError: If one is no such text, or names no place, or its value is not
            for it.
    """
    for setting in settings:
        place, equals, text = setting.partition("=")
        if not equals or not place.strip():
            msg = f"{setting!r} sets nothing: write PLACE=VALUE, as in optim.lr=0.1"
            raise RecipeError(msg)
        config = replaced(config, place.strip().split("."), text.strip(), is_text=True)
    return config


def replaced(
    config: C,
    place: list[str],
    value: object,
    *,
    is_text: bool = False,
    where: str = "",
) -> C:
    """Replace what is at one place.

    Args:
        config: A recipe, or a frozen dataclass.
        place: The names that lead there.
        value: What to put there.
        is_text: Whether it was typed, and the annotation says how to read it.
        where: What stands before the place, for messages.

    Returns:
        A new one.

    Raises:
        RecipeError: If there is no such place, or the value is not for it.
    """
    name, *rest = place
    if not (isinstance(config, Recipe) or dataclasses.is_dataclass(config)):
        refuse(where, f"is a value, and has no field {name!r}")
    fields = fields_of(config)
    if name not in fields:
        what = "part" if isinstance(config, Recipe) else "field"
        refuse(where, f"has no {what} {name!r}{nearest(name, fields)}")
    here = joined(where, name)
    if rest:
        new = replaced(fields[name], rest, value, is_text=is_text, where=here)
    else:
        new = _checked(config, name, value, here, is_text=is_text)
    if isinstance(config, Recipe):
        return Recipe(**{**fields, name: new})  # type: ignore[return-value]  # C is Recipe
    return dataclasses.replace(config, **{name: new})  # type: ignore[type-var]  # a dataclass


def _checked(
    config: object, name: str, value: object, where: str, *, is_text: bool
) -> object:
    is_recipe = isinstance(config, Recipe)
    old = fields_of(config)[name]
    hint = _kind_of(old) if is_recipe else hints_of(config.__class__)[name]
    if is_text:
        return _read(str(value), hint, where)
    plain = encode_at(value, hint, where)
    return plain if isinstance(plain, float) else value


def _kind_of(old: object) -> Any:  # noqa: ANN401  # an annotation
    """Say what a part that has no annotation may be replaced with."""
    is_plain = isinstance(old, bool | int | float | str)
    return type(old) if is_plain else Any


def _read(text: str, hint: Any, where: str) -> object:  # noqa: ANN401  # an annotation
    """Read a value as TOML if its annotation allows that, else as the text it is."""
    readings: list[object] = [None] if text == "None" else []
    with contextlib.suppress(ValueError):
        readings.append(tomllib.loads(f"value = {text}")["value"])
    readings.append(text)
    problem: RecipeError | None = None
    for reading in readings:
        try:
            return decode_at(reading, hint, where)
        except RecipeError as error:
            problem = problem or error
    raise problem or RecipeError(where)
