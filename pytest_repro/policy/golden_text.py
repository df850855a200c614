"""Write a golden path: one spelling for each, so that a diff shows what was decided.

The comment at the beginning of the file is kept. Other comments would be lost, so
whoever writes asks first (`loses_comments`), and shows a person what to put in by hand
(`pin_text`). A `note` is the place for what should be known beside an entry. Pure.
"""

import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from pytest_repro.policy.golden import FORMAT, Deviation, GoldenPath, Pin

__all__ = ["loses_comments", "pin_text", "with_pin", "write"]

_STRING: Final = re.compile(r'"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'')


def write(path: GoldenPath) -> bytes:
    """Write a golden path.

    Args:
        path: What it says.

    Returns:
        UTF-8 bytes; equal paths give equal bytes.
    """
    tables = [
        *map(pin_text, path.pins),
        *(_table("deviation", _deviation_values(one)) for one in path.deviations),
    ]
    return "\n".join((f"{path.heading}format = {_text(FORMAT)}\n", *tables)).encode()


def pin_text(pin: Pin) -> str:
    """Write one pin.

    Args:
        pin: The pin.

    Returns:
        Its table.
    """
    values = {
        "experiment": pin.experiment,
        "environment": pin.environment,
        "sums": pin.sums,
        "revision": pin.revision,
        "owner": pin.owner,
        "note": pin.note,
    }
    return _table("golden", values)


def with_pin(path: GoldenPath, pin: Pin) -> GoldenPath:
    """Add a pin, or put it in the place of that of the same reference.

    Args:
        path: A golden path.
        pin: The pin; without a note it keeps that of the one before.

    Returns:
        The path with it.
    """
    same = [one for one in path.pins if _names(one) == _names(pin)]
    note = pin.note or next((one.note for one in same), "")
    kept = [one for one in path.pins if one not in same]
    pins = sorted((*kept, replace(pin, note=note)), key=_names)
    return replace(path, pins=tuple(pins))


def loses_comments(text: str) -> bool:
    """Tell whether there are comments besides that at the very beginning.

    Args:
        text: A golden path, as it stands in its file.

    Returns:
        Whether writing it anew would lose one.
    """
    lines = text.splitlines()
    first = next((n for n, line in enumerate(lines) if line[:1] != "#"), len(lines))
    return any("#" in _STRING.sub("", line) for line in lines[first:])


def _names(pin: Pin) -> tuple[str, str]:
    return pin.experiment, pin.environment


def _deviation_values(deviation: Deviation) -> Mapping[str, object]:
    return {
        "experiment": deviation.experiment,
        "items": deviation.items,
        "owner": deviation.owner,
        "reason": deviation.reason,
        "approved": deviation.approved,
        "expires": deviation.expires,
        "note": deviation.note,
    }


def _table(name: str, values: Mapping[str, object]) -> str:
    lines = (
        f"{key} = {_value(value)}\n"
        for key, value in values.items()
        if value is not None and value != ""
    )
    return f"[[{name}]]\n{''.join(lines)}"


def _value(value: object) -> str:
    match value:
        case tuple():
            return f"[{', '.join(_text(one) for one in value)}]"
        case dt.date():
            return value.isoformat()
        case int():
            return str(value)
        case _:
            return _text(str(value))


def _text(text: str) -> str:
    """Write a basic string; JSON's escapes are TOML's, but for one character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
