"""Words that the messages about recipes share: the nearest name, and a value shown."""

import difflib
from collections.abc import Collection

__all__ = ["joined", "nearest", "shown"]

LONGEST = 60


def nearest(word: str, known: Collection[str]) -> str:
    """Suggest the nearest word that exists.

    Args:
        word: What was written.
        known: What exists.

    Returns:
        ``; did you mean X?``, else all that exists.
    """
    near = difflib.get_close_matches(word, sorted(known), n=1)
    if near:
        return f"; did you mean {near[0]}?"
    return f" (known: {', '.join(sorted(known)) or 'nothing'})"


def shown(value: object) -> str:
    """Show a value and its type, for a message.

    Args:
        value: The value.

    Returns:
        Such as ``'fast' (str)``, shortened.
    """
    text = repr(value)
    short = text if len(text) <= LONGEST else text[:LONGEST] + "…"
    return short if value is None else f"{short} ({type(value).__name__})"


def joined(where: str, name: str) -> str:
    """Append a name to a place.

    Args:
        where: The place, such as ``optim``; empty for the top.
        name: The name.

    Returns:
        Such as ``optim.lr``.
    """
    return f"{where}.{name}" if where else name
