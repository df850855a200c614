"""Fill in a template of the package; a name that is not given is an error."""

from functools import cache
from pathlib import Path
from typing import Final

import jinja2

__all__ = ["render"]

FILES: Final = Path(__file__).with_name("files")


def render(template: str, **values: object) -> str:
    """Fill in a template.

    Args:
        template: Its name, without ``.jinja``.
        **values: What it asks for.

    Returns:
        The text; it ends with a line feed.
    """
    text = _environment().get_template(f"{template}.jinja").render(values)
    return text.rstrip("\n") + "\n"


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(FILES),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701  # code, not a page
    )
