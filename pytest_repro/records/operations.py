"""What a step did, operation by operation: the words of an operation trace.

Two traces show where arithmetic parted: at the first operation whose inputs are equal
and whose outputs are not.
"""

import enum
from dataclasses import dataclass
from typing import Final

__all__ = ["GENERATOR", "UNREAD", "Operation", "Phase"]

GENERATOR: Final = "rng:"
"""Stands before the digest of a random generator, where that is an input."""

UNREAD: Final = "-"
"""Stands for the digest of contents that cannot be read; it is not compared."""


class Phase(enum.StrEnum):
    """In which part of a run an operation was called."""

    SETUP = "setup"
    FORWARD = "forward"
    BACKWARD = "backward"
    OPTIMIZER = "optimizer"
    EVALUATION = "evaluation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One call of an operator that produced tensors.

    Attributes:
        step: The step in which it was called; `ledgers.BEFORE` before the first.
        phase: In which part of it.
        name: Such as ``aten.addmm.default``.
        module: The path of the module that called it, such as ``net.conv1``; empty
            outside of any.
        source: The line of the project that called it, such as ``train.py:88``,
            relative to the project's root; empty where there is none.
        inputs: ``quick64-v1`` digest of each tensor that it read, in order; that of
            the generator of an operator that draws comes last, after `GENERATOR`.
        outputs: The same of each tensor that it wrote to, then of those it produced;
            `UNREAD` for one that has no digest.
        shapes: Of the outputs, with their types, such as ``float32[64, 10]``.
        arguments: Whatever else it was called with, as text.
        sketch: Of all outputs that are floats: their norm, mean, smallest and largest
            number, then four sums whose distance from those of another sketch
            estimates that of the outputs. Empty where there is none.
        is_source: Whether it ignores what its outputs held before, as a random
            initialiser or a fill does: then old contents are no input.
    """

    step: int
    phase: Phase
    name: str
    module: str = ""
    source: str = ""
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ()
    arguments: str = ""
    sketch: tuple[float, ...] = ()
    is_source: bool = False
