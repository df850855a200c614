"""Sections: parts of a recipe whose fields nobody declared here, frozen all the same.

A configuration that comes from elsewhere has its own shape. A section is a frozen
dataclass made for that shape, so that everything which takes a recipe takes it: dumps,
digests, overrides, and the notes of what a run reads. Its tag says where it comes from.
"""

import dataclasses
import functools
import keyword
import operator
import re
from collections.abc import Mapping
from dataclasses import make_dataclass
from typing import Any, Final

__all__ = ["ITEM", "Section", "hint_for", "is_name", "is_section_tag", "section"]

SOURCES: Final = frozenset({"argparse", "hydra", "lightning_cli", "pydantic"})
ITEM: Final = "item"
"""Of the class that stands for one entry of a mapping whose keys are no names."""

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Section:
    """The base of every section: `isinstance` tells that nobody declared it here."""

    __slots__ = ()

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to another process as what it is made of: its class has no module."""
        fields = dataclasses.fields(self)  # type: ignore[arg-type]  # every section is one
        values = {one.name: getattr(self, one.name) for one in fields}
        declared = {
            one.name: one.type
            for one in fields
            if one.type != hint_for(values[one.name])
        }
        return section, (type(self).__name__, values, declared)


def section(
    tag: str, values: Mapping[str, Any], hints: Mapping[str, Any] | None = None
) -> Any:  # noqa: ANN401  # a dataclass made for it
    """Make a section.

    Args:
        tag: Where it comes from, and of which class, such as ``pydantic:Optimizer``.
        values: By name; each is frozen.
        hints: What each may be; what `hint_for` says if left out.

    Returns:
        A frozen dataclass; of one class for one tag and one set of annotations.
    """
    known = hints or {}
    fields = tuple(
        (name, known.get(name, hint_for(values[name]))) for name in sorted(values)
    )
    return _class(tag, fields)(**values)


def is_name(key: object) -> bool:
    """Tell whether a key can be the name of a field, in Python and in TOML.

    Args:
        key: Any key of a mapping.

    Returns:
        Whether it can.
    """
    return (
        isinstance(key, str)
        and bool(_NAME.fullmatch(key))
        and not keyword.iskeyword(key)
        and not key.startswith("__")
    )


def is_section_tag(tag: str | None) -> bool:
    """Tell whether a table of a dump stands for a section.

    Args:
        tag: What the table says it is.

    Returns:
        Whether it does.
    """
    return tag is not None and tag.partition(":")[0] in SOURCES


def hint_for(value: object) -> Any:  # noqa: ANN401  # an annotation
    """Annotate a value by what it is.

    Args:
        value: A frozen value.

    Returns:
        Its class; for a tuple that of its items; for None anything.
    """
    if value is None:
        return Any
    if isinstance(value, tuple):
        kinds = tuple(dict.fromkeys(map(hint_for, value)))
        if not kinds or Any in kinds:
            return _ANY_TUPLE
        return tuple[functools.reduce(operator.or_, kinds), ...]  # type: ignore[misc]  # made at run time
    return value.__class__


_ANY_TUPLE: Final = tuple[Any, ...]


@functools.cache
def _class(tag: str, fields: tuple[tuple[str, Any], ...]) -> Any:  # noqa: ANN401  # a class
    """Make a class once, so that equal sections are of one class."""
    made = make_dataclass(
        tag, fields, bases=(Section,), frozen=True, kw_only=True, slots=True
    )
    made.__module__ = __name__
    return made
