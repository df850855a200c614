"""Recipes as trees: from frozen dataclasses to plain data and back.

The plain tree is what is dumped, and what other configuration systems are read into.
Every default is in it; on the way back a field may be missing that has one.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, get_origin, get_type_hints

from pytest_repro.errors import RecipeError
from pytest_repro.recipes.components import (
    Registration,
    find,
    registration_of,
    version_of,
)
from pytest_repro.recipes.parts import Recipe
from pytest_repro.recipes.sections import is_name, is_section_tag, section
from pytest_repro.recipes.values import IS, decode, encode, options_of, refuse
from pytest_repro.recipes.wording import joined, nearest, shown

__all__ = [
    "decode_at",
    "encode_at",
    "fields_of",
    "from_mapping",
    "hints_of",
    "leaves",
    "to_mapping",
]


def fields_of(config: object) -> dict[str, Any]:
    """Return what a node of the tree holds, by name.

    Args:
        config: A recipe, or a frozen dataclass.

    Returns:
        The values, in the order of declaration.
    """
    if isinstance(config, Recipe):
        return dict(config.parts)
    names = [one.name for one in dataclasses.fields(config) if one.init]  # type: ignore[arg-type]  # asked before
    return {name: getattr(config, name) for name in names}


def hints_of(config: type) -> dict[str, Any]:
    """Resolve the annotations of a dataclass, nested names included.

    Args:
        config: The dataclass.

    Returns:
        The annotation of each field.

    Raises:
        RecipeError: If one names something that is not there.
    """
    found = registration_of(config)
    around = {} if found is None else {**vars(found.owner), found.name: found.owner}
    try:
        return get_type_hints(config, localns=around, include_extras=True)
    except NameError as error:
        msg = f"{config.__qualname__}: an annotation cannot be resolved: {error}"
        raise RecipeError(msg) from error


def leaves(config: object, where: str = "") -> Iterator[tuple[str, object]]:
    """Walk over every value that is no dataclass.

    Args:
        config: A recipe, a dataclass, a tuple or a value.
        where: Its place.

    Yields:
        Places such as ``arch.width`` or ``aug.ops[0].p``, and values.
    """
    if isinstance(config, Recipe) or dataclasses.is_dataclass(config):
        for name, value in fields_of(config).items():
            yield from leaves(value, joined(where, name))
    elif isinstance(config, tuple) and any(map(dataclasses.is_dataclass, config)):
        for index, value in enumerate(config):
            yield from leaves(value, f"{where}[{index}]")
    else:
        yield where, config


def to_mapping(config: object) -> dict[str, Any]:
    """Turn a recipe into plain data, every default materialised.

    Args:
        config: A recipe, or a frozen dataclass.

    Returns:
        Tables by name, sorted; each says under ``is`` what it stands for.

    Raises:
        RecipeError: If a value is not what its field is annotated with, or nothing
            that a recipe can hold.
    """
    if isinstance(config, Recipe):
        return {
            name: encode(part, Any, name, _to_table)
            for name, part in sorted(config.parts)
        }
    return _to_table(config, config.__class__, "")


def from_mapping(tree: Mapping[str, Any], *, like: Any = None) -> Any:  # noqa: ANN401  # as it says
    """Turn plain data into the recipe that it describes, strictly.

    Args:
        tree: As `to_mapping` gives it; fields with defaults may be missing.
        like: A recipe, a dataclass or its class: says what tables are that are no
            components, and do not say so themselves.

    Returns:
        A `Recipe`, or a dataclass where `like` is one or the top says so.

    Raises:
        RecipeError: If a key is unknown, a value of another type, or a component not
            known; the message says where.
    """
    if isinstance(like, Recipe) or (like is None and IS not in tree):
        known = dict(like.parts) if isinstance(like, Recipe) else {}
        return Recipe(
            **{
                name: decode(part, _hint_of(known.get(name)), name, _from_table)
                for name, part in tree.items()
            }
        )
    return _from_table(tree, _hint_of(like), "")


def encode_at(value: object, hint: Any, where: str) -> Any:  # noqa: ANN401  # plain data
    """Turn one value of a recipe into plain data.

    Args:
        value: The value.
        hint: The annotation of its field.
        where: Its place.

    Returns:
        Plain data.

    Raises:
        RecipeError: If the annotation does not allow it.
    """
    return encode(value, hint, where, _to_table)


def decode_at(plain: object, hint: Any, where: str) -> Any:  # noqa: ANN401  # as annotated
    """Turn plain data into one value of a recipe.

    Args:
        plain: Plain data.
        hint: The annotation of its field.
        where: Its place.

    Returns:
        The value.

    Raises:
        RecipeError: If the annotation does not allow it.
    """
    return decode(plain, hint, where, _from_table)


def _hint_of(like: object) -> Any:  # noqa: ANN401  # an annotation
    if isinstance(like, type):
        return like
    return type(like) if dataclasses.is_dataclass(like) else Any


def _to_table(config: Any, hint: Any, where: str) -> dict[str, Any]:  # noqa: ANN401  # a dataclass and its annotation
    kind = config.__class__
    if not kind.__dataclass_params__.frozen:
        refuse(where, f"holds {kind.__qualname__}, which can change: add frozen=True")
    if not _is_allowed(kind, hint):
        refuse(where, f"holds a {kind.__qualname__}, annotated is {hint}")
    found = registration_of(kind)
    table: dict[str, Any] = {IS: found.id if found else kind.__name__}
    hints = hints_of(kind)
    for name, value in sorted(fields_of(config).items()):
        table[name] = encode(value, hints[name], joined(where, name), _to_table)
    return table


def _is_allowed(kind: type, hint: Any) -> bool:  # noqa: ANN401  # an annotation
    options = options_of(hint)
    classes = [get_origin(one) or one for one in options]
    return Any in options or any(
        isinstance(one, type) and issubclass(kind, one) for one in classes
    )


def _from_table(table: Mapping[str, Any], hint: Any, where: str) -> Any:  # noqa: ANN401  # as annotated
    tag = table.get(IS)
    if tag is not None and not isinstance(tag, str):
        refuse(where, f"says what it is with {shown(tag)}: write its id as a text")
    values = {name: value for name, value in table.items() if name != IS}
    if isinstance(tag, str) and "/" in tag:
        found = find(tag)
        kind: Any = found.config
        values = _migrated(values, found, tag, where)
    elif is_section_tag(tag) and not _sections_in(tag, hint):
        return _section(str(tag), values, hint, where)
    else:
        kind = _plain_class(tag, hint, where)
    if not _is_allowed(kind, hint):
        refuse(where, f"is {tag}, but has to be {hint}")
    return _build(kind, values, where)


def _sections_in(tag: str | None, hint: Any) -> list[Any]:  # noqa: ANN401  # an annotation
    """Find the classes of sections that a table may be of, if it can be only one."""
    classes = [one for one in options_of(hint) if getattr(one, "__name__", "") == tag]
    return classes if len(classes) == 1 else []


def _section(tag: str, values: Mapping[str, Any], hint: Any, where: str) -> Any:  # noqa: ANN401  # a section
    """Make a section of what a dump says it holds, and nothing else does."""
    for name in values:
        if not is_name(name):
            refuse(where, f"has a field {name!r}, which is no name")
    made = section(
        tag,
        {
            name: decode(value, Any, joined(where, name), _from_table)
            for name, value in values.items()
        },
    )
    if not _is_allowed(type(made), hint):
        refuse(where, f"is {tag} with other fields than known here")
    return made


def _plain_class(tag: str | None, hint: Any, where: str) -> Any:  # noqa: ANN401  # a dataclass
    """Find the dataclass that a table without an id stands for."""
    classes = [one for one in options_of(hint) if dataclasses.is_dataclass(one)]
    named = [one for one in classes if tag in {None, getattr(one, "__name__", "")}]
    if len(named) == 1:
        return named[0]
    names = ", ".join(sorted(one.__name__ for one in classes))  # type: ignore[union-attr]  # classes have names
    return refuse(
        where,
        f"is {tag or 'a table of unknown class'}, known here: {names}"
        if classes
        else "is a table, and nothing says of what: write is = 'kind/Name@version', or"
        " read it with like=",
    )


def _migrated(
    values: Mapping[str, Any], found: Registration, tag: str, where: str
) -> dict[str, Any]:
    """Bring the fields of an older version up to the present one."""
    version = version_of(tag) or found.version
    if version > found.version:
        refuse(where, f"was written as {tag}, and here is {found.id}: update the code")
    for step in range(version, found.version):
        migrate = found.migrations.get(step)
        if migrate is None:
            refuse(
                where,
                f"was written as {tag}, and nothing leads from version {step} to"
                f" {step + 1}: add migrations={{{step}: …}} to {found.name}",
            )
        values = migrate(values)
    return dict(values)


def _build(kind: Any, values: Mapping[str, Any], where: str) -> Any:  # noqa: ANN401  # a dataclass
    fields = {one.name: one for one in dataclasses.fields(kind) if one.init}
    hints = hints_of(kind)
    for name in values:
        if name not in fields:
            refuse(where, f"has no field {name!r}{nearest(name, fields)}")
    for name, one in fields.items():
        is_needed = one.default is one.default_factory is dataclasses.MISSING
        if is_needed and name not in values:
            refuse(joined(where, name), "is missing, and has no default")
    given = {
        name: decode(value, hints[name], joined(where, name), _from_table)
        for name, value in values.items()
    }
    try:
        return kind(**given)
    except RecipeError:
        raise
    except (TypeError, ValueError) as error:
        refuse(where, f"cannot be made: {error}")
