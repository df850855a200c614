"""The properties of recipes, all of them before any training."""

from typing import Final

from pytest_repro.contracts.deferred import check_in
from pytest_repro.contracts.properties import Property, register

__all__ = ["RECIPE_PROPERTIES"]


def _row(name: str, home: str, claim: str) -> Property:
    return register(
        Property(
            name=name,
            kind="recipe",
            claim=claim,
            check=check_in(home, f"check_{name}"),
            values=("normal",),
            examples=1,
        )
    )


RECIPE_PROPERTIES: Final = (
    _row(
        "schemas_meet",
        "recipe_schemas",
        "what each part gives is what the next one accepts",
    ),
    _row("builds", "recipe_dumps", "every component can be built"),
    _row("dump_roundtrip", "recipe_dumps", "a dump, read again, is the same recipe"),
    _row("digest_repeats", "recipe_dumps", "asked twice, the recipe has one digest"),
)
