"""Pages of one file: a template, a style sheet, a script, and a policy for no more.

A page loads nothing, and a browser is told so: its content security policy names the
digest of the one script and of the one style sheet. Every value is escaped on its way
into a template, after it was made plain (see `plain`), so nothing that was read from a
record can become an element, an attribute or a script. A value that a template names
and nobody gave is an error, never an empty place.
"""

import base64
import hashlib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

from pytest_repro.reports.plain import plain_lines

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["render", "render_page"]

TEMPLATES: Final = "templates"


def render(template: str, **facts: object) -> str:
    """Fill a part of a page.

    Args:
        template: The file in `templates`.
        **facts: What it names.

    Returns:
        Markup, to be handed to a page as it is.

    Raises:
        jinja2.UndefinedError: If the template names what was not given.
    """
    from markupsafe import Markup  # noqa: PLC0415  # loading the plugin stays cheap

    return Markup(_environment().get_template(template).render(facts))  # noqa: S704  # escaped there


def render_page(name: str, *, dress: str = "", **facts: object) -> bytes:
    """Fill a page together with its style sheet and script.

    Args:
        name: What `NAME.html`, `NAME.css` and `NAME.js` in `templates` have in common.
        dress: The page whose style sheet stands before the page's own; or none.
        **facts: What the template names, beyond `policy`, `style` and `script`.

    Returns:
        The file, in UTF-8; equal facts give equal bytes.
    """
    from markupsafe import Markup  # noqa: PLC0415  # loading the plugin stays cheap

    sheets = [f"{one}.css" for one in (dress, name) if one]
    style, script = "".join(map(_own, sheets)), _own(f"{name}.js")
    page = render(
        f"{name}.html",
        policy=_policy(style, script),
        style=Markup(style),  # noqa: S704  # our own file
        script=Markup(script),  # noqa: S704  # our own file
        **facts,
    )
    return page.encode("utf-8")


def _policy(style: str, script: str) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_digest(style)}'",
            f"script-src '{_digest(script)}'",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def _digest(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


@cache
def _own(name: str) -> str:
    folder = resources.files("pytest_repro.reports") / TEMPLATES
    return (folder / name).read_text(encoding="utf-8")


@cache
def _environment() -> "Environment":
    import jinja2  # noqa: PLC0415  # loading the plugin stays cheap

    return jinja2.Environment(
        loader=jinja2.PackageLoader("pytest_repro.reports", TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_plain,
        keep_trailing_newline=True,
    )


def _plain(value: object) -> object:
    """Make text plain before it is escaped; markup of our own is left alone."""
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return "\n".join(plain_lines(value))
    return value
