"""Records in which every text tries to become markup, read off their annotations.

A new field of a record is covered the day it is written. Where a record would refuse
such a text (bits, digests that are decoded), an ordinary value stands in.
"""

import dataclasses
import enum
import types
import typing
from collections.abc import Mapping
from itertools import count
from typing import Final

from pytest_repro.digests import digest_of_bytes
from pytest_repro.records import Cause, Equivalent, Rung, Scalar, Series, Tolerance
from pytest_repro.records.entropy import Entropy

PAYLOAD: Final = (
    "&lt;{n}\"'`></title></style></script></textarea></svg></desc><x-planted>"
    "<script>window.planted=1</script><img src=x onerror=window.planted=1>"
    "<svg onload=window.planted=1></svg><style>*{{color:red}}</style>"
    '" autofocus onfocus="window.planted=1" style="color:red" x="'
    "javascript:window.planted=1 {{{{ 7*7 }}}} {{% raw %}}\u202e\x1b[31m\x00"
)

_NUMBERS = count()

Hint = typing.Any


def planted(hint: Hint) -> Hint:
    """Build a value of a type, with a payload in each of its texts."""
    if hint in _LAWFUL:
        return _LAWFUL[hint]()
    if isinstance(hint, typing.NewType):
        return planted(hint.__supertype__)
    if dataclasses.is_dataclass(hint):
        return _record(hint)
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return next(iter(hint))
    return _container(hint)


def _container(hint: Hint) -> Hint:
    origin: Hint = typing.get_origin(hint)
    inside = typing.get_args(hint)
    if origin in {typing.Union, types.UnionType}:
        return planted(next(one for one in inside if one is not type(None)))
    if origin is tuple:
        kinds = [inside[0]] if inside[-1] is Ellipsis else inside
        return tuple(planted(kind) for kind in kinds)
    if origin is Mapping:
        return {planted(inside[0]): planted(inside[1])}
    msg = f"nothing to plant in {hint!r}"
    raise TypeError(msg)


def _record(hint: Hint) -> Hint:
    hints = typing.get_type_hints(hint)
    fields = {one.name: planted(hints[one.name]) for one in dataclasses.fields(hint)}
    if "rung" in fields and "cause" in fields:
        fields["rung"], fields["cause"] = Rung.NOT_COMPARABLE, Cause.CHANGED_CONFIG
    return hint(**fields)


def _text() -> str:
    return PAYLOAD.format(n=next(_NUMBERS))


def _series() -> Series:
    scalars = [Scalar.of(value) for value in (1.0, float("nan"), 0.5)]
    return Series(
        name=_text(),
        dtype="float64",
        count=3,
        stride=1,
        steps=(0, 1, 2),
        bits=tuple(one.bits for one in scalars),
        orders=(0, 1, 2),
        chains=("0" * 16,) * 3,
        head=digest_of_bytes(_text().encode()),
        envelope=(0.1, 0.2, 0.3),
    )


_LAWFUL: Final[dict[Hint, typing.Callable[[], Hint]]] = {
    str: _text,
    object: _text,
    int: lambda: 1,
    float: lambda: 0.5,
    bool: lambda: True,
    Scalar: lambda: Scalar.of(0.5),
    Series: _series,
    Tolerance: lambda: Equivalent(0.5),
    Entropy: lambda: Entropy(_text(), reason=_text(), at_most=1),
}
