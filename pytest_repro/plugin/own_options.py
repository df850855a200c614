"""The options that the project's own conftest files declare, from parent to worker.

A worker has a command line of its own, so ``--dataset=small`` of the parent would be
lost, and the experiment would train on something else without a word. Values travel as
Python literals, paths included; a value that cannot travel is refused, not dropped.
"""

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

__all__ = ["note_foreign_options", "take_options", "write_options"]

_foreign_key: Final = pytest.StashKey[frozenset[str]]()
_parser_key: Final = pytest.StashKey[pytest.Parser]()

_PATH: Final = type(Path()).__name__


def note_foreign_options(config: pytest.Config, parser: pytest.Parser) -> None:
    """Note which options exist before the project's conftest files add theirs.

    Args:
        config: pytest's, before conftest files are loaded.
        parser: Knows the options, and later also those of conftest files.
    """
    config.stash[_foreign_key] = frozenset(vars(config.known_args_namespace))
    config.stash[_parser_key] = parser


def write_options(config: pytest.Config) -> Mapping[str, str]:
    """Write the values of the project's own options as Python literals.

    Args:
        config: pytest's.

    Returns:
        Literals by option name; defaults are left out where they cannot be written,
        since a worker finds the same ones.

    Raises:
        pytest.UsageError: If a value was given that cannot be written.
    """
    foreign = config.stash[_foreign_key]
    defaults = _defaults(config.stash[_parser_key])
    written: dict[str, str] = {}
    for name, value in sorted(vars(config.option).items()):
        if name in foreign:
            continue
        if _can_travel(value):
            written[name] = repr(value)
        elif name not in defaults or defaults[name] != value:
            msg = (
                f"option {name} of the project holds {value!r}, which cannot be handed "
                "to a worker\n  declare it with type=str, int, float, bool or Path"
            )
            raise pytest.UsageError(msg)
    return written


def take_options(config: pytest.Config, options: Mapping[str, str]) -> None:
    """Give the project's own options the parent's values.

    Args:
        config: Of a worker, before anybody else configures himself by it.
        options: What `write_options` gave.
    """
    for name, text in options.items():
        setattr(config.option, name, _read(text))


def _can_travel(value: object) -> bool:
    try:
        found = _read(repr(value))
    except (ValueError, SyntaxError):
        return False
    return type(found) is type(value) and found == value


def _read(text: str) -> object:
    return ast.literal_eval(_Paths().visit(ast.parse(text, mode="eval")))


class _Paths(ast.NodeTransformer):
    """Put paths in the place of calls that make them."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if ast.unparse(node.func) != _PATH or len(node.args) != 1:
            return node
        path = Path(str(ast.literal_eval(node.args[0])))
        return ast.Constant(path)  # type: ignore[arg-type]  # literal_eval passes it on


def _defaults(parser: pytest.Parser) -> Mapping[str, object]:
    try:
        return vars(parser.parse_known_args([]))
    except (pytest.UsageError, SystemExit):
        return {}  # an option is mandatory
