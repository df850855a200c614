"""Committed examples: draws that failed once, in a file of the project for each part.

They are tried before anything else, in every session ever after, so that a fault that
exploring found by luck is found for certain from then on.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from pytest_repro.contracts.properties import Draw
from pytest_repro.disk import replace_file
from pytest_repro.errors import CorruptRecord

__all__ = ["FOLDER", "add_example", "read_examples"]

FOLDER: Final = Path("contracts", "examples")
"""Where examples are kept, from the root of the project."""


def read_examples(root: Path, subject: str, rule: str) -> Sequence[Draw]:
    """Read the examples of one property of one part.

    Args:
        root: Of the project.
        subject: The name of the part.
        rule: The name of the property.

    Returns:
        Draws, in the order of the file; none if there is no file.

    Raises:
        CorruptRecord: If the file cannot be read.
    """
    entries = _entries(_path(root, subject))
    try:
        return [_draw(entry) for entry in entries if entry["property"] == rule]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _corrupt(_path(root, subject), error) from error


def add_example(root: Path, subject: str, rule: str, *, draw: Draw) -> Path:
    """Add a draw to the examples of a part, unless it is there.

    Args:
        root: Of the project.
        subject: The name of the part.
        rule: The name of the property.
        draw: Where it fails.

    Returns:
        The file, which is to be committed.
    """
    path = _path(root, subject)
    entry = {
        "property": rule,
        "seed": draw.seed,
        "sizes": dict(draw.sizes),
        "values": draw.values,
        "extra": dict(draw.extra),
    }
    entries = _entries(path)
    if entry not in entries:
        path.parent.mkdir(parents=True, exist_ok=True)
        entries = sorted([*entries, entry], key=lambda e: json.dumps(e, sort_keys=True))
        text = json.dumps(entries, indent=1, sort_keys=True)
        replace_file(path, f"{text}\n".encode())
    return path


def _path(root: Path, subject: str) -> Path:
    safe = "".join(c if c.isalnum() or c in "-_." else "_" for c in subject)
    return root / FOLDER / f"{safe}.json"


def _entries(path: Path) -> list[dict[str, Any]]:
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError:
        return []
    except ValueError as error:
        raise _corrupt(path, error) from error
    if not isinstance(found, list):
        raise _corrupt(path, "not a list")
    return found


def _draw(entry: dict[str, Any]) -> Draw:
    return Draw(
        seed=int(entry["seed"]),
        sizes={str(name): int(size) for name, size in entry["sizes"].items()},
        values=str(entry["values"]),
        extra=dict(entry["extra"]),
    )


def _corrupt(path: Path, why: object) -> CorruptRecord:
    return CorruptRecord(
        f"no list of examples: {why}",
        path=str(path),
        remedy="restore it from git, or delete it and explore again",
    )
