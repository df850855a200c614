"""Read what Lightning's CLI, or any parser of jsonargparse, parsed as a recipe.

Classes are read as they were parsed, `class_path` and `init_args`, not as the objects
that were made of them. Which files values came from is left out: the values are there.
"""

import os
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from pytest_repro.errors import RecipeError
from pytest_repro.recipes.foreign import Reading, read

if TYPE_CHECKING:
    from jsonargparse import ArgumentParser

__all__ = ["from_lightning_cli"]


def from_lightning_cli(
    config: object,
    *,
    parser: "ArgumentParser | None" = None,
    without: Collection[str] = (),
) -> Any:  # noqa: ANN401  # a section
    """Read parsed arguments.

    Args:
        config: A `LightningCLI`; a namespace of jsonargparse; or, with a parser, the
            text that its `dump` gave.
        parser: Reads a text.
        without: Places to leave out, such as ``trainer.default_root_dir``.

    Returns:
        A frozen configuration, for `repro.recipe`.

    Raises:
        RecipeError: If a text comes without a parser, or an argument holds what no
            recipe can keep.
    """
    if isinstance(config, str):
        if parser is None:
            msg = "a dump is read by its parser: from_lightning_cli(text, parser=…)"
            raise RecipeError(msg)
        config = parser.parse_string(config)
    reading = Reading(
        source="lightning_cli", without=frozenset(without), opened=_opened
    )
    return read(_asked_for(config), reading)


def _asked_for(config: Any) -> object:  # noqa: ANN401  # a namespace, or what has one
    """Find the namespace of the subcommand that ran, such as that of ``fit``."""
    name = getattr(config, "subcommand", None)
    found = getattr(config, "config", None)
    is_cli = hasattr(config, "parser") and found is not None
    if is_cli:
        config = found
    inner = getattr(config, str(name), None) if name else None
    return config if inner is None else inner


def _opened(value: object, where: str) -> object:
    from jsonargparse import Namespace  # noqa: PLC0415  # an extra

    if isinstance(value, Namespace):
        return {
            name: one
            for name, one in vars(value).items()
            if where or name != "config" or not _are_files(one)
        }
    # As it was typed: a relative path means the same on another machine.
    return str(value) if isinstance(value, os.PathLike) else value


def _are_files(value: object) -> bool:
    """Tell whether an argument names the files that others were read from."""
    found = [] if value is None else value
    return isinstance(found, list) and all(isinstance(o, os.PathLike) for o in found)
