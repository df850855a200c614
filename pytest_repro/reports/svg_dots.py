"""Draw seeds as dots around the margin that the reference allows."""

from typing import Final

from pytest_repro.reports.dots import Dots
from pytest_repro.reports.svg import WIDTH, Axis, Label, Mark, Plot, number

__all__ = ["draw_dots"]

HEIGHT: Final = 100
OBTAINED: Final = 30
REFERENCE: Final = 70
"""The heights at which both sides stand."""

ROOM: Final = 0.08
"""What is left free at both ends, as a share."""


def draw_dots(dots: Dots) -> Plot | None:
    """Draw what each seed gave.

    Args:
        dots: One metric over seeds.

    Returns:
        The plot; None if there is no value on either side.
    """
    values = (*dots.obtained, *dots.reference)
    if not values:
        return None
    bounds = [one for one in (dots.low, dots.high, dots.center) if one is not None]
    x = _axis([*values, *bounds])
    return Plot(
        title=f"{dots.name} of each seed",
        description=_told(dots),
        marks=_marks(dots, x),
        rows=(
            Label(text=f"obtained {len(dots.obtained)}", place=12, kind="obtained"),
            Label(text=f"reference {len(dots.reference)}", place=28, kind="reference"),
        ),
        columns=tuple(x.label(one) for one in bounds or (min(values), max(values))),
        height=HEIGHT,
    )


def _axis(values: list[float]) -> Axis:
    low, high = min(values), max(values)
    room = (high - low) * ROOM or abs(low) * ROOM or 1.0
    return Axis(low=low - room, high=high + room, size=WIDTH)


def _marks(dots: Dots, x: Axis) -> tuple[Mark, ...]:
    marks = []
    if dots.low is not None and dots.high is not None:
        left, right = x.at(dots.low), x.at(dots.high)
        box = f"M{left} 0h{right - left}v{HEIGHT}h{left - right}z"
        marks.append(Mark(kind="margin", d=box))
    if dots.center is not None:
        marks.append(Mark(kind="center", d=f"M{x.at(dots.center)} 0v{HEIGHT}"))
    for kind, values, height in (
        ("reference", dots.reference, REFERENCE),
        ("obtained", dots.obtained, OBTAINED),
    ):
        places = "".join(f"M{x.at(value)} {height}h0" for value in values)
        marks.append(Mark(kind=f"dots-{kind}", d=places))
    return tuple(mark for mark in marks if mark.d)


def _told(dots: Dots) -> str:
    sides = (("obtained", dots.obtained), ("reference", dots.reference))
    told = [
        f"{len(values)} {kind} between {number(min(values))} and {number(max(values))}."
        for kind, values in sides
        if values
    ]
    if dots.low is not None and dots.high is not None:
        told.append(f"The margin is {number(dots.low)} to {number(dots.high)}.")
    if dots.broken:
        told.append(f"{dots.broken} are not finite.")
    return " ".join(told)
