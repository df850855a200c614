"""Tables and rates, as Markdown."""

from collections.abc import Iterable, Sequence

__all__ = ["percent", "table"]

SMALL = 0.02


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Write a table.

    Args:
        head: The names of its columns.
        rows: Its cells.

    Returns:
        Lines of Markdown.
    """
    return [
        f"| {' | '.join(head)} |",
        "|" + "---|" * len(head),
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


def percent(rate: float) -> str:
    """Write a rate: two digits of a small one, one of a large one.

    Args:
        rate: In [0, 1].

    Returns:
        Percent.
    """
    return f"{100 * rate:.{2 if 0 < rate < SMALL else 1}f} %"
