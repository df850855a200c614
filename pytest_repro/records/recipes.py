"""The recipe of a run: which complete configuration it had, and what it read of it.

The text is the canonical dump, `pytest_repro.recipes.dump`: so a recipe can be looked
at and held against another one where nobody can import the project any more.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pytest_repro.digests import Digest

__all__ = ["RecipeUse", "recipe_fields"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeUse:
    """The recipe that a run asked for.

    Attributes:
        name: Such as ``package.module:function``.
        digest: Of the dump.
        dump: Every value, as canonical TOML.
        overrides: What the command line set, such as ``optim.lr=0.1``.
        unread: The places that the whole run never looked at, sorted.
    """

    name: str
    digest: Digest
    dump: str
    overrides: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


def recipe_fields(dump: str) -> dict[str, str]:
    r"""Lay a dump out as one line a field.

    Args:
        dump: What a recipe was dumped as.

    Returns:
        Places such as ``optim.lr``, and values as Python writes them.

    Raises:
        ValueError: If it is no TOML.

    Example:
        >>> recipe_fields('[optim]\nis = "optim/SGD@1"\nlr = 0.1\n')
        {'optim.is': "'optim/SGD@1'", 'optim.lr': '0.1'}
    """
    import tomllib  # noqa: PLC0415  # only where there is a recipe

    return dict(_walk(tomllib.loads(dump), ""))


def _walk(value: object, where: str) -> Iterator[tuple[str, str]]:
    if value == {"is": "None"}:
        yield where, "None"
    elif isinstance(value, Mapping):
        for name, inner in sorted(value.items()):
            yield from _walk(inner, f"{where}.{name}" if where else str(name))
    elif isinstance(value, list) and any(isinstance(one, dict) for one in value):
        for index, inner in enumerate(value):
            yield from _walk(inner, f"{where}[{index}]")
    else:
        yield where, repr(value)
