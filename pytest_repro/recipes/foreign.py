"""Configurations of other systems: read into sections, frozen, and typed.

Each system has a file of its own that knows its library, `from_hydra`, `from_pydantic`,
`from_argparse` and `from_lightning_cli`; what they share is here. Nothing is converted
that would lose a bit, and what cannot be kept is refused with its place. Secrets are
never read: leave them out by their place.
"""

import dataclasses
import enum
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

from pytest_repro.recipes.components import registration_of
from pytest_repro.recipes.sections import ITEM, Section, hint_for, is_name, section
from pytest_repro.recipes.trees import to_mapping
from pytest_repro.recipes.values import options_of, refuse
from pytest_repro.recipes.wording import joined, nearest, shown

__all__ = ["Node", "Reading", "declared_by", "looks_secret", "read", "thawed"]

DEEPEST: Final = 64
_SECRET: Final = re.compile(
    r"(?:^|[._])(?:password|passwd|secret|api_?key|credentials|(?:access|auth)_token)$",
    re.IGNORECASE,
)
"""Names under which a text is taken for a secret; a tokenizer's tokens are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What an object of another system holds.

    Attributes:
        values: By name.
        name: Of its class, where the class says something.
        hints: What its class declares.
    """

    values: Mapping[Any, object]
    name: str = ""
    hints: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How configurations of one system are read.

    Attributes:
        source: The system.
        without: The places that are left out.
        opened: Turns an object of the system into a `Node`, or into plain data; what
            it does not know it returns as it is.
    """

    source: str
    without: frozenset[str] = frozenset()
    opened: Callable[[object, str], object] = lambda value, _: value


def read(config: object, reading: Reading) -> Any:  # noqa: ANN401  # a section
    """Read a whole configuration.

    Args:
        config: Of the other system.
        reading: How it is read.

    Returns:
        A section: frozen, typed, and a recipe like any other.

    Raises:
        RecipeError: If something cannot be kept, or a place to leave out is not there.
    """
    places: set[str] = set()
    made = _frozen(config, "", reading, places)
    if not isinstance(made, Section):
        what = type(config).__name__
        refuse("", f"is a {what}; it takes fields, whose names are words of Python")
    for place in sorted(reading.without - places):
        known = {one for one in places if not one.endswith("]")}
        refuse(place, f"is to be left out, and is not there{nearest(place, known)}")
    to_mapping(made)
    return made


def thawed(config: object) -> Any:  # noqa: ANN401  # plain data
    """Turn sections back into dictionaries and lists, as other systems take them.

    Args:
        config: A section, or what is inside.

    Returns:
        Plain data, except for what is no section; every field counts as read.
    """
    if isinstance(config, Section):
        names = [one.name for one in dataclasses.fields(config)]  # type: ignore[arg-type]  # every section is one
        return {name: thawed(getattr(config, name)) for name in names}
    if isinstance(config, tuple):
        if config and all(map(_is_item, config)):
            return {one.key: thawed(one.value) for one in config}
        return [thawed(one) for one in config]
    return config


def _is_item(value: object) -> bool:
    is_tagged = type(value).__name__.endswith(f":{ITEM}")
    return isinstance(value, Section) and is_tagged and hasattr(value, "key")


def _frozen(value: object, where: str, reading: Reading, places: set[str]) -> Any:  # noqa: ANN401  # a frozen value
    """Freeze one value and what is inside."""
    if where.count(".") + where.count("[") > DEEPEST:
        refuse(f"{where[:DEEPEST]}…", f"lies over {DEEPEST} deep, or in itself")
    if hasattr(value, "get_secret_value"):
        refuse(where, f"is a secret: {_leave_out(where)}")
    value = reading.opened(value, where)
    if _is_declared_here(value):
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, Node | type):
        value = _node_of(value)
    if isinstance(value, Mapping):
        value = Node(values=value)
    if isinstance(value, Node):
        return _section_of(value, where, reading, places)
    if isinstance(value, list | tuple | AbstractSet):
        items = _sorted(value) if isinstance(value, AbstractSet) else value
        return tuple(
            _frozen(one, f"{where}[{index}]", reading, places)
            for index, one in enumerate(items)
        )
    return _leaf(value, where)


def _is_declared_here(value: object) -> bool:
    return registration_of(type(value)) is not None


def _node_of(config: Any) -> Node:  # noqa: ANN401  # a dataclass
    names = [one.name for one in dataclasses.fields(config)]
    return Node(
        name=type(config).__name__,
        values={name: getattr(config, name) for name in names},
        hints=declared_by(type(config)),
    )


def declared_by(kind: type) -> Mapping[str, Any]:
    """Resolve what a class declares for its fields.

    Args:
        kind: The class.

    Returns:
        Annotations by name; none if one of them cannot be resolved.
    """
    try:
        return get_type_hints(kind)
    except NameError:
        return {}


def _leaf(value: object, where: str) -> object:
    """Keep a value that has a form of its own; its class must be exactly one of few."""
    if isinstance(value, PurePath):
        return value.as_posix()
    if isinstance(value, str | bytes) and value and looks_secret(where):
        refuse(where, f"looks like a secret: {_leave_out(where)}")
    if isinstance(value, enum.Enum) or type(value) in _PLAIN:
        return value
    return refuse(where, f"holds {shown(value)}, no recipe can: {_leave_out(where)}")


def looks_secret(name: str) -> bool:
    """Tell whether a text is a secret, by what it is called.

    Args:
        name: A place, or the name of a variable.

    Returns:
        Whether it is called as secrets are.
    """
    return bool(_SECRET.search(name))


def _leave_out(where: str) -> str:
    return f"leave it out with without=[{where!r}]"


_PLAIN: Final = (bool, int, float, str, type(None))


def _section_of(node: Node, where: str, reading: Reading, places: set[str]) -> Any:  # noqa: ANN401  # a section, or a tuple of items
    values = dict(_entries(node, where, reading, places))
    if not all(map(is_name, values)):
        return _items(values, reading)
    tag = f"{reading.source}:{node.name}" if node.name else reading.source
    hints = {
        name: _hint(value, node.hints.get(name, Any)) for name, value in values.items()
    }
    return section(tag, values, hints)


def _entries(
    node: Node, where: str, reading: Reading, places: set[str]
) -> Iterator[tuple[Any, object]]:
    for key, value in node.values.items():
        here = joined(where, str(key))
        places.add(here)
        if here not in reading.without:
            yield key, _frozen(value, here, reading, places)


def _items(values: Mapping[Any, object], reading: Reading) -> tuple[Any, ...]:
    """Keep a mapping whose keys are no names as a list, whatever its order was."""
    tag = f"{reading.source}:{ITEM}"
    return tuple(section(tag, {"key": k, "value": values[k]}) for k in _sorted(values))


def _sorted(values: Collection[Any]) -> list[Any]:
    return sorted(values, key=lambda one: (type(one).__name__, repr(one)))


def _hint(value: object, declared: Any) -> Any:  # noqa: ANN401  # annotations
    """Annotate a value as its class declared it, where that says something of it."""
    options = options_of(declared)
    is_known = all(one in _PLAIN or _is_choice(one) for one in options)
    is_fit = any(
        _is_among(value, get_args(one))
        if get_origin(one) is Literal
        else type(value) is one
        for one in options
    )
    return declared if is_known and is_fit else hint_for(value)


def _is_among(value: object, choices: tuple[object, ...]) -> bool:
    return any(type(one) is type(value) and one == value for one in choices)


def _is_choice(option: object) -> bool:
    is_enum = isinstance(option, type) and issubclass(option, enum.Enum)
    return is_enum or get_origin(option) is Literal
