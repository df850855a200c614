"""Find the operation in which two runs parted, from their traces alone.

The two traces are laid side by side and walked until outputs differ for the first time.
If the inputs are equal there, that call is the root: it was made with another argument,
or it computes something else. If inputs differ too, no traced call has made them so: it
was a call that only one side makes, another state of a random generator, or something
from outside, such as data.

The classical rule takes the first call with equal inputs and unequal outputs wherever
it stands. It is blind where an initialiser fills fresh memory, whose old contents are
no input (`Operation.is_source`), and it misses data that differ.

A difference that no output shows is none: a generator that is not drawn from, another
argument without effect. Those before the root are suspects, and the last of them is
what made unequal inputs, unless it can be seen that another one did.
"""

import enum
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypedDict

from pytest_repro.records import GENERATOR, UNREAD, Operation, RunRecord
from pytest_repro.verdicts.alignment import Block, Pair, align

__all__ = ["Change", "Root", "RootKind", "first_root", "root_of"]

ROUNDINGS: Final = 32
"""A relative difference of so many roundings is still in the range of rounding."""

ROUNDINGS_OF_HALF: Final = 2
"""The same for numbers of 16 bits, whose sums are kept in 32 and rounded once."""

RESOLUTION: Final = 1e-11
"""Smaller differences are not seen by a sketch, relative to the norm."""

_EPSILON: Final = {
    "float64": 2.0**-52,
    "float32": 2.0**-23,
    "float16": 2.0**-10,
    "bfloat16": 2.0**-7,
}
_NORM: Final = 0
_SUMS: Final = 4
_ARGUMENT: Final = re.compile(r"(?:^|, )([A-Za-z_]\w*)=")


class RootKind(enum.StrEnum):
    """What two runs parted by."""

    COMPUTED = "equal inputs gave unequal outputs"
    ARGUMENT = "it was called with another argument"
    STRUCTURE = "other operations are called"
    RANDOM = "the random generator was in another state"
    OUTSIDE = "it reads what no traced operation made"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An argument that differs.

    Attributes:
        name: Of the argument.
        obtained: Its text; empty for its default.
        reference: The same.
    """

    name: str
    obtained: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """Where two runs parted.

    Attributes:
        kind: What they parted by.
        obtained: The call of the obtained run; None if it has none there.
        reference: The call of the reference; None if it has none there.
        added: Calls that only the obtained run makes, with `STRUCTURE`.
        removed: Calls that only the reference makes, with `STRUCTURE`.
        changes: Arguments that differ.
        unequal: Which inputs differ, counted from 0.
        size: How far the outputs are apart, relative to their norm, as far as sketches
            tell; 0 for less than `RESOLUTION`, None if they do not tell.
        is_rounding: Whether that is in the range of rounding.
        shown_by: The first call with unequal outputs; None if there is none, and the
            difference has no effect as far as both traces go.
        equal_before: How many calls before it are equal on both sides.
    """

    kind: RootKind
    obtained: Operation | None
    reference: Operation | None
    added: tuple[Operation, ...] = ()
    removed: tuple[Operation, ...] = ()
    changes: tuple[Change, ...] = ()
    unequal: tuple[int, ...] = ()
    size: float | None = None
    is_rounding: bool | None = None
    shown_by: Pair | None = None
    equal_before: int = 0


def root_of(obtained: RunRecord, reference: RunRecord) -> Root | None:
    """Find the operation in which two runs parted.

    Args:
        obtained: A run with an operation trace.
        reference: The same.

    Returns:
        As `first_root`; None too if one of them has no trace.
    """
    return first_root(obtained.operations, reference.operations)


def first_root(
    obtained: Sequence[Operation], reference: Sequence[Operation]
) -> Root | None:
    """Find the operation in which two traces parted.

    Args:
        obtained: The calls of the obtained run, in order.
        reference: The calls of the reference.

    Returns:
        The root; None if there is no difference as far as both traces go.
    """
    suspects: list[_Suspect] = []
    equal = 0
    for item in align(obtained, reference):
        if isinstance(item, Block):
            suspects.append(_Suspect(item, equal))
        elif _have_parted(item):
            return _decide(item, suspects, equal)
        else:
            if item.obtained.arguments != item.reference.arguments:
                suspects.append(_Suspect(item, equal))
            equal += 1
    return _blame(suspects[0], None) if suspects else None


@dataclass(frozen=True, slots=True)
class _Suspect:
    """A difference that no output has shown so far."""

    what: Pair | Block
    equal_before: int


def _have_parted(pair: Pair) -> bool:
    return bool(_unequal(pair.obtained.outputs, pair.reference.outputs))


def _unequal(obtained: Sequence[str], reference: Sequence[str]) -> tuple[int, ...]:
    """Number the digests that differ; one that may not be compared does not."""
    if len(obtained) != len(reference):
        return (min(len(obtained), len(reference)),)
    pairs = enumerate(zip(obtained, reference, strict=True))
    return tuple(
        number
        for number, (one, other) in pairs
        if one != other and UNREAD not in {one, other}
    )


def _decide(pair: Pair, suspects: Sequence[_Suspect], equal: int) -> Root:
    """Tell by what the first call with unequal outputs was made to differ."""
    unequal = _unequal(pair.obtained.inputs, pair.reference.inputs)
    drawn = [one for one in unequal if _is_random(pair.obtained, one)]
    is_blind = UNREAD in (*pair.obtained.inputs, *pair.reference.inputs)
    if len(unequal) == len(drawn) and pair.obtained.arguments != (
        pair.reference.arguments
    ):
        return _root(RootKind.ARGUMENT, pair, equal, unequal=unequal)
    if not unequal and not is_blind:
        is_reshaped = pair.obtained.shapes != pair.reference.shapes
        kind = RootKind.ARGUMENT if is_reshaped else RootKind.COMPUTED
        return _root(kind, pair, equal)
    makers = [one for one in suspects if _makes(one.what, pair, unequal)]
    drawers = [one for one in suspects if drawn and _draws(one.what)]
    if culprits := makers or drawers or suspects:
        return _blame(culprits[-1], pair)
    kind = RootKind.OUTSIDE if len(unequal) > len(drawn) else RootKind.RANDOM
    return _root(kind if unequal else RootKind.OUTSIDE, pair, equal, unequal=unequal)


def _is_random(operation: Operation, number: int) -> bool:
    return operation.inputs[number : number + 1] != () and operation.inputs[
        number
    ].startswith(GENERATOR)


def _makes(what: Pair | Block, pair: Pair, unequal: Sequence[int]) -> bool:
    """Tell whether calls of one side alone made an unequal input; views hide that."""
    if isinstance(what, Pair):
        return False
    sides = ((what.added, pair.obtained), (what.removed, pair.reference))
    return any(
        digest in {one for call in calls for one in call.outputs}
        for calls, reader in sides
        for number, digest in enumerate(reader.inputs)
        if number in unequal
    )


def _draws(what: Pair | Block) -> bool:
    """Tell whether a suspect can have moved a random generator."""
    calls = (what.obtained,) if isinstance(what, Pair) else what.added + what.removed
    return any(one.startswith(GENERATOR) for call in calls for one in call.inputs)


def _blame(suspect: _Suspect, shown_by: Pair | None) -> Root:
    what = suspect.what
    if isinstance(what, Pair):
        kind = RootKind.ARGUMENT
        return _root(kind, what, suspect.equal_before, shown_by=shown_by)
    return Root(
        kind=RootKind.STRUCTURE,
        obtained=what.added[0] if what.added else None,
        reference=what.removed[0] if what.removed else None,
        added=what.added,
        removed=what.removed,
        shown_by=shown_by,
        equal_before=suspect.equal_before,
        **_distance(shown_by),
    )


def _root(
    kind: RootKind,
    pair: Pair,
    equal: int,
    *,
    unequal: tuple[int, ...] = (),
    shown_by: Pair | None = None,
) -> Root:
    shown = pair if _have_parted(pair) else shown_by
    return Root(
        kind=kind,
        obtained=pair.obtained,
        reference=pair.reference,
        changes=(
            *_changes(pair.obtained.arguments, pair.reference.arguments),
            *_reshaped(pair),
        ),
        unequal=unequal,
        shown_by=shown,
        equal_before=equal,
        **_distance(shown),
    )


class _Distance(TypedDict):
    size: float | None
    is_rounding: bool | None


def _distance(pair: Pair | None) -> _Distance:
    """Tell from two sketches how far the outputs are apart."""
    if pair is None:
        return _Distance(size=None, is_rounding=None)
    one, other = pair.obtained.sketch, pair.reference.sketch
    is_known = len(one) == len(other) > _SUMS and all(map(math.isfinite, one + other))
    norm = max(one[_NORM], other[_NORM]) if is_known else 0.0
    if not norm:
        return _Distance(size=None, is_rounding=None)
    size = math.dist(one[_SUMS:], other[_SUMS:]) / norm
    limits = [
        (ROUNDINGS_OF_HALF if dtype.endswith("float16") else ROUNDINGS) * epsilon
        for dtype, epsilon in _EPSILON.items()
        if any(shape.startswith(f"{dtype}[") for shape in pair.obtained.shapes)
    ]
    is_rounding = size <= max(*limits, RESOLUTION) if limits else None
    return _Distance(size=size, is_rounding=is_rounding)


def _changes(obtained: str, reference: str) -> tuple[Change, ...]:
    ours, theirs = _arguments(obtained), _arguments(reference)
    return tuple(
        Change(name=name, obtained=ours.get(name, ""), reference=theirs.get(name, ""))
        for name in (*ours, *(one for one in theirs if one not in ours))
        if ours.get(name) != theirs.get(name)
    )


def _reshaped(pair: Pair) -> tuple[Change, ...]:
    ours, theirs = (", ".join(one.shapes) for one in (pair.obtained, pair.reference))
    if ours == theirs:
        return ()
    return (Change(name="shape", obtained=ours, reference=theirs),)


def _arguments(text: str) -> dict[str, str]:
    """Read ``p=0.5, train=True``."""
    found = list(_ARGUMENT.finditer(text))
    ends = [*(one.start() for one in found[1:]), len(text)]
    return {
        one[1]: text[one.end() : end] for one, end in zip(found, ends, strict=False)
    }
