"""Read what `argparse` parsed as a recipe.

The parser is worth giving: its defaults fill in what the namespace lacks, and what it
declares, types and choices, then holds for `--repro-set`.
"""

from argparse import SUPPRESS, Action, ArgumentParser, Namespace
from collections.abc import Collection, Mapping
from typing import Any, Literal

from pytest_repro.recipes.foreign import Node, Reading, read

__all__ = ["from_argparse"]


def from_argparse(
    namespace: Namespace,
    *,
    parser: ArgumentParser | None = None,
    without: Collection[str] = (),
) -> Any:  # noqa: ANN401  # a section
    """Read parsed arguments.

    Args:
        namespace: What `parse_args` gave.
        parser: The parser; arguments of its subcommands are read by value alone.
        without: Places to leave out, such as a function that `set_defaults` put there.

    Returns:
        A frozen configuration, for `repro.recipe`.

    Raises:
        RecipeError: If an argument holds what no recipe can keep, such as a function or
            an open file.
    """
    hints = {} if parser is None else _hints(parser)
    values = _defaults(parser) | vars(namespace)

    def opened(value: object, where: str) -> object:
        if not where:
            return Node(values=values, hints=hints)
        return vars(value) if isinstance(value, Namespace) else value

    return read(
        namespace,
        Reading(source="argparse", without=frozenset(without), opened=opened),
    )


def _defaults(parser: ArgumentParser | None) -> dict[str, Any]:
    """What an empty command line would give, also where an argument is required."""
    if parser is None:
        return {}
    found = {
        one.dest: _default(one)
        for one in parser._actions  # noqa: SLF001  # public in all but name
        if SUPPRESS not in (one.dest, one.default) and not one.required
    }
    return found | parser._defaults  # noqa: SLF001  # likewise


def _default(action: Action) -> Any:  # noqa: ANN401  # as the action reads it
    """Read a default as `parse_args` does: only a text goes through the type."""
    kind: Any = action.type
    is_read = isinstance(action.default, str) and callable(kind)
    return kind(action.default) if is_read else action.default


def _hints(parser: ArgumentParser) -> Mapping[str, Any]:
    return {one.dest: _hint(one) for one in parser._actions}  # noqa: SLF001  # likewise


def _hint(action: Action) -> Any:  # noqa: ANN401  # an annotation
    """Say what an argument may be; None where that is its default."""
    kind: Any = action.type if action.type in {int, float, str} else Any
    choices = tuple(action.choices or ())
    if choices and all(type(one) in {bool, int, str} for one in choices):
        kind = Literal[choices]
    elif action.type is None and isinstance(action.default, str | None):
        kind = str if action.nargs is None and action.const is None else Any
    is_none = action.default is None and not action.required
    return kind | None if is_none and kind is not Any else kind
