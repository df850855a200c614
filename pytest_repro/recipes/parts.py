"""`Recipe`: the parts of a run by their roles, frozen.

Roles are whatever a project calls them: data, arch, aug, optim, sched, loss, eval,
loop. Whoever wants a type checker to know them writes a frozen dataclass of their own
instead: everything here takes either.
"""

import re
from typing import Any, Final

from pytest_repro.errors import RecipeError
from pytest_repro.recipes.wording import nearest

__all__ = ["Recipe"]

_ROLE: Final = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")


class Recipe:
    """The parts of a run.

    Example:
        >>> recipe = Recipe(batch_size=32, name="small")
        >>> recipe.batch_size
        32
    """

    __slots__ = ("_parts",)

    _parts: tuple[tuple[str, Any], ...]

    def __init__(self, **parts: Any) -> None:  # noqa: ANN401  # any part
        """Take the parts.

        Args:
            **parts: By role: configs of components, frozen dataclasses, values.

        Raises:
            RecipeError: If a role is no lower-case word.
        """
        for role in parts:
            if not _ROLE.fullmatch(role) or role == "parts":
                msg = f"a role is a lower-case name without '__', got {role!r}"
                raise RecipeError(msg)
        object.__setattr__(self, "_parts", tuple(sorted(parts.items())))

    @property
    def parts(self) -> tuple[tuple[str, Any], ...]:
        """Roles and parts, sorted by role."""
        return self._parts

    def __getattr__(self, role: str) -> Any:  # noqa: ANN401  # any part
        """Return a part by its role."""
        if role.startswith("_"):
            raise AttributeError(role)
        parts = dict(self._parts)
        if role not in parts:
            msg = f"the recipe has no part {role!r}{nearest(role, parts)}"
            raise AttributeError(msg)
        return parts[role]

    def __setattr__(self, role: str, value: object) -> None:
        """Refuse: a recipe is frozen."""
        msg = f"a recipe is frozen: write recipe.with_({role}=…)"
        raise AttributeError(msg)

    def __eq__(self, other: object) -> bool:
        """Compare parts."""
        return isinstance(other, Recipe) and self._parts == other._parts

    def __hash__(self) -> int:
        """Hash the parts."""
        return hash(self._parts)

    def __repr__(self) -> str:
        """Show the parts."""
        return f"Recipe({', '.join(f'{role}={part!r}' for role, part in self._parts)})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to another process as its parts."""
        return _restore, (self._parts,)


def _restore(parts: tuple[tuple[str, Any], ...]) -> Recipe:
    return Recipe(**dict(parts))
