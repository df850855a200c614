"""Rows of the table of options that concern recipes."""

from typing import Final

from pytest_repro.plugin.option_rows import Option

__all__ = ["RECIPE_OPTIONS"]

RECIPE_OPTIONS: Final = (
    Option(
        name="repro_set",
        kind="list",
        default=(),
        help="set a field of the recipe, such as optim.lr=0.1; may be repeated",
        doc="Read as the field is annotated, and kept in the record. References are "
        "never written from such a session: "
        "{doc}`../how-to/build-a-recipe`.",
        has_ini=False,
        metavar="PLACE=VALUE",
    ),
)
