"""Values and their annotations: what a field may hold, as plain data and back.

Plain data is what TOML can say: truth values, whole numbers, floats, texts, lists and
tables. A table that stands for an object names it under `is`, which no field can be
called: ``arch/ResMLP@1``, the name of a dataclass, or ``None``. Nothing is converted
silently, but for a whole number where only a float is meant.
"""

import enum
import math
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import is_dataclass
from typing import Annotated, Any, Final, Literal, Never, Union, get_args, get_origin

from pytest_repro.errors import RecipeError
from pytest_repro.recipes.wording import nearest, shown

__all__ = ["IS", "NONE", "Objects", "decode", "encode", "options_of", "refuse"]

IS: Final = "is"
NONE: Final = "None"
MOST: Final = 2**63

Objects = Callable[[Any, Any, str], Any]
"""Turns an object into a table, or a table into an object; given its annotation."""


def options_of(hint: Any) -> tuple[Any, ...]:  # noqa: ANN401  # annotations have no type
    """Take an annotation apart into what it allows.

    Args:
        hint: The annotation, resolved.

    Returns:
        Each alternative, in order; aliases, unions and new types are opened.
    """
    if get_origin(hint) is Annotated:
        return options_of(get_args(hint)[0])
    if get_origin(hint) in {Union, types.UnionType}:
        return tuple(one for arg in get_args(hint) for one in options_of(arg))
    if hasattr(hint, "__supertype__"):
        return options_of(hint.__supertype__)
    if hasattr(hint, "__value__"):
        return options_of(hint.__value__)
    return (type(None) if hint is None else hint,)


def refuse(where: str, message: str) -> Never:
    """Tell what is wrong with a field.

    Args:
        where: The field.
        message: What is wrong.

    Raises:
        RecipeError: Always.
    """
    msg = f"{where or 'the recipe'} {message}"
    raise RecipeError(msg)


def encode(value: object, hint: Any, where: str, objects: Objects) -> Any:  # noqa: ANN401  # plain data
    """Turn a value into plain data, if its annotation allows it.

    Args:
        value: The value.
        hint: The annotation of its field.
        where: The field, for messages.
        objects: Turns a dataclass into a table.

    Returns:
        Plain data.

    Raises:
        RecipeError: If the annotation does not allow it, or TOML cannot say it.
    """
    options = options_of(hint)
    if is_dataclass(value) and not isinstance(value, type):
        return objects(value, hint, where)
    if isinstance(value, enum.Enum):
        return _encode_enum(value, options, where)
    if isinstance(value, tuple):
        return _encode_tuple(value, options, where, objects)
    plain = _scalar(value, options, where)
    return {IS: NONE} if plain is None else plain


def decode(plain: object, hint: Any, where: str, objects: Objects) -> Any:  # noqa: ANN401  # as annotated
    """Turn plain data into the value that an annotation asks for.

    Args:
        plain: Plain data.
        hint: The annotation of its field.
        where: The field, for messages.
        objects: Turns a table into a dataclass.

    Returns:
        The value.

    Raises:
        RecipeError: If the annotation does not allow it.
    """
    options = options_of(hint)
    if plain is None or plain == {IS: NONE}:
        return _scalar(None, options, where)
    if isinstance(plain, Mapping):
        return objects(plain, hint, where)
    if isinstance(plain, list | tuple):
        return _decode_list(plain, options, where, objects)
    if isinstance(plain, str):
        for option in options:
            if _is_enum(option) and plain in option.__members__:
                return option[plain]
        if any(map(_is_enum, options)) and not _allows(plain, options):
            names = [
                name for one in options if _is_enum(one) for name in one.__members__
            ]
            refuse(where, f"is no {plain!r}{nearest(plain, names)}")
    return _scalar(plain, options, where)


def _scalar(value: object, options: Sequence[Any], where: str) -> Any:  # noqa: ANN401  # bool, int, float, str or None
    if not isinstance(value, bool | int | float | str | None):
        refuse(where, f"holds {shown(value)}, which no recipe can: {ALLOWED}")
    if isinstance(value, float) and math.isnan(value):
        refuse(where, "is not a number, and so equals nothing, not even itself")
    if isinstance(value, int) and not -MOST <= value < MOST:
        refuse(where, f"has more than 64 bits: {shown(value)}")
    if isinstance(value, str) and any("\ud800" <= one <= "\udfff" for one in value):
        refuse(where, f"is no Unicode text: {value!a}")
    if _allows(value, options):
        return value
    if type(value) is int and float in options and float(value) == value:
        return float(value)
    refuse(where, f"is {_words(options)}, got {shown(value)}")


def _allows(value: object, options: Sequence[Any]) -> bool:
    return any(
        option in {Any, object}
        or option is type(value)
        or (get_origin(option) is Literal and _is_among(value, get_args(option)))
        for option in options
    )


def _is_among(value: object, choices: Sequence[object]) -> bool:
    return any(type(one) is type(value) and one == value for one in choices)


def _is_enum(option: object) -> bool:
    return isinstance(option, type) and issubclass(option, enum.Enum)


def _encode_enum(value: enum.Enum, options: Sequence[Any], where: str) -> str:
    enums = [one for one in options if _is_enum(one)]
    if type(value) not in enums or len(enums) > 1 or str in options:
        refuse(
            where,
            f"holds {shown(value)}: annotate it with {type(value).__name__} alone, or"
            " its name could be read as something else",
        )
    return value.name


def _encode_tuple(
    value: tuple[object, ...], options: Sequence[Any], where: str, objects: Objects
) -> list[Any]:
    def each(hints: Sequence[Any]) -> list[Any]:
        pairs = zip(value, hints, strict=True)
        return [
            encode(one, hint, f"{where}[{index}]", objects)
            for index, (one, hint) in enumerate(pairs)
        ]

    return list(_first_that_fits(len(value), options, where, each))


def _decode_list(
    plain: Sequence[object], options: Sequence[Any], where: str, objects: Objects
) -> tuple[Any, ...]:
    def each(hints: Sequence[Any]) -> tuple[Any, ...]:
        pairs = zip(plain, hints, strict=True)
        return tuple(
            decode(one, hint, f"{where}[{index}]", objects)
            for index, (one, hint) in enumerate(pairs)
        )

    return tuple(_first_that_fits(len(plain), options, where, each))


def _first_that_fits(
    count: int, options: Sequence[Any], where: str, each: Callable[[Sequence[Any]], Any]
) -> Any:  # noqa: ANN401  # a list or a tuple
    kinds = list(_tuples(options))
    for hints in kinds:
        try:
            return each(_spread(hints, count, where))
        except RecipeError:
            if hints is kinds[-1]:
                raise
    refuse(where, f"is {_words(options)}, got a list of {count}")


def _tuples(options: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    for option in options:
        if get_origin(option) is tuple:
            yield get_args(option)
        elif option in {tuple, Any, object}:
            yield (Any, ...)


def _spread(hints: tuple[Any, ...], count: int, where: str) -> Sequence[Any]:
    if len(hints) == 2 and hints[1] is Ellipsis:  # noqa: PLR2004  # tuple[X, ...]
        return [hints[0]] * count
    if len(hints) != count:
        refuse(where, f"has {len(hints)} items, got {count}")
    return hints


def _words(options: Sequence[Any]) -> str:
    """Say in words what an annotation allows."""
    names = [
        f"one of {', '.join(map(repr, get_args(one)))}"
        if get_origin(one) is Literal
        else "None"
        if one is type(None)
        else getattr(one, "__name__", str(one))
        if get_origin(one) is None
        else str(one)
        for one in options
    ]
    return " or ".join(names)


ALLOWED: Final = (
    "truth values, whole numbers, floats, texts, None, enumerations, tuples and frozen"
    " dataclasses"
)
