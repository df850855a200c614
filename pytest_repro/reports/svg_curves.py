"""Draw a curve: obtained over the reference, and below it how far they are apart.

Two runs inside an envelope look the same at any size, so what matters is drawn by
itself: the deviation, step by step, under the line that it may not cross.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from pytest_repro.reports.curves import Band, Curve, Line
from pytest_repro.reports.svg import (
    HEIGHT,
    PLACES,
    WIDTH,
    Axis,
    Label,
    Mark,
    Plot,
    area,
    axis_of,
    number,
    path,
)

__all__ = ["draw_curve", "draw_deviation"]

LOW: Final = 150
"""The height of a plot of deviations."""

APART: Final = 5
"""Places that two labels at the right need between them."""


def draw_curve(curve: Curve) -> Plot | None:
    """Draw both sides of a trace.

    Args:
        curve: The trace.

    Returns:
        The plot; None if there is no finite value on either side.
    """
    values = [*_values(curve.obtained), *_values(curve.reference)]
    if not values:
        return None
    x = _steps(curve)
    y = axis_of(values, HEIGHT, is_down=True)
    sides = {"reference": curve.reference, "obtained": curve.obtained}
    marks = [
        *_grid(y),
        *_band("spread", curve.spread, x, y),
        *_band("envelope", curve.envelope, x, y),
        *(_line(kind, line, x, y) for kind, line in sides.items() if line),
        *_at(curve.parted, x, HEIGHT),
    ]
    return Plot(
        title=f"{curve.name} by step",
        description=_told(curve),
        marks=_shared(marks),
        rows=tuple(y.label(tick) for tick in y.ticks),
        columns=_columns(x),
        ends=_ends(curve, y),
        note="logarithmic" if y.is_log else "",
    )


def draw_deviation(curve: Curve) -> Plot | None:
    """Draw how far both sides are apart, and how far they may be.

    Args:
        curve: The trace.

    Returns:
        The plot; None where nothing differs or no two seeds are the same.
    """
    far = [*_values(curve.deviation), *_values(curve.allowed)]
    if not any(value > 0 for value in far):
        return None
    x = _steps(curve)
    y = axis_of([v for v in far if v > 0], LOW, is_down=True, is_log=True)
    allowed = [(x.at(s), y.at(v), LOW) for s, v in curve.allowed if v]
    marks = [
        *_grid(y),
        Mark(kind="safe", d=area(allowed)),
        _line("allowed", curve.allowed, x, y),
        _line("deviation", curve.deviation, x, y),
        *_outside(curve, x, y),
    ]
    limit = " under the line that it may not cross" if curve.allowed else ""
    return Plot(
        title=f"deviation of {curve.name} from the reference by step",
        description=f"How far the obtained run is from the reference{limit}. "
        f"{_most(curve)}",
        marks=tuple(mark for mark in marks if mark.d),
        rows=tuple(y.label(tick) for tick in y.ticks),
        columns=_columns(x),
        height=LOW,
        note="logarithmic",
    )


def _values(line: Line) -> list[float]:
    return [value for _, value in line if value is not None]


def _steps(curve: Curve) -> Axis:
    steps = [step for step, _ in (*curve.reference, *curve.obtained)]
    low, high = min(steps), max(steps)
    return Axis(low=low, high=max(high, low + 1), size=WIDTH)


def _columns(x: Axis) -> tuple[Label, ...]:
    """Label round steps between the first and the last."""
    round_ones = axis_of([x.low, x.high], WIDTH).ticks
    inner = [one for one in round_ones if x.low < one < x.high - (x.high - x.low) / 10]
    steps = dict.fromkeys(round(one) for one in (x.low, *inner, x.high))
    first, *rest = (x.label(step, f"{step:,}".replace(",", " ")) for step in steps)
    return (Label(text=f"step {first.text}", place=first.place), *rest)


def _grid(y: Axis) -> Iterator[Mark]:
    yield Mark(kind="grid", d="".join(f"M0 {y.at(one)}h{WIDTH}" for one in y.ticks))


def _band(kind: str, band: Band, x: Axis, y: Axis) -> Iterator[Mark]:
    edges = [(x.at(step), y.at(low), y.at(high)) for step, low, high in band]
    if any(abs(low - high) > 1 for _, low, high in edges):
        yield Mark(kind=kind, d=area(edges))


def _line(kind: str, line: Line, x: Axis, y: Axis) -> Mark:
    points = [None if v is None else (x.at(s), y.at(v)) for s, v in line]
    return Mark(kind=kind, d=path(points))


def _at(step: int | None, x: Axis, height: int) -> Iterator[Mark]:
    if step is not None:
        yield Mark(kind="parted", d=f"M{x.at(step)} 0v{height}")


def _shared(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """Draw two lines that look the same once: half the bytes, and nothing is hidden."""
    kept = [mark for mark in marks if mark.d]
    drawn = {mark.kind: mark.d for mark in kept}
    if drawn.get("obtained") == drawn.get("reference"):
        kept = [
            Mark(kind="both", d=mark.d) if mark.kind == "obtained" else mark
            for mark in kept
            if mark.kind != "reference"
        ]
    return tuple(kept)


def _ends(curve: Curve, y: Axis) -> tuple[Label, ...]:
    sides = {"obtained": curve.obtained, "reference": curve.reference}
    last = {kind: _values(line)[-1] for kind, line in sides.items() if _values(line)}
    if len(last) == 2 and curve.is_same:  # noqa: PLR2004  # both sides
        return (y.label(last["obtained"], f"both {number(last['obtained'])}", "both"),)
    labels = [
        y.label(value, f"{kind} {number(value)}", kind) for kind, value in last.items()
    ]
    return _spread_out(labels)


def _spread_out(labels: list[Label]) -> tuple[Label, ...]:
    if len(labels) < 2:  # noqa: PLR2004  # nothing to keep apart
        return tuple(labels)
    upper, lower = sorted(labels, key=lambda label: label.place)
    if lower.place - upper.place >= APART:
        return upper, lower
    middle = (upper.place + lower.place) // 2
    top = min(max(middle - APART // 2, 0), PLACES - APART)
    return (
        Label(text=upper.text, place=top, kind=upper.kind),
        Label(text=lower.text, place=top + APART, kind=lower.kind),
    )


def _outside(curve: Curve, x: Axis, y: Axis) -> Iterator[Mark]:
    step = _first_outside(curve)
    if step is not None:
        far = dict(curve.deviation)[step] or y.low
        yield Mark(kind="outside", d=f"M{x.at(step)} {y.at(far)}h0")


def _first_outside(curve: Curve) -> int | None:
    allowed = dict(curve.allowed)
    for step, far in curve.deviation:
        bound = allowed.get(step)
        if bound is not None and (far is None or far > bound):
            return step
    return None


def _told(curve: Curve) -> str:
    lines = {"obtained": curve.obtained, "reference": curve.reference}
    told = []
    for kind, line in lines.items():
        values = _values(line)
        if values:
            ends = f"from {number(values[0])} to {number(values[-1])}"
            told.append(f"The {kind} run goes {ends}.")
    if curve.is_same:
        told = [*told[:1], "The reference has the same bits at every step."]
    elif curve.parted is not None:
        told.append(f"They part at step {curve.parted}.")
    return " ".join(told)


def _most(curve: Curve) -> str:
    far = max(_values(curve.deviation), default=0.0)
    step = _first_outside(curve)
    crossed = (
        "It never crosses it." if step is None else f"It crosses it at step {step}."
    )
    return f"At most {number(far)}. {crossed if curve.allowed else ''}".strip()
