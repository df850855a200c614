"""Records to canonical bytes and back: the one place that knows msgspec.

Everything that crosses a process or a disk as JSON goes through here: jobs, events,
identities, outcomes. Floats travel as decimal strings and large integers as text, so
the strict reader of `pytest_repro.canonical` accepts the bytes. This is not the
reference format: traces and seeds are tables, see `pytest_repro.references`.
"""

import inspect
from collections.abc import Mapping
from typing import Final, TypeVar

import msgspec

from pytest_repro import canonical
from pytest_repro.canonical import Json

__all__ = [
    "MAX_BYTES",
    "from_json",
    "json_schema",
    "read",
    "read_line",
    "to_json",
    "write",
    "write_line",
]

T = TypeVar("T")

MAX_BYTES: Final = 16 * 1024 * 1024

_FLOAT: Final[Json] = {
    "type": "string",
    "pattern": r"^(-?[0-9]+(\.[0-9]+)?(e[+-][0-9]+)?|-?inf|nan)$",
}
_INTEGER: Final[Json] = {
    "anyOf": [{"type": "integer"}, {"type": "string", "pattern": "^-?[0-9]+$"}]
}


def to_json(record: object) -> Json:
    """Turn a record into plain JSON values.

    Args:
        record: A dataclass of `pytest_repro.records`.

    Returns:
        The same as mappings, lists and text; floats as decimal text.
    """
    return canonical.loads(write(record), max_bytes=MAX_BYTES)


def from_json(kind: type[T], value: object) -> T:
    """Build a record from plain JSON values.

    Fields that this version does not know are ignored.

    Args:
        kind: The class of the record.
        value: What `to_json` gave.

    Returns:
        The record.

    Raises:
        ValueError: If a field is missing or of another type, naming its path.
    """
    try:
        return msgspec.convert(value, type=kind, strict=False)
    except msgspec.ValidationError as error:
        msg = f"not a {kind.__name__}: {error}"
        raise ValueError(msg) from error


def json_schema(kind: type) -> dict[str, Json]:
    """Describe what `to_json` gives, for readers in other languages.

    Every field is always written, so all are required, and nothing else is allowed.

    Args:
        kind: The class of the record.

    Returns:
        The classes inside it, by name, each as a JSON Schema (draft 2020-12) that
        refers to the others by ``#/$defs/…``; floats are decimal text, and integers
        of more than 53 bits are text.
    """
    described = msgspec.json.schema(kind)
    return {
        name: _closed(one) for name, one in sorted(described.get("$defs", {}).items())
    }


def write(record: object) -> bytes:
    """Write a record as a canonical JSON document.

    Args:
        record: A dataclass of `pytest_repro.records`.

    Returns:
        ASCII bytes; equal records give equal bytes.
    """
    return canonical.dumps(msgspec.to_builtins(record))


def write_line(record: object) -> bytes:
    """Write a record as one line of canonical JSON.

    Args:
        record: A dataclass of `pytest_repro.records`.

    Returns:
        ASCII bytes ending in a newline.
    """
    return canonical.dumps_line(msgspec.to_builtins(record))


def read(kind: type[T], data: bytes, *, max_bytes: int = MAX_BYTES) -> T:
    """Read a canonical JSON document strictly.

    Args:
        kind: The class of the record.
        data: The bytes.
        max_bytes: The largest document accepted [bytes].

    Returns:
        The record.

    Raises:
        ValueError: If the bytes are not strict JSON or not such a record.
    """
    return from_json(kind, canonical.loads(data, max_bytes=max_bytes))


read_line = read


def _closed(node: object) -> Json:
    """Say of a schema by msgspec what our canonical form makes of it."""
    match node:
        case {"type": "number"}:
            return _FLOAT
        case {"type": "integer"}:
            return _INTEGER
        case {"type": "object", "properties": Mapping() as fields, **rest}:
            return {
                "type": "object",
                "description": inspect.cleandoc(str(rest.get("description", ""))),
                "properties": {name: _closed(one) for name, one in fields.items()},
                "required": sorted(fields),
                "additionalProperties": False,
            }
        case Mapping():
            return {
                key: _closed(one)
                for key, one in node.items()
                if key not in {"title", "default"}
            }
        case list():
            return [_closed(one) for one in node]
        case str() | bool() | int() | None:
            return node
        case _:
            msg = f"no canonical form for this in a schema: {node!r}"
            raise TypeError(msg)
