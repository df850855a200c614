"""The answer of a search for near duplicates: what is near to what, and how near."""

from typing import NamedTuple

__all__ = ["Near"]


class Near(NamedTuple):
    """Something, and what is most like it among others.

    Attributes:
        own: Its place among those that were looked for.
        other: The place of the other among those that were looked through.
        similarity: How alike they are, at most 1.
    """

    own: int
    other: int
    similarity: float
