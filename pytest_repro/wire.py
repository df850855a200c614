"""Records to canonical bytes and back: the one place that knows msgspec.

Everything that crosses a process or a disk as JSON goes through here: jobs, events,
identities, outcomes. Floats travel as decimal strings and large integers as text, so
the strict reader of `pytest_repro.canonical` accepts the bytes. This is not the
reference format: traces and seeds are tables, see `pytest_repro.references`.
"""

from typing import Final, TypeVar

import msgspec

from pytest_repro import canonical
from pytest_repro.canonical import Json

__all__ = [
    "MAX_BYTES",
    "from_json",
    "read",
    "read_line",
    "to_json",
    "write",
    "write_line",
]

T = TypeVar("T")

MAX_BYTES: Final = 16 * 1024 * 1024


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
