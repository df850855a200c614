"""Read the recipe of a reference as the present code would say it.

A component that was renamed or moved, and fields that a migration leads to new ones,
ask no other question than before. Components are known here because pytest has imported
the tests; where one is not known, the recipe stays as it was recorded.
"""

from dataclasses import replace

from pytest_repro.errors import RecipeError
from pytest_repro.recipes import ALGORITHM, digest, dump, load
from pytest_repro.records import RecipeUse, RunRecord
from pytest_repro.references import Found

__all__ = ["modernised"]


def modernised(found: Found, obtained: RunRecord) -> Found:
    """Bring the recipe of a reference up to the present names and versions.

    Args:
        found: The reference, as it is stored.
        obtained: The run that is to be held against it.

    Returns:
        The same where both say the same, or the recipe cannot be read here.
    """
    record, ours = found.record, obtained.recipe
    if record is None or record.recipe is None or ours is None:
        return found
    if record.recipe.digest == ours.digest:
        return found
    recipe = _modern(record.recipe)
    return replace(found, record=replace(record, recipe=recipe))


def _modern(use: RecipeUse) -> RecipeUse:
    if not use.digest.startswith(f"{ALGORITHM}:"):
        return use
    try:
        config = load(use.dump)
        return replace(use, dump=dump(config), digest=digest(config))
    except RecipeError:
        return use
