"""One line of text that shows where numbers lie around a centre, and a margin.

A person sees at once whether a margin is wider than the seeds spread, and whether
rounding is small beside both.
"""

from collections.abc import Sequence
from typing import Final

__all__ = ["dotplot"]

AXIS: Final = "─"
CENTRE: Final = "┼"
LEFT: Final = "├"
RIGHT: Final = "┤"
DOT: Final = "●"
MARK: Final = "×"


def dotplot(
    dots: Sequence[float],
    *,
    marks: Sequence[float],
    centre: float,
    margin: float,
    width: int,
) -> tuple[float, str, float]:
    """Draw numbers on an axis that is symmetric around a centre.

    Args:
        dots: The numbers, finite.
        marks: Others, finite, drawn below the dots.
        centre: The middle of the axis.
        margin: Drawn on both sides of the centre; 0 for none.
        width: How many columns.

    Returns:
        The left end of the axis, the line, and the right end.

    Example:
        >>> dotplot([0.9, 1.1], marks=[1.0], centre=1.0, margin=0.2, width=9)
        (0.8, '├─●─×─●─┤', 1.2)
    """
    reach = max(margin, *(abs(one - centre) for one in (*dots, *marks, centre)))
    columns = [" " if margin else AXIS] * width

    def column(value: float) -> int:
        share = (value - centre) / reach if reach else 0.0
        return round((share + 1) / 2 * (width - 1))

    if margin:
        first, last = column(centre - margin), column(centre + margin)
        columns[first : last + 1] = [LEFT, *AXIS * (last - first - 1), RIGHT]
    columns[column(centre)] = CENTRE
    for symbol, values in ((MARK, marks), (DOT, dots)):
        for value in values:
            columns[column(value)] = symbol
    # Rounding must not leave a number outside the ends that are told.
    low, high = min(centre - reach, *dots, *marks), max(centre + reach, *dots, *marks)
    return low, "".join(columns).rstrip(), high
