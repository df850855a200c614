"""Wrap methods of other people's classes for a while, and put them back."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any

__all__ = ["beforehand"]


@contextmanager
def beforehand(
    owner: type, names: Sequence[str], prepare: Callable[[Any], None]
) -> Iterator[None]:
    """Call something with each object before any of its methods begins.

    Args:
        owner: The class whose methods are wrapped.
        names: Of the methods.
        prepare: Is given the object.

    Yields:
        Nothing.
    """
    kept = {name: getattr(owner, name) for name in names}
    for name, method in kept.items():
        setattr(owner, name, _preceded(method, prepare))
    try:
        yield
    finally:
        for name, method in kept.items():
            setattr(owner, name, method)


def _preceded(method: Any, prepare: Callable[[Any], None]) -> Any:  # noqa: ANN401  # a method
    @wraps(method)
    def begun(subject: Any, *given: Any, **named: Any) -> Any:  # noqa: ANN401  # as the method's
        prepare(subject)
        return method(subject, *given, **named)

    return begun
