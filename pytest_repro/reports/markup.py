"""Text from outside that Markdown shows and does not obey.

A name may come from a stranger's branch, so it must not become a link, an image, a
mention, a table cell or HTML. Names stand in ``<code>``, with each active character
written so that it is only itself; blocks stand in ``<pre>``, which Markdown does not
look into.
"""

from collections.abc import Iterable, Iterator
from html import escape
from typing import Final

from pytest_repro.reports.plain import one_line

__all__ = ["block", "code"]

# Mentions and bare addresses are looked for in text, also in text that was escaped. A
# comment ends a piece of text and shows nothing.
APART: Final = "<!-- -->"
AT: Final = f"&#64;{APART}"
ACTIVE: Final = str.maketrans(
    {
        **{char: f"&#{ord(char)};" for char in "&<>|`\\\"'"},
        **{char: f"\\{char}" for char in "*_[]()#~!$:{}"},
        "@": AT,
    }
)


def code(text: str) -> str:
    """Show text inside a line.

    Args:
        text: Any text, from anybody.

    Returns:
        One line of Markdown, also fit for the cell of a table.
    """
    shown = one_line(text).translate(ACTIVE)
    for start, end in (("\\:", "//"), ("www", ".")):
        shown = shown.replace(f"{start}{end}", f"{start}{APART}{end}")
    return f"<code>{shown}</code>"


def block(lines: Iterable[str]) -> Iterator[str]:
    """Show lines as they are, one beneath the other.

    Args:
        lines: Printable lines, such as `plain.plain_lines` gives.

    Yields:
        Lines of Markdown, the last one empty.
    """
    yield "<pre>"
    yield from (escape(line).replace("@", AT) for line in lines)
    yield "</pre>"
    yield ""
