"""Geometry of a plot: from numbers to the paths and labels of an inline SVG, pure.

A plot is stretched to whatever width there is, so lines keep their width by
``vector-effect`` and text stands beside the SVG as HTML, where it stays as large as the
text around it: on a phone, on paper and zoomed. A dot is a line of no length with round
ends. Positions of text are one of a few classes, since a strict content security policy
allows no styles in attributes. There is no markup here: see `templates/plot.html`.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

__all__ = [
    "HEIGHT",
    "WIDTH",
    "Axis",
    "Label",
    "Mark",
    "Plot",
    "area",
    "axis_of",
    "path",
]

WIDTH: Final = 1000
HEIGHT: Final = 300

PLACES: Final = 40
"""Text can stand at so many places along an axis, and at its start."""

DECADES: Final = 100
"""Positive values that span so much are shown on a logarithmic axis."""

_TICKS: Final = 4
_STEPS: Final = (1, 2, 2.5, 5, 10)
_DIGITS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One drawn path.

    Attributes:
        kind: Its class in the style sheet, such as ``obtained``.
        d: The path.
    """

    kind: str
    d: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A piece of text beside the drawing.

    Attributes:
        text: What it says.
        place: From 0 at the left or top to `PLACES` at the right or bottom.
        kind: Of what it speaks, as of a `Mark`.
    """

    text: str
    place: int
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A drawing with its text.

    Attributes:
        title: What it shows, for whoever cannot see it.
        description: What can be seen in it, in a sentence or two.
        marks: What is drawn, from back to front.
        rows: Labels along the vertical axis.
        columns: Labels along the horizontal axis.
        ends: Labels at the right end of lines.
        height: Of the drawing, in its own units.
        note: A word on the axes; may be empty.
    """

    title: str
    description: str
    marks: tuple[Mark, ...]
    rows: tuple[Label, ...]
    columns: tuple[Label, ...]
    ends: tuple[Label, ...] = ()
    height: int = HEIGHT
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """One axis, from a number to a place.

    Attributes:
        low: The value at its start.
        high: The value at its end; larger.
        size: Its length, in units of the drawing.
        is_log: Whether equal ratios are equally far.
        is_down: Whether the start is at the bottom.
        ticks: Values that are labelled.
    """

    low: float
    high: float
    size: int
    is_log: bool = False
    is_down: bool = False
    ticks: tuple[float, ...] = ()

    def at(self, value: float) -> int:
        """Place a value.

        Args:
            value: Any number; one beyond an end is placed at that end.

        Returns:
            The place, in whole units of the drawing.
        """
        share = self._share(min(max(value, self.low), self.high))
        return round(self.size * (1 - share if self.is_down else share))

    def label(self, value: float, text: str = "", kind: str = "") -> Label:
        """Label a value.

        Args:
            value: Where.
            text: What to say; by default the value.
            kind: Of what it speaks.

        Returns:
            The label.
        """
        place = round(PLACES * self.at(value) / self.size)
        return Label(text=text or number(value), place=place, kind=kind)

    def _share(self, value: float) -> float:
        if self.is_log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


def axis_of(
    values: Iterable[float], size: int, *, is_down: bool = False, is_log: bool = False
) -> Axis:
    """Choose an axis that holds all values, with round ends.

    Args:
        values: What is to be shown; those not finite are left out.
        size: Its length, in units of the drawing.
        is_down: Whether it starts at the bottom.
        is_log: Whether it is logarithmic however little the values span.

    Returns:
        The axis; logarithmic where positive values span two decades or more.
    """
    known = [value for value in values if math.isfinite(value)]
    positive = [value for value in known if value > 0]
    spans = bool(known) and min(known) > 0 and max(known) >= DECADES * min(known)
    if positive and (is_log or spans):
        return _log_axis(min(positive), max(positive), size, is_down=is_down)
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    if high - low <= abs(high) * 1e-12:
        low, high = low - (abs(low) / 10 or 1), high + (abs(high) / 10 or 1)
    step = _round_step((high - low) / _TICKS)
    first, last = math.floor(low / step), math.ceil(high / step)
    ticks = tuple(step * number for number in range(first, last + 1))
    return Axis(low=ticks[0], high=ticks[-1], size=size, is_down=is_down, ticks=ticks)


def _log_axis(low: float, high: float, size: int, *, is_down: bool) -> Axis:
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    last = max(last, first + 1)
    stride = max(1, math.ceil((last - first) / _TICKS))
    last = first + stride * math.ceil((last - first) / stride)
    ticks = tuple(10.0**power for power in range(first, last + 1, stride))
    return Axis(
        low=ticks[0],
        high=ticks[-1],
        size=size,
        is_log=True,
        is_down=is_down,
        ticks=ticks,
    )


def _round_step(width: float) -> float:
    """Round a step up to 1, 2, 2.5 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(width))
    return next(power * step for step in _STEPS if power * step >= width * 0.999)


def number(value: float) -> str:
    """Write a number as short as a label must be.

    Args:
        value: The number.

    Returns:
        At most four digits, with a true minus.
    """
    return (
        f"{value:.{_DIGITS}g}".replace("-", "−")
        .replace("e−0", "e−")
        .replace("e+0", "e")
    )


def path(points: Sequence[tuple[int, int] | None]) -> str:
    """Draw a line through points, with whole and relative steps, which are shortest.

    Args:
        points: Places in order; None leaves a gap.

    Returns:
        The path; a point between two gaps becomes a dot.
    """
    parts: list[str] = []
    before: tuple[int, int] | None = None
    for point in points:
        if point is None:
            before = None
        elif before is None:
            parts.append(f"M{point[0]} {point[1]}h0")
            before = point
        elif point != before:
            right, down = point[0] - before[0], point[1] - before[1]
            parts.append(f"l{right}{_signed(down)}")
            before = point
    return "".join(parts)


def _signed(step: int) -> str:
    return str(step) if step < 0 else f" {step}"


def area(edges: Sequence[tuple[int, int, int]]) -> str:
    """Draw an area between two lines.

    Args:
        edges: Places along the horizontal axis, with those of both lines.

    Returns:
        The closed path; empty for fewer than two places.
    """
    if len(edges) < 2:  # noqa: PLR2004  # an area has a width
        return ""
    there = [(x, one) for x, one, _ in edges]
    back = [(x, other) for x, _, other in reversed(edges)]
    return path([*there, *back]) + "z"
