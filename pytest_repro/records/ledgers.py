"""The step ledger: which bits every part of a run had at every step.

A trace says that two runs differ; a ledger says which part differed first: the batch,
a random generator, the gradients, the optimizer. It never decides a verdict, it
explains one, so its digests are short and quick, and no integrity rests on them.
"""

from dataclasses import dataclass
from typing import Final

__all__ = ["BEFORE", "SAMPLE", "Lane", "LostLane"]

BEFORE: Final = -1
"""The step of what was there before the first step, such as initial weights."""

SAMPLE: Final = "data/sample"
"""The lane that follows no steps: it holds the least numbers of all rows of data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One part of a run, followed from step to step.

    Where following it cost too much, later steps are further apart; a lane is compared
    with another at the steps that both have.

    Attributes:
        name: The part, such as ``data/batch`` or ``model/gradients``.
        steps: Strictly increasing, from `BEFORE` on.
        orders: The position of each among all that the ledger follows; not that of
            traces and fingerprints.
        digests: 16 hexadecimal characters each: `quick64-v1` of tensors; of text, of
            generators, and of several digests together, the first of their SHA-256.
    """

    name: str
    steps: tuple[int, ...]
    orders: tuple[int, ...]
    digests: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LostLane:
    """A part of a run that could not be followed to its end.

    Attributes:
        name: That of the lane, or of all that share its digests, such as ``rng``.
        step: The first step without a digest, from `BEFORE` on.
        why: One line: what was raised, by type and message.
    """

    name: str
    step: int
    why: str
