"""Cut a report to a size, and say what was cut.

GitHub refuses a comment of more than 65,536 characters, and a step summary of more than
1 MiB, whole. So a report takes what matters most while there is room for it, and
counts what it leaves out.
"""

from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

__all__ = ["Room"]

T = TypeVar("T")


class Room(Generic[T]):
    """The bytes that are left.

    Attributes:
        left_bytes: How many; never negative.
    """

    def __init__(self, size_bytes: int) -> None:
        """Begin with nothing taken.

        Args:
            size_bytes: How many bytes of UTF-8 there are.
        """
        self.left_bytes = max(size_bytes, 0)

    def take(self, lines: Iterable[str]) -> bool:
        """Take lines whole, if they fit.

        Args:
            lines: The lines, without their ends.

        Returns:
            Whether they fit; if not, nothing is taken.
        """
        needed = sum(len(line.encode("utf-8", "replace")) + 1 for line in lines)
        if needed > self.left_bytes:
            return False
        self.left_bytes -= needed
        return True

    def take_most(
        self, blocks: Sequence[tuple[T, Sequence[str]]], *, share: float = 1.0
    ) -> list[T]:
        """Take blocks from the first on, until one does not fit.

        Args:
            blocks: Each with its name, those that matter most first.
            share: Which part of what is left they may have together.

        Returns:
            The names of those taken.
        """
        kept = int(self.left_bytes * (1 - share))
        own: Room[T] = Room(self.left_bytes - kept)
        taken: list[T] = []
        for name, lines in blocks:
            if not own.take(lines):
                break
            taken.append(name)
        self.left_bytes = kept + own.left_bytes
        return taken
