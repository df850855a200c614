"""`@recipe`: a function that returns a complete configuration, under its own name.

The function is called when somebody needs the recipe, never on import. What it returns
is a `Recipe` or any frozen dataclass; overrides give another recipe of the same name.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from pytest_repro.digests import Digest
from pytest_repro.errors import RecipeError
from pytest_repro.recipes.dumps import digest, dump
from pytest_repro.recipes.overrides import set_texts, with_
from pytest_repro.recipes.spaces import Space, reasons_of, space_of
from pytest_repro.recipes.trees import to_mapping

__all__ = ["RecipeFunction", "recipe"]

C = TypeVar("C")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeFunction(Generic[C]):
    """A recipe under a name, with the overrides that were asked for.

    Attributes:
        name: Such as ``package.module:function``.
        function: Returns it, without overrides.
        changes: Places, with ``__`` for the dots, and values, in order.
        texts: Overrides that somebody typed, such as ``optim.lr=0.1``.
    """

    name: str
    function: Callable[[], C]
    changes: tuple[tuple[str, Any], ...] = ()
    texts: tuple[str, ...] = field(default=())

    def __call__(self) -> C:
        """Return the recipe, as `resolve` does."""
        return self.resolve()

    def with_(self, **changes: Any) -> "RecipeFunction[C]":  # noqa: ANN401  # as annotated
        """Ask for other values; a misspelt place is found when it is resolved.

        Args:
            **changes: Places, with ``__`` for the dots, and values.

        Returns:
            The recipe with them.
        """
        return replace(self, changes=(*self.changes, *changes.items()))

    def set(self, *texts: str) -> "RecipeFunction[C]":
        """Ask for values that somebody typed.

        Args:
            *texts: Such as ``optim.lr=0.1``.

        Returns:
            The recipe with them.
        """
        return replace(self, texts=(*self.texts, *texts))

    def resolve(self) -> C:
        """Call the function, apply the overrides, and check every value.

        Returns:
            The complete configuration.

        Raises:
            RecipeError: If an override has no place, or a value does not fit.
        """
        found = self.function()
        for place, value in self.changes:
            found = with_(found, **{place: value})
        found = set_texts(found, self.texts)
        to_mapping(found)
        return found

    def dump(self, *, is_explained: bool = False) -> str:
        """Write the recipe as canonical TOML.

        Args:
            is_explained: Whether reasons are added as comments.

        Returns:
            The text.
        """
        found = self.resolve()
        comments: Mapping[str, str] = reasons_of(found) if is_explained else {}
        return dump(found, comments=comments)

    @property
    def digest(self) -> Digest:
        """The digest that names the recipe."""
        return digest(self.resolve())

    @property
    def doc(self) -> str:
        """The docstring of the function."""
        return inspect.getdoc(self.function) or ""

    def space(self, only: tuple[str, ...] | list[str] = ()) -> Space:
        """Collect the domains of its fields.

        Args:
            only: Patterns of places, such as ``arch.*``; all if left out.

        Returns:
            The joint space.
        """
        return space_of(self.resolve(), only=tuple(only))


def recipe(function: Callable[[], C]) -> RecipeFunction[C]:
    r"""Make a recipe of a function that returns a complete configuration.

    Args:
        function: Takes nothing, and returns a `Recipe` or a frozen dataclass.

    Returns:
        The recipe, under the name of the function.

    Raises:
        RecipeError: If the function takes arguments that have to be given.

    Example:
        >>> from pytest_repro import Recipe
        >>> @recipe
        ... def small() -> Recipe:
        ...     return Recipe(batch_size=32)
        >>> small.with_(batch_size=64).dump()
        'batch_size = 64\n'
    """
    needed = [
        name
        for name, one in inspect.signature(function).parameters.items()
        if one.default is one.empty
        and one.kind not in {one.VAR_POSITIONAL, one.VAR_KEYWORD}
    ]
    if needed:
        msg = f"a recipe takes no arguments, {function.__name__} needs {needed[0]!r}"
        raise RecipeError(msg)
    name = f"{function.__module__}:{function.__qualname__}"
    return RecipeFunction(name=name, function=function)
