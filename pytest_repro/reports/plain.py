"""Text that cannot act: no control characters, no reordering, one line.

A node id, a metric name or an error message may hold terminal sequences or
bidirectional controls that hide or reverse what a reviewer reads. They are taken out,
not escaped, so that columns stay columns. This is not escaping for HTML or Markdown:
see `to_markdown`.
"""

import shlex
from typing import Final

__all__ = ["one_line", "plain_lines", "shell_word", "shorten_middle"]

ELLIPSIS: Final = "…"
SHELL_ACTIVE: Final = frozenset('"$`\\!')


def one_line(text: str) -> str:
    """Make text printable on one line.

    Args:
        text: Any text, from anybody.

    Returns:
        The same with white space as spaces, and without control, formatting,
        bidirectional, private and surrogate characters.
    """
    if text.isprintable():
        return text
    return "".join(_shown(char) for char in text)


def plain_lines(text: str) -> list[str]:
    """Make text printable, line by line.

    Args:
        text: Any text, from anybody.

    Returns:
        Its lines, each as `one_line` makes it.
    """
    return [one_line(line) for line in text.splitlines()]


def shorten_middle(text: str, width: int) -> str:
    """Shorten text in its middle, since ids differ at both ends.

    Args:
        text: The text.
        width: How many characters may be left.

    Returns:
        The text, or its beginning and end around an ellipsis.
    """
    if len(text) <= width:
        return text
    end = (width - 1) // 2
    return f"{text[: width - 1 - end]}{ELLIPSIS}{text[len(text) - end :]}"


def shell_word(text: str) -> str:
    """Quote text so that a shell takes it as one word and runs nothing inside.

    Args:
        text: Such as a node id, whose brackets a shell would expand.

    Returns:
        The text in double quotes, or quoted harder if it holds anything active.
    """
    shown = one_line(text)
    return shlex.quote(shown) if SHELL_ACTIVE & set(shown) else f'"{shown}"'


def _shown(char: str) -> str:
    if char.isprintable():
        return char
    return " " if char.isspace() else ""
