"""Stand in the place of functions for a while, and leave no trace.

What was replaced is put back as the very object that it was. A project that wrote
``from os import urandom`` holds the function itself, so its modules are searched for
what is replaced; those that are imported later find the replacement anyway.
"""

import functools
import sys
from collections.abc import Callable
from contextlib import suppress
from types import MethodType, ModuleType
from typing import Any, Final, Self

from pytest_repro.determinism.attribution import Project

__all__ = ["Before", "Patches", "StandIn", "guarded", "guarded_class"]

Before = Callable[[tuple[object, ...], dict[str, object]], None]
"""Hears the arguments of a call before it is made."""

_ABSENT: Final = object()


class Patches:
    """Everything that was replaced, to be put back in reverse order."""

    def __init__(self, project: Project) -> None:
        """Begin with nothing replaced.

        Args:
            project: Whose modules may hold the functions themselves.
        """
        self._project = project
        self._kept: list[tuple[object, str, object]] = []
        self._own: list[ModuleType] = []
        self._seen = 0

    def wrap(self, owner: object, name: str, before: Before) -> None:
        """Let somebody hear of each call of a function, before it is made.

        Args:
            owner: A module or class; where it has no such attribute nothing happens.
            name: The attribute.
            before: Hears of the calls, and may raise.
        """
        original = getattr(owner, name, None)
        if callable(original):
            self.put(owner, name, guarded(original, before))

    def put(self, owner: object, name: str, value: object) -> None:
        """Replace an attribute, and what the project took from it.

        Args:
            owner: A module or class.
            name: The attribute.
            value: What stands there from now on.
        """
        original = getattr(owner, name)
        self._kept.append((owner, name, vars(owner).get(name, _ABSENT)))
        setattr(owner, name, value)
        if not isinstance(owner, type):
            self._rebind(original, value)

    def undo(self) -> None:
        """Put everything back."""
        while self._kept:
            owner, name, original = self._kept.pop()
            if original is _ABSENT:
                with suppress(AttributeError):
                    delattr(owner, name)
            else:
                setattr(owner, name, original)

    def _rebind(self, original: object, value: object) -> None:
        for module in self._modules():
            for name, held in list(vars(module).items()):
                if held is original:
                    self._kept.append((module, name, original))
                    setattr(module, name, value)

    def _modules(self) -> list[ModuleType]:
        """List the project's own modules; looked for again when others have come."""
        if len(sys.modules) != self._seen:
            found = list(sys.modules.values())
            self._own = [one for one in found if self._is_own(one)]
            self._seen = len(found)
        return self._own

    def _is_own(self, module: ModuleType) -> bool:
        file = getattr(module, "__file__", None)
        return isinstance(file, str) and self._project.owns(file)


class StandIn:
    """Stands for a builtin function: no method of a class that it stands in.

    A copy is the very same, and what is pickled is the function.
    """

    def __init__(self, original: Callable[..., object]) -> None:
        """Take the name of a function.

        Args:
            original: The function.
        """
        self._original = original
        functools.update_wrapper(self, original)

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Call the function."""
        return self._original(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever it has
        """Look up what the function has, such as the object that it is bound to."""
        if name == "_original":  # before there is one, as while it is unpickled
            raise AttributeError(name)
        return getattr(self._original, name)

    def __copy__(self) -> Self:
        """Return the very same."""
        return self

    def __deepcopy__(self, _memo: object) -> Self:
        """Return the very same."""
        return self

    def __reduce__(self) -> tuple[object, ...]:
        """Leave the function in the place of this."""
        return _itself, (self._original,)


def _itself(function: object) -> object:
    return function


class _Guarded(StandIn):
    def __init__(self, original: Callable[..., object], before: Before) -> None:
        super().__init__(original)
        self._before = before

    def __call__(self, *args: object, **kwargs: object) -> object:
        self._before(args, kwargs)
        return self._original(*args, **kwargs)


def guarded(original: Callable[..., object], before: Before) -> Callable[..., object]:
    """Make a function that tells somebody of a call, then makes it.

    Args:
        original: What is called.
        before: Hears of the call.

    Returns:
        A function with the name and signature of the original; in a class it becomes
        a method exactly if the original would.
    """
    if isinstance(original, MethodType) or not hasattr(type(original), "__get__"):
        return _Guarded(original, before)

    @functools.wraps(original)
    def call(*args: object, **kwargs: object) -> object:
        before(args, kwargs)
        return original(*args, **kwargs)

    return call


def guarded_class(original: type, before: Before) -> type:
    """Make a class that tells somebody of each instance, an instance of the original.

    Args:
        original: The class.
        before: Hears of the arguments.

    Returns:
        A class that has the same instances and subclasses, as far as `isinstance` and
        `issubclass` can tell.
    """

    class Guard(type(original)):  # type: ignore[misc]  # the metaclass is not static
        def __call__(cls, *args: object, **kwargs: object) -> object:
            before(args, kwargs)
            kind = original if cls is replacement else cls
            return type.__call__(kind, *args, **kwargs)

        def __instancecheck__(cls, instance: object) -> bool:
            kind = original if cls is replacement else None
            return type.__instancecheck__(cls if kind is None else kind, instance)

        def __subclasscheck__(cls, subclass: type) -> bool:
            kind = original if cls is replacement else None
            return type.__subclasscheck__(cls if kind is None else kind, subclass)

    names = {"__doc__": original.__doc__, "__module__": original.__module__}
    replacement: type = Guard(original.__name__, (original,), names)
    return replacement
