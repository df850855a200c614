"""Starter data by formula: two spirals, the same bytes on every machine.

The numbers are rounded to four places, where no sine of any library is in doubt, so the
digest is known beforehand and nothing has to be fetched.
"""

import math
from typing import Final

__all__ = ["DIGEST", "starter_data"]

POINTS: Final = 97
TURNS: Final = 16.0
WIDEST: Final = 104.0

DIGEST: Final = (
    "sha256:32ef801c4b56a240d51e552890fc635ef99b226b49c1e8dc6dd6aca49e22b5d4"
)
"""Of the bytes that `starter_data` gives."""


def starter_data() -> str:
    """Return the points of two spirals that turn into each other.

    Returns:
        A table of 194 rows with the columns x, y and label.

    Source:
        The two-spirals benchmark as in Lang and Witbrock, "Learning to tell two
        spirals apart", 1988: angle i * pi / 16, radius 6.5 * (104 - i) / 104.
    """
    rows = ["x,y,label"]
    for number in range(POINTS):
        angle = number * math.pi / TURNS
        radius = 6.5 * (WIDEST - number) / WIDEST
        x, y = radius * math.sin(angle), radius * math.cos(angle)
        rows += [f"{x:.4f},{y:.4f},0", f"{-x:.4f},{-y:.4f},1"]
    return "\n".join(rows) + "\n"
