"""`Field`: a default, the domain to search over, and the reason, in one place.

To a type checker it gives the type of the default, as `dataclasses.field` does. The
fields of a frozen dataclass need nothing else: no base class and no registry.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar, overload

from pytest_repro.recipes.domains import Domain

__all__ = ["Field", "Knob", "knob_of"]

T = TypeVar("T")

KEY: Final = "pytest_repro"
"""Under which the metadata of a dataclass field holds a `Knob`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Knob:
    """What a field says about itself, beside its default.

    Attributes:
        search: What it may be set to in a search; None if nobody searches over it.
        why: Why it has its default, one sentence.
    """

    search: Domain | None = None
    why: str = ""


@overload
def Field(default: T, *, search: Domain | None = None, why: str = "") -> T: ...


@overload
def Field(
    *, factory: Callable[[], T], search: Domain | None = None, why: str = ""
) -> T: ...


@overload
def Field(*, search: Domain | None = None, why: str = "") -> Any: ...  # noqa: ANN401  # whatever is set


def Field(  # noqa: N802  # reads like a type, as in a declaration it is one
    default: object = dataclasses.MISSING,
    *,
    factory: Any = dataclasses.MISSING,  # a callable or MISSING
    search: Domain | None = None,
    why: str = "",
) -> Any:
    """Declare a field of a frozen dataclass.

    Args:
        default: Its default; without one, and without a factory, it has to be set.
        factory: Makes the default, where that is no constant.
        search: What it may be set to in a search.
        why: Why it has its default, one sentence.

    Returns:
        To the dataclass a `dataclasses.field`, to a type checker the default.

    Example:
        >>> @dataclass(frozen=True, kw_only=True, slots=True)
        ... class Net:
        ...     width: int = Field(64, search=Domain.int(16, 512), why="fits the cache")
        >>> Net().width
        64
    """
    knob = Knob(search=search, why=" ".join(why.split()))
    return dataclasses.field(
        default=default, default_factory=factory, metadata={KEY: knob}
    )


def knob_of(field: "dataclasses.Field[Any]") -> Knob:
    """Return what a field of a dataclass says about itself.

    Args:
        field: The field.

    Returns:
        What it says; nothing for a field that `Field` did not make.
    """
    found = field.metadata.get(KEY, Knob())
    return found if isinstance(found, Knob) else Knob()
