"""Lay two operation traces side by side, though one has calls that the other lacks.

Calls stand beside each other if step, name, module and shapes of outputs agree. As long
as they do, that costs nothing; where they part, a stretch of both is searched for where
they meet again. If a module has only been renamed, its calls still meet. If both sides
make the same calls until then, only shapes are others, and no call was replaced.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, TypeAlias

from pytest_repro.records import Operation

__all__ = ["Block", "Pair", "align"]

STRETCH: Final = 256
"""How far ahead calls are searched for that meet again."""

SURE: Final = 3
"""So many calls in a row that agree are no accident."""

MAX_BLOCKS: Final = 64
"""Traces that part so often are not of one program."""

Operations: TypeAlias = Sequence[Operation]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two calls that stand beside each other.

    Attributes:
        obtained: The one.
        reference: The other.
    """

    obtained: Operation
    reference: Operation


@dataclass(frozen=True, slots=True)
class Block:
    """Calls that only one side has; both, where some were replaced.

    Attributes:
        added: What only the obtained run calls.
        removed: What only the reference calls.
    """

    added: tuple[Operation, ...]
    removed: tuple[Operation, ...]


def align(obtained: Operations, reference: Operations) -> Iterator[Pair | Block]:
    """Lay two traces side by side.

    What is left of one trace when the other has ended belongs to nothing: a reference
    keeps a bounded trace.

    Args:
        obtained: The calls of the obtained run.
        reference: The calls of the reference.

    Yields:
        Pairs and blocks, in the order of the calls.
    """
    here = there = blocks = 0
    while here < len(obtained) and there < len(reference):
        one, other = obtained[here], reference[there]
        if _are_beside(one, other):
            yield Pair(one, other)
            here, there = here + 1, there + 1
            continue
        blocks += 1
        if blocks > MAX_BLOCKS:
            return
        added, removed = _gap(obtained[here:], reference[there:])
        block = Block(
            tuple(obtained[here : here + added]),
            tuple(reference[there : there + removed]),
        )
        reshaped = _reshaped(block)
        yield from reshaped or (block,)
        here, there = here + added, there + removed


def _reshaped(block: Block) -> list[Pair]:
    """Lay the calls of a block side by side if they differ in shapes alone."""
    sides = (block.added, block.removed)
    ours, theirs = ([(one.step, one.name, one.module) for one in it] for it in sides)
    return list(map(Pair, *sides)) if ours == theirs else []


def _are_beside(one: Operation, other: Operation) -> bool:
    if _key(one) != _key(other):
        return False
    return one.module == other.module or one.outputs == other.outputs


def _gap(obtained: Operations, reference: Operations) -> tuple[int, int]:
    """Count the calls of both until they meet again; all of them if they never do."""
    ahead = obtained[:STRETCH], reference[:STRETCH]
    named = [[(*_key(one), one.module) for one in side] for side in ahead]
    bare = [[_key(one) for one in side] for side in ahead]
    for keys in (named, bare):
        found = _meeting(keys[0], keys[1])
        if found is not None:
            return found
    steps = sorted(
        {one.step for one in obtained[1:]} & {one.step for one in reference[1:]}
    )
    later = [step for step in steps if step > max(obtained[0].step, reference[0].step)]
    if not later:
        return len(obtained), len(reference)
    return _start(obtained, later[0]), _start(reference, later[0])


def _meeting(
    obtained: Sequence[object], reference: Sequence[object]
) -> tuple[int, int] | None:
    matcher = SequenceMatcher(None, obtained, reference, autojunk=False)
    for place in matcher.get_matching_blocks():
        is_end = place.a + place.size == len(obtained) < STRETCH
        is_end &= place.b + place.size == len(reference) < STRETCH
        if place.size >= SURE or (place.size and is_end):
            return place.a, place.b
    return None


def _start(operations: Operations, step: int) -> int:
    return next(i for i, one in enumerate(operations) if one.step == step)


def _key(one: Operation) -> tuple[int, str, tuple[str, ...]]:
    return one.step, one.name, one.shapes
