"""The canonical dump: one recipe, one text in TOML, one digest.

Keys are sorted, floats are written so that they come back bit for bit, and every
default is there: a default that changes in the code changes the digest of new runs, and
never what was dumped before. Reasons may be added as comments; the digest is of the
text without them.
"""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pytest_repro.digests import Digest, digest_of_parts
from pytest_repro.errors import RecipeError
from pytest_repro.recipes.trees import from_mapping, to_mapping
from pytest_repro.recipes.values import IS
from pytest_repro.recipes.wording import joined

__all__ = ["ALGORITHM", "digest", "dump", "load"]

ALGORITHM: Final = "recipe-toml-v1"
MAX_BYTES: Final = 1024 * 1024
INDENT: Final = "    "
_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def dump(config: object, *, comments: Mapping[str, str] | None = None) -> str:
    """Write a recipe as TOML.

    Args:
        config: A recipe, or a frozen dataclass.
        comments: By place, such as ``optim.lr``, what to write above it.

    Returns:
        The text; equal recipes give equal texts, but for comments.

    Raises:
        RecipeError: If something inside is nothing that a recipe can hold.
    """
    return "\n".join(_table(to_mapping(config), "", comments or {})).lstrip("\n") + "\n"


def digest(config: object) -> Digest:
    """Compute the digest that names a recipe.

    Args:
        config: A recipe, or a frozen dataclass.

    Returns:
        Equal for equal recipes only; floats count by their bits, so that −0.0 is
        another recipe than 0.0.
    """
    return digest_of_parts(ALGORITHM, (dump(config).encode(),))


def load(text: str, *, like: Any = None) -> Any:  # noqa: ANN401  # as it says
    """Read a dump, old ones through aliases and migrations.

    Args:
        text: What `dump` gave, or somebody wrote.
        like: A recipe, a dataclass or its class: says what tables are that are no
            components.

    Returns:
        The recipe; fields that the text lacks have their defaults.

    Raises:
        RecipeError: If it is no TOML or no recipe; the message says where.
    """
    if len(text) > MAX_BYTES:
        msg = f"a recipe of {len(text)} characters is over the limit of {MAX_BYTES}"
        raise RecipeError(msg)
    try:
        tree = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        msg = f"the recipe is no TOML: {error}"
        raise RecipeError(msg) from error
    return from_mapping(tree, like=like)


def _table(
    table: Mapping[str, Any], where: str, comments: Mapping[str, str]
) -> Iterator[str]:
    """Write the lines of a table: its values first, then the tables inside."""
    inner = [name for name, value in table.items() if _is_table(value)]
    if where and (len(table) > len(inner) or not inner):
        yield ""
        yield from _comment(where, comments)
        yield f"[{where}]"
    for name in sorted(table, key=_rank):
        if name not in inner:
            yield from _comment(joined(where, name), comments)
            yield f"{name} = {_value(table[name])}"
    for name in sorted(inner):
        yield from _table(table[name], joined(where, name), comments)


def _rank(name: str) -> tuple[bool, str]:
    return name != IS, name


def _is_table(value: object) -> bool:
    return isinstance(value, dict) and value != {IS: "None"}


def _comment(where: str, comments: Mapping[str, str]) -> Iterator[str]:
    if comments.get(where):
        yield f"# {' '.join(comments[where].split())}"


def _value(value: Any) -> str:  # noqa: ANN401  # plain data
    """Write a value; a list of objects over several lines: an item, a line, a diff."""
    if isinstance(value, list) and any(isinstance(one, dict | list) for one in value):
        lines = "".join(f"{INDENT}{_flat(one)},\n" for one in value)
        return f"[\n{lines}]"
    return _flat(value)


def _flat(value: Any) -> str:  # noqa: ANN401  # plain data
    """Write a value on one line: TOML allows no line break inside a table."""
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return int.__repr__(value)
        case float():
            return float.__repr__(value)
        case str():
            return f'"{"".join(map(_character, value))}"'
        case dict():
            pairs = (f"{key} = {_flat(value[key])}" for key in sorted(value, key=_rank))
            return f"{{ {', '.join(pairs)} }}"
        case _:
            return f"[{', '.join(map(_flat, value))}]"


def _character(one: str) -> str:
    if one in _ESCAPES:
        return _ESCAPES[one]
    is_control = ord(one) < 0x20 or ord(one) == 0x7F  # noqa: PLR2004  # as TOML has it
    return f"\\u{ord(one):04x}" if is_control else one
