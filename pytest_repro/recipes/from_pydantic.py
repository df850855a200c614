"""Read a pydantic model as a recipe.

Its classes, and what they declare for their fields, are kept. What pydantic writes to
JSON in one certain way, such as a `Decimal` or a time, is kept as that text. Secrets
are refused: their place has to be left out.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from pytest_repro.recipes.foreign import Node, Reading, read
from pytest_repro.recipes.values import refuse

if TYPE_CHECKING:
    from pydantic import BaseModel

__all__ = ["from_pydantic"]


def from_pydantic(model: "BaseModel", *, without: Collection[str] = ()) -> Any:  # noqa: ANN401  # a section
    """Read a model.

    Args:
        model: An instance, validated; defaults are part of it.
        without: Places to leave out, such as ``tracking.token``.

    Returns:
        A frozen configuration, for `repro.recipe`.

    Raises:
        RecipeError: If a field holds a secret, or what no recipe can keep.
    """
    return read(
        model,
        Reading(source="pydantic", without=frozenset(without), opened=_opened),
    )


def _opened(value: object, where: str) -> object:
    from pydantic import BaseModel  # noqa: PLC0415  # an extra
    from pydantic_core import to_jsonable_python  # noqa: PLC0415  # an extra

    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        values = {name: getattr(value, name) for name in fields}
        return Node(
            name=type(value).__name__,
            values=values | (value.model_extra or {}),
            hints={name: one.annotation for name, one in fields.items()},
        )
    if type(value).__module__ in _WRITTEN:
        text = to_jsonable_python(value)
        return text if isinstance(text, str) else refuse(where, f"is no text: {text}")
    return value


_WRITTEN = frozenset({"datetime", "decimal", "ipaddress", "uuid", "pydantic.networks"})
"""Modules of values that pydantic writes as texts which read back as the same."""
