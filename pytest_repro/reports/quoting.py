"""Text in Markdown that is only itself.

A name may come from a stranger's branch, so it must not become a link, an image, a
mention, a table cell or HTML. It stands in ``<code>``, with each active character
written so that it does nothing.
"""

from typing import Final

from pytest_repro.reports.plain import one_line

__all__ = ["AT", "code"]

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
    """Quote text for Markdown.

    Args:
        text: Any text, from anybody.

    Returns:
        The text on one line, in ``<code>``.
    """
    shown = one_line(text).translate(ACTIVE)
    for start, end in (("\\:", "//"), ("www", ".")):
        shown = shown.replace(f"{start}{end}", f"{start}{APART}{end}")
    return f"<code>{shown}</code>"
