"""Declare the options and ini keys, and name the nearest where one is misspelt.

The command line, the ini file, ``--help`` and the reference page in the docs all come
from `OPTIONS`. A flag beats the ini key, the ini key beats the default.
"""

import difflib
from collections.abc import Collection
from typing import Final

import pytest

from pytest_repro.plugin.option_rows import OPTIONS as ROWS
from pytest_repro.plugin.option_rows import Option
from pytest_repro.plugin.recipe_rows import RECIPE_OPTIONS
from pytest_repro.records import WORKER_FLAG

__all__ = ["OPTIONS", "Option", "did_you_mean"]

OPTIONS: Final = (*ROWS, *RECIPE_OPTIONS)
"""Every option, in the order of the reference page."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare every row of the table."""
    group = parser.getgroup("repro", "reproducibility of experiments")
    for option in OPTIONS:
        if option.has_flag:
            _add_flag(group, option)
        if option.has_ini:
            kind = "string" if option.kind == "str" else option.kind
            parser.addini(option.name, option.help, type=kind, default=option.default)  # type: ignore[arg-type]  # pytest's literal types
    group.addoption(WORKER_FLAG, default=None, help="(internal) be a worker: run a job")


def _add_flag(group: pytest.OptionGroup, option: Option) -> None:
    if option.kind == "bool":
        group.addoption(
            option.flag, action="store_true", default=None, help=option.help
        )
        return
    if option.kind == "list":
        group.addoption(
            option.flag, action="append", help=option.help, metavar=option.metavar
        )
        return
    group.addoption(
        option.flag,
        type={"int": int, "float": float, "str": str}[option.kind],
        default=None,
        help=option.help,
        metavar=option.metavar,
        choices=option.choices or None,
    )


def pytest_load_initial_conftests(args: list[str]) -> None:
    """Name the nearest flag before argparse only says "unrecognized"."""
    known = {option.flag for option in OPTIONS if option.has_flag}
    for argument in args:
        flag = argument.partition("=")[0]
        is_known = flag in known or flag == WORKER_FLAG
        if flag.startswith(("--repro-", "--no-repro")) and not is_known:
            msg = f"unknown option {flag}{did_you_mean(flag, known)}"
            raise pytest.UsageError(msg)


def did_you_mean(word: str, known: Collection[str]) -> str:
    """Suggest the nearest name that exists.

    Args:
        word: What was typed.
        known: What exists.

    Returns:
        ``; did you mean X?``, or nothing if no name is near.
    """
    near = difflib.get_close_matches(word, sorted(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""
