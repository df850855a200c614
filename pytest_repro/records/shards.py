"""One of several parts of the experiments, each of which another machine runs."""

from dataclasses import dataclass

__all__ = ["Shard"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """A part, and the whole that it is a part of.

    Attributes:
        number: Which part, from 1 on.
        count: How many parts there are.
        selected: The node ids of all experiments that were to run, sorted.
        own: Those of this part, sorted.
        skipped: Those of this part that a mark skipped, sorted.
        commit: Of the sources; empty where git knows none.
    """

    number: int
    count: int
    selected: tuple[str, ...]
    own: tuple[str, ...]
    skipped: tuple[str, ...] = ()
    commit: str = ""
