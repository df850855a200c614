"""Print an answer: text for people, coloured on a terminal only, or canonical JSON.

What is printed comes from files that others wrote, so characters that could move the
cursor, or hide or reorder text, are taken out. A character that the stream cannot
encode becomes a question mark: no verb fails over a sparkline.
"""

import os
import sys
from collections.abc import Iterable
from typing import Final, TextIO

from rich.console import Console
from rich.text import Text

from pytest_repro import wire
from pytest_repro.cli.answers import Answer
from pytest_repro.reports.plain import one_line

__all__ = ["print_answer", "print_lines", "print_problem"]

PROGRAM: Final = "pytest-repro"

COLOURS: Final = (
    (r"\b(IDENTICAL|WITHIN ROUNDING|EQUIVALENT)\b|^  ok\b", "green"),
    (r"\b(DIVERGED|CORRUPT)\b|^  severe\b", "red"),
    (r"\b(INCONCLUSIVE|NOT COMPARABLE)\b|^  (warning|note)\b", "yellow"),
)
"""Words that are coloured wherever they stand, and how."""


def print_answer(answer: Answer, *, as_json: bool) -> None:
    """Print what a verb has to say.

    Args:
        answer: The answer.
        as_json: Whether a machine reads it.
    """
    try:
        _print_result(answer, as_json=as_json)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader had enough, as in `| head`. Python flushes once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    for problem in answer.problems:
        print_problem(problem)


def print_lines(lines: Iterable[str]) -> None:
    """Print lines at once, where a verb talks with a person.

    Args:
        lines: The lines.
    """
    _write(lines, sys.stdout)
    sys.stdout.flush()


def print_problem(problem: str) -> None:
    """Print what stood in the way, to standard error.

    Args:
        problem: The message.
    """
    _write(f"{PROGRAM}: {problem}".splitlines(), sys.stderr)


def _print_result(answer: Answer, *, as_json: bool) -> None:
    if as_json:
        facts = {**answer.data, "exit": int(answer.exit), "problems": answer.problems}
        sys.stdout.write(wire.write(facts).decode("ascii"))
    else:
        _write(answer.lines, sys.stdout)


def _write(lines: Iterable[str], stream: TextIO) -> None:
    encoding = stream.encoding or "utf-8"
    console = Console(file=stream, soft_wrap=True, highlight=False)
    for line in lines:
        shown = one_line(line).encode(encoding, "replace").decode(encoding)
        if console.is_terminal:
            console.print(_painted(shown))
        else:
            stream.write(f"{shown}\n")


def _painted(line: str) -> Text:
    text = Text(line)
    for pattern, style in COLOURS:
        text.highlight_regex(pattern, style)
    return text
