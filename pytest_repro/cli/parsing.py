"""Read a command line strictly, and name the nearest word for one that is misspelt.

argparse does the work; it only reports mistakes its own way: it exits with 2, which
here means "cannot judge", and never suggests an option. So unknown options are found
before it runs, and what it refuses becomes a `ReproUsageError`. Nothing is run here.
"""

import argparse
import difflib
from collections.abc import Collection, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Never

from pytest_repro.cli.tables import WIDTH
from pytest_repro.errors import ReproUsageError

__all__ = ["Parser", "nearest", "parse", "wants_help"]


class Parser(argparse.ArgumentParser):
    """A parser that raises instead of exiting, with the options of every verb."""

    def __init__(self, prog: str, summary: str) -> None:
        """Declare what every verb understands.

        Args:
            prog: The command as it was typed, such as ``pytest-repro list``.
            summary: One line for ``--help``.
        """
        super().__init__(
            prog=prog,
            description=summary,
            allow_abbrev=False,
            formatter_class=partial(argparse.HelpFormatter, width=WIDTH),
        )
        self.color = False  # Python 3.14 would colour; `printing` does
        self.add_argument(
            "--root",
            type=Path,
            metavar="PATH",
            help="root of the project (default: the nearest parent that is one)",
        )
        self.add_argument(
            "--dir",
            metavar="PATH",
            help="folder of the references, from the root (default: by pytest's ini)",
        )
        self.add_argument(
            "--out",
            metavar="PATH",
            help="folder of obtained runs and reports (default: likewise)",
        )
        self.add_argument(
            "--env",
            metavar="NAME",
            help="look at the runs of a declared environment",
        )
        self.add_argument(
            "--json", action="store_true", help="print canonical JSON for machines"
        )

    def error(self, message: str) -> Never:
        """Refuse a command line.

        Args:
            message: What argparse says.

        Raises:
            ReproUsageError: Always.
        """
        msg = f"{message}\n  see what there is with: {self.prog} --help"
        raise ReproUsageError(msg)

    @property
    def flags(self) -> frozenset[str]:
        """Every option that this parser knows."""
        return frozenset(
            flag for action in self._actions for flag in action.option_strings
        )


def parse(parser: Parser, words: Sequence[str]) -> argparse.Namespace:
    """Read a command line.

    Args:
        parser: Knows the verb's options.
        words: What follows the verb.

    Returns:
        The options.

    Raises:
        ReproUsageError: If the words have no meaning for this verb.
    """
    for word in _options_in(words):
        if word not in parser.flags:
            msg = f"unknown option {word}{nearest(word, parser.flags)}"
            parser.error(msg)
    return parser.parse_args(words)


def wants_help(words: Sequence[str]) -> bool:
    """Tell whether somebody asks for help.

    Args:
        words: What was typed.

    Returns:
        Whether ``-h`` or ``--help`` stands before a lone ``--``.
    """
    return any(word in {"-h", "--help"} for word in _options_in(words))


def nearest(word: str, known: Collection[str]) -> str:
    """Suggest the nearest word that exists.

    Args:
        word: What was typed.
        known: What exists.

    Returns:
        ``; did you mean X?``, or nothing if no word is near.
    """
    near = difflib.get_close_matches(word, sorted(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _options_in(words: Sequence[str]) -> Iterable[str]:
    """Yield words that can only be options: nothing after a lone ``--`` is one."""
    for word in words:
        if word == "--":
            return
        if word.startswith("--") or word == "-h":
            yield word.partition("=")[0]
