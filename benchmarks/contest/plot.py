"""Curves as an SVG of our own: no fonts from elsewhere, the same bytes every time.

A picture has a white ground, so that it reads on a dark page too. Curves differ in
colour and in dash, and carry their names at the right.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

__all__ = ["Curve", "draw_curves"]

WIDTH, HEIGHT = 840, 400
LEFT, RIGHT, TOP, BOTTOM = 60, 330, 36, 50
COLOURS = ("#000000", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8a6d00", "#56b4e9")
DASHES = ("", "6 3", "2 2", "8 3 2 3")
LINE = 15
MARGIN_AT = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One curve.

    Attributes:
        name: Beside the picture.
        points: From a shift in margins to a rate in [0, 1].
    """

    name: str
    points: tuple[tuple[float, float], ...]


def draw_curves(title: str, curves: Sequence[Curve]) -> str:
    """Draw rates over shifts.

    Args:
        title: What the rates are.
        curves: The curves; the first is drawn thickest.

    Returns:
        An SVG document.
    """
    largest = max(x for curve in curves for x, _ in curve.points)
    body = [
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        _text(LEFT, 20, title, "start", bold=True),
        *_axes(largest),
        # Our own lies above all others.
        *reversed([_line(i, curve, largest) for i, curve in enumerate(curves)]),
        *_legend(curves),
    ]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" role="img" '
        'font-family="sans-serif" font-size="12">'
    )
    label = f"<title>{escape(title)}</title>"
    return "\n".join([head, label, *body, "</svg>", ""])


def _axes(largest: float) -> Iterable[str]:
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    for tenth in range(0, 11, 2):
        y = _y(tenth / 10)
        yield _stroke((LEFT, y, right, y), "#dddddd")
        yield _text(LEFT - 8, y + 4, f"{10 * tenth} %", "end")
    for half in range(round(2 * largest) + 1):
        x = _x(half / 2, largest)
        yield _stroke((x, bottom, x, bottom + 5), "#444444")
        yield _text(x, bottom + 19, f"{half / 2:g}", "middle")
    margin = _x(MARGIN_AT, largest)
    yield _stroke((margin, TOP, margin, bottom), "#999999", "3 3")
    yield _stroke((LEFT, bottom, right, bottom), "#444444")
    middle = (LEFT + right) / 2
    yield _text(middle, HEIGHT - 12, "shift, in equivalence margins", "middle")


def _line(index: int, curve: Curve, largest: float) -> str:
    points = " ".join(f"{_x(x, largest):.1f},{_y(y):.1f}" for x, y in curve.points)
    return f'<polyline points="{points}" fill="none" {_style(index)}/>'


def _legend(curves: Sequence[Curve]) -> Iterable[str]:
    left = WIDTH - RIGHT + 14
    for index, curve in enumerate(curves):
        y = TOP + 10 + index * (LINE + 5)
        yield f'<path d="M{left} {y - 4}h26" fill="none" {_style(index)}/>'
        yield _text(left + 32, y, curve.name, "start")


def _style(index: int) -> str:
    dash = DASHES[index % len(DASHES)] if index else ""
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    width = 1.6 if index else 3
    colour = COLOURS[index % len(COLOURS)]
    return f'stroke="{colour}" stroke-width="{width}"{dashed}'


def _stroke(
    ends: tuple[float, float, float, float], colour: str, dash: str = ""
) -> str:
    x1, y1, x2, y2 = ends
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
        f'stroke="{colour}"{dashed}/>'
    )


def _text(x: float, y: float, text: str, anchor: str, *, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="#222222"{weight}>'
        f"{escape(text)}</text>"
    )


def _x(shift: float, largest: float) -> float:
    return LEFT + (WIDTH - RIGHT - LEFT) * shift / largest


def _y(rate: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * rate
