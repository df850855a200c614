"""Hold JSON against a schema: the few words of draft 2020-12 that ours uses.

A word that is not known here is an error, never a pass. The pinned environment has no
validator of its own.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

Schema = Mapping[str, Any]

TYPES: Final[Mapping[str, Callable[[object], bool]]] = {
    "array": lambda value: isinstance(value, list),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "null": lambda value: value is None,
    "object": lambda value: isinstance(value, dict),
    "string": lambda value: isinstance(value, str),
}
SILENT: Final = frozenset({"$defs", "$id", "$schema", "description", "title"})


def faults(schema: Schema, value: object) -> list[str]:
    """List where a value breaks a schema.

    Args:
        schema: The whole schema.
        value: What a JSON reader gave.

    Returns:
        A line for each fault: the path, and what is wrong there.
    """
    return list(_faults(schema, value, "$", schema))


def _faults(node: Schema, value: object, path: str, whole: Schema) -> Iterator[str]:
    for word, told in node.items():
        if word in SIMPLE:
            wrong = not SIMPLE[word](told, value)
            yield from [f"{path}: breaks {word} {told}"] if wrong else []
        elif word in NESTED:
            yield from NESTED[word](node, value, path, whole)
        else:
            assert word in SILENT, f"unknown word in a schema: {word}"


def _referred(node: Schema, value: object, path: str, whole: Schema) -> Iterator[str]:
    kind = whole["$defs"][node["$ref"].removeprefix("#/$defs/")]
    yield from _faults(kind, value, path, whole)


def _any(node: Schema, value: object, path: str, whole: Schema) -> Iterator[str]:
    kinds = node["anyOf"]
    if all(list(_faults(one, value, path, whole)) for one in kinds):
        yield f"{path}: none of {len(kinds)} kinds"


def _items(node: Schema, value: object, path: str, whole: Schema) -> Iterator[str]:
    for n, one in enumerate(value if isinstance(value, list) else []):
        yield from _faults(node["items"], one, f"{path}[{n}]", whole)


def _required(node: Schema, value: object, path: str, _: Schema) -> Iterator[str]:
    if isinstance(value, dict):
        missing = [name for name in node["required"] if name not in value]
        yield from (f"{path}: no field {name}" for name in missing)


def _properties(node: Schema, value: object, path: str, whole: Schema) -> Iterator[str]:
    for name, one in (value if isinstance(value, dict) else {}).items():
        yield from _faults(
            node["properties"].get(name, {}), one, f"{path}.{name}", whole
        )


def _closed(node: Schema, value: object, path: str, _: Schema) -> Iterator[str]:
    assert node["additionalProperties"] is False, "only closed objects are known here"
    names = set(value if isinstance(value, dict) else {}) - set(node["properties"])
    yield from (f"{path}: unknown field {name}" for name in sorted(names))


SIMPLE: Final[Mapping[str, Callable[[Any, object], bool]]] = {
    "type": lambda told, value: TYPES[told](value),
    "enum": lambda told, value: value in told,
    "const": lambda told, value: value == told,
    "pattern": lambda told, value: bool(re.search(told, str(value))),
}
NESTED: Final[Mapping[str, Callable[[Schema, object, str, Schema], Iterator[str]]]] = {
    "$ref": _referred,
    "anyOf": _any,
    "items": _items,
    "required": _required,
    "properties": _properties,
    "additionalProperties": _closed,
}
