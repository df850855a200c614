"""Batches that a variation splits, where an experiment offers a place for it.

What a batch is to a training loop, nobody outside it can know. So this only says into
how many parts, and counts what was done; `repro.micro_batches` is the place.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

__all__ = ["SPLITTING", "Splitting", "split_batches"]


@dataclass(slots=True)
class Splitting:
    """How batches are split in this process.

    Attributes:
        parts: Into how many; 1 for not at all.
        batches: How many were split so far.
        whole: Kinds of layers, in watched models, for which a part is no less than
            another batch: they take statistics over it, or draw for it.
        owner: The trainer that accumulates over the parts, where the loop is its own.
        kept_whole: Why nothing was split, where somebody knows.
    """

    parts: int = 1
    batches: int = 0
    whole: set[str] = field(default_factory=set)
    owner: str = ""
    kept_whole: str = ""


SPLITTING: Final = Splitting()


def split_batches(parts: int) -> Callable[[], None]:
    """Split batches from now on.

    Args:
        parts: Into how many.

    Returns:
        A function that ends it.
    """
    SPLITTING.parts, SPLITTING.batches = parts, 0
    SPLITTING.whole.clear()
    SPLITTING.owner = SPLITTING.kept_whole = ""

    def put_back() -> None:
        SPLITTING.parts = 1

    return put_back
