"""Canonical JSON: one value, one sequence of bytes; and a reader that is strict.

Records are compared, hashed and reviewed as bytes. So keys are sorted, indentation
is fixed, text is ASCII, lines end in LF, and a number that JSON readers disagree on
(a float, or an integer past 2**53) travels as a decimal string.

This is not RFC 8785: canonical JSON never decides whether two results are equal,
since any JSON float would lose −0.0 and NaN payloads. Bits do, see
`pytest_repro.records.Scalar`.
"""

import json
from collections.abc import Mapping
from typing import Final, Never, TypeAlias

__all__ = ["Json", "dumps", "dumps_line", "loads"]

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"
"""What a strict file can hold: there are no floats."""

MAX_DEPTH: Final = 32
MAX_INTEGER: Final = 2**53 - 1


def dumps(value: object) -> bytes:
    """Write a value as canonical JSON, indented, with a final newline.

    Args:
        value: Mappings with text keys, sequences, text, integers, booleans, None;
            floats and large integers become decimal strings.

    Returns:
        ASCII bytes; equal values give equal bytes.

    Raises:
        TypeError: If a value of another type is inside.
        ValueError: If the value is nested deeper than 32 levels.
    """
    plain = _to_plain(value, 0)
    text = json.dumps(plain, indent=2, sort_keys=True, allow_nan=False)
    return text.encode("ascii") + b"\n"


def dumps_line(value: object) -> bytes:
    """Write a value as canonical JSON on one line, for event streams.

    Args:
        value: As for `dumps`.

    Returns:
        ASCII bytes ending in a newline, without another newline inside.
    """
    plain = _to_plain(value, 0)
    text = json.dumps(plain, sort_keys=True, allow_nan=False, separators=(",", ":"))
    return text.encode("ascii") + b"\n"


def loads(data: bytes, *, max_bytes: int = 256 * 1024) -> Json:
    """Read JSON strictly.

    Args:
        data: The bytes of a whole document.
        max_bytes: The largest document accepted [bytes].

    Returns:
        The value, without floats.

    Raises:
        ValueError: If the document is too large, too deep, not UTF-8 or not JSON,
            or if it holds a float, NaN, an infinity, an integer of more than 53
            bits, or a key twice in one object.
    """
    if len(data) > max_bytes:
        msg = f"document of {len(data)} bytes is over the limit of {max_bytes}"
        raise ValueError(msg)
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
            parse_int=_bounded_integer,
        )
    except RecursionError:
        msg = f"document is nested deeper than {MAX_DEPTH} levels"
        raise ValueError(msg) from None
    _to_plain(value, 0)
    return value  # type: ignore[no-any-return]  # json.loads is typed as Any


def _to_plain(value: object, depth: int) -> Json:
    if depth > MAX_DEPTH:
        msg = f"value is nested deeper than {MAX_DEPTH} levels"
        raise ValueError(msg)
    match value:
        case None | bool() | str():
            return value
        case int():
            return value if abs(value) <= MAX_INTEGER else str(value)
        case float():
            return float.__repr__(value)  # a NumPy float would name its class
        case Mapping():
            return {
                _text_key(key): _to_plain(item, depth + 1)
                for key, item in value.items()
            }
        case list() | tuple():
            return [_to_plain(item, depth + 1) for item in value]
        case _:
            msg = f"no canonical form for {type(value).__name__}: {value!r}"
            raise TypeError(msg)


def _text_key(key: object) -> str:
    if not isinstance(key, str):
        msg = f"object keys are text, got {type(key).__name__}: {key!r}"
        raise TypeError(msg)
    return key


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for key, value in pairs:
        if key in found:
            msg = f"key {key!r} appears twice in one object"
            raise ValueError(msg)
        found[key] = value
    return found


def _refuse_number(text: str) -> Never:
    msg = f"number {text} is not allowed here: floats travel as text"
    raise ValueError(msg)


def _bounded_integer(text: str) -> int:
    digits = 17
    if len(text) > digits or abs(int(text)) > MAX_INTEGER:
        msg = f"integer {text[:20]} has more than 53 bits: it travels as text"
        raise ValueError(msg)
    return int(text)
