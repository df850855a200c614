"""JSON Schema of a recipe, for editors, web forms and other languages."""

import dataclasses
import enum
from typing import Any, Final, Literal, get_args, get_origin

from pytest_repro.recipes.components import registration_of
from pytest_repro.recipes.domains import Choices, Domain, FloatRange, IntRange
from pytest_repro.recipes.fields import knob_of
from pytest_repro.recipes.parts import Recipe
from pytest_repro.recipes.trees import encode_at, fields_of, hints_of
from pytest_repro.recipes.values import IS, NONE, options_of

__all__ = ["schema_of"]

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_NAMES: Final = {bool: "boolean", int: "integer", float: "number", str: "string"}


def schema_of(config: object) -> dict[str, Any]:
    """Describe what dumps of recipes like this one may hold.

    Args:
        config: A recipe, or a frozen dataclass.

    Returns:
        A JSON Schema; defaults, domains and reasons are in it.

    Raises:
        RecipeError: If an annotation cannot be resolved.
    """
    return {"$schema": DRAFT, **_node(config)}


def _node(config: object) -> dict[str, Any]:
    if isinstance(config, Recipe):
        parts = {role: _part(part) for role, part in config.parts}
        return _object(parts, required=sorted(parts))
    return _dataclass(type(config), config)


def _part(value: object) -> dict[str, Any]:
    is_node = dataclasses.is_dataclass(value) and not isinstance(value, type)
    return _node(value) if is_node else _annotated(value.__class__)


def _dataclass(kind: Any, config: object | None) -> dict[str, Any]:  # noqa: ANN401  # a dataclass
    found = registration_of(kind)
    values = {} if config is None else fields_of(config)
    hints = hints_of(kind)
    properties = {IS: {"const": found.id if found else kind.__name__}}
    required = [IS]
    for one in dataclasses.fields(kind):
        value = values.get(one.name)
        is_node = dataclasses.is_dataclass(value)
        properties[one.name] = _node(value) if is_node else _annotated(hints[one.name])
        properties[one.name] |= _told(one, hints[one.name])
        if one.default is one.default_factory is dataclasses.MISSING:
            required.append(one.name)
    return _object(properties, required=required)


def _object(properties: dict[str, Any], *, required: list[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _told(one: "dataclasses.Field[Any]", hint: Any) -> dict[str, Any]:  # noqa: ANN401  # an annotation
    knob = knob_of(one)
    told: dict[str, Any] = {"description": knob.why} if knob.why else {}
    if one.default is not dataclasses.MISSING:
        told["default"] = encode_at(one.default, hint, one.name)
    return told | _bounds(knob.search)


def _bounds(domain: Domain | None) -> dict[str, Any]:
    """Say a domain as an annotation: a recipe may leave it, a search does not."""
    match domain:
        case IntRange() | FloatRange():
            return {
                "x-search": {"low": domain.low, "high": domain.high, "log": domain.log}
            }
        case Choices():
            return {"x-search": {"choices": list(domain.choices)}}
        case _:
            return {}


def _annotated(hint: Any) -> dict[str, Any]:  # noqa: ANN401  # an annotation
    found = [_option(one) for one in options_of(hint)]
    return found[0] if len(found) == 1 else {"anyOf": found}


def _option(option: Any) -> dict[str, Any]:  # noqa: ANN401  # an annotation
    if option in _NAMES:
        return {"type": _NAMES[option]}
    if option is type(None):
        return _object({IS: {"const": NONE}}, required=[IS])
    if get_origin(option) is Literal:
        return {"enum": list(get_args(option))}
    if isinstance(option, type) and issubclass(option, enum.Enum):
        return {"enum": sorted(option.__members__)}
    if dataclasses.is_dataclass(option):
        return _dataclass(option, None)
    return _tuple(get_args(option)) if get_origin(option) is tuple else {}


def _tuple(hints: tuple[Any, ...]) -> dict[str, Any]:
    if hints[-1:] == (Ellipsis,):
        return {"type": "array", "items": _annotated(hints[0])}
    items = [_annotated(one) for one in hints]
    return {
        "type": "array",
        "prefixItems": items,
        "minItems": len(items),
        "items": False,
    }
