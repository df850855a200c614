"""Hypothesis strategies for records, read off their annotations.

A new record is covered the day it is written. Floats are never NaN, so that records can
be compared with `==`; facts hold only what JSON can say without loss.
"""

import dataclasses
import enum
import types
import typing
from collections.abc import Mapping
from typing import Final

from hypothesis import strategies as st

from pytest_repro import records
from pytest_repro.records import (
    Cause,
    Entropy,
    Rung,
    Scalar,
    Tolerance,
    ToleranceKind,
    Verdict,
)

Strategy = st.SearchStrategy[typing.Any]

WORDS: Final = st.sampled_from(["", "null", "true", "nan", "-0.0", "1"]) | st.text(
    max_size=4
)
FACTS: Final = st.dictionaries(
    WORDS,
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | WORDS
    | st.lists(WORDS, max_size=2),
    max_size=2,
)
BOUNDS: Final = st.floats(min_value=0, max_value=1e300)
PLAIN: Final[dict[object, Strategy]] = {
    str: WORDS,
    int: st.integers(-(2**63), 2**64 - 1),
    float: st.floats(allow_nan=False),
    bool: st.booleans(),
    type(None): st.none(),
}
LAWFUL: Final[dict[object, Strategy]] = {
    Entropy: st.builds(
        Entropy,
        st.text(min_size=1, max_size=4),
        reason=WORDS.map("because of {}".format),
        at_most=st.integers(1, 2**53),
    ),
    Scalar: st.builds(Scalar.of, st.floats()),
    Tolerance: st.builds(
        Tolerance,
        kind=st.sampled_from(ToleranceKind),
        absolute=BOUNDS,
        relative=BOUNDS,
        target=st.none() | st.floats(allow_nan=False, allow_infinity=False),
    ),
}
"""Records that refuse some values."""

KINDS: Final[list[type[object]]] = sorted(
    (
        kind
        for kind in vars(records).values()
        if isinstance(kind, type) and dataclasses.is_dataclass(kind)
    ),
    key=lambda kind: kind.__name__,
)
"""Every class of record."""


def of(annotation: object) -> Strategy:
    """Draw values that an annotation allows."""
    if annotation in PLAIN:
        return PLAIN[annotation]
    if isinstance(annotation, typing.NewType):
        return of(annotation.__supertype__)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in {types.UnionType, typing.Union}:
        return st.one_of([of(part) for part in arguments])
    if origin is Mapping:
        return FACTS if arguments[1] is object else st.dictionaries(WORDS, WORDS)
    if origin is tuple:
        return _tuples(arguments)
    return _named(typing.cast("type[object]", annotation))


def _tuples(parts: tuple[object, ...]) -> Strategy:
    if parts[-1] is Ellipsis:
        return st.lists(of(parts[0]), max_size=2).map(tuple)
    return st.tuples(*[of(part) for part in parts])


def _named(kind: type[object]) -> Strategy:
    return st.sampled_from(kind) if issubclass(kind, enum.Enum) else record(kind)


def record(kind: type[object]) -> Strategy:
    """Draw records of one kind."""
    if kind in LAWFUL:
        return LAWFUL[kind]
    hints = typing.get_type_hints(kind)
    fields = {name: of(hint) for name, hint in hints.items()}
    if kind is not Verdict:
        return st.builds(kind, **fields)
    fields["rung"] = st.sampled_from([r for r in Rung if r is not Rung.NOT_COMPARABLE])
    reached = st.builds(kind, **(fields | {"cause": st.none()}))
    fields |= {"rung": st.just(Rung.NOT_COMPARABLE), "cause": st.sampled_from(Cause)}
    return reached | st.builds(kind, **fields)


RECORDS: Final = {kind: record(kind) for kind in KINDS}
"""A strategy for each kind, built once."""
