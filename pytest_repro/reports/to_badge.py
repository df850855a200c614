"""A badge: how many experiments of a session were reproduced, as an image of one line.

It is drawn here, without a network or a font of its own; the colour only repeats what
the words say, and the words stand in the title for who cannot see them.
"""

from dataclasses import dataclass
from html import escape
from typing import Final

from pytest_repro import canonical
from pytest_repro.records import Session
from pytest_repro.reports.plain import one_line, shorten_middle
from pytest_repro.reports.summary import Status, count_statuses

__all__ = ["COLOURS", "badge_json", "badge_svg"]

LABEL: Final = "reproducible"
COLOURS: Final = {
    "holds": "#1a7f37",
    "fails": "#b3261e",
    "partly": "#8a5a00",
    "nothing": "#57606a",
    "label": "#3b4048",
}
"""Backgrounds; the white text on each has a contrast of at least 4.5 to 1."""

_NARROW: Final = frozenset("fijlrt ,.:'|")
_WIDE: Final = frozenset("mwMW")
_PADDING: Final = 8
_WIDEST: Final = 60


@dataclass(frozen=True, slots=True)
class _Badge:
    """What a badge says.

    Attributes:
        message: The words beside the label.
        state: A name of `COLOURS`.
    """

    message: str
    state: str


def badge_svg(session: Session) -> str:
    """Draw a session as a badge.

    Args:
        session: What happened.

    Returns:
        An SVG document, such as ``reproducible 5 of 6``.
    """
    badge = _badge(session)
    left, right = _width(LABEL), _width(badge.message)
    whole = escape(f"{LABEL}: {badge.message}")
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" '
        f'width="{left + right}" height="20" aria-label="{whole}">\n'
        f"<title>{whole}</title>\n"
        f'<rect width="{left + right}" height="20" rx="3" '
        f'fill="{COLOURS["label"]}"/>\n'
        f'<path d="M{left} 0h{right - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{right - 3}z" '
        f'fill="{COLOURS[badge.state]}"/>\n'
        '<g fill="#ffffff" font-family="Verdana,DejaVu Sans,sans-serif" '
        'font-size="11">\n'
        f"{_text(LABEL, _PADDING, left)}\n"
        f"{_text(badge.message, left + _PADDING, right)}\n"
        "</g>\n"
        "</svg>\n"
    )


def badge_json(session: Session) -> bytes:
    """Write a session as an endpoint that shields.io draws.

    Args:
        session: What happened.

    Returns:
        Canonical JSON.

    Source:
        https://shields.io/badges/endpoint-badge
    """
    badge = _badge(session)
    return canonical.dumps(
        {
            "schemaVersion": 1,
            "label": LABEL,
            "message": badge.message,
            "color": COLOURS[badge.state],
            "labelColor": COLOURS["label"],
            "isError": badge.state == "fails",
        }
    )


def _badge(session: Session) -> _Badge:
    """Choose words and state; whatever was not compared is not called reproducible."""
    counts = count_statuses(session)
    passed, failed = counts[Status.PASSED], counts[Status.FAILED]
    names = [one_line(one.name) for one in session.problems if one.is_fatal]
    total = len(session.outcomes)
    if not passed + failed:
        message = shorten_middle(", ".join(names), _WIDEST) or "nothing compared"
        return _Badge(message, "fails" if names else "nothing")
    message = f"{passed} of {total}"
    if names:
        return _Badge(shorten_middle(f"{message}, {names[0]}", _WIDEST), "fails")
    if failed:
        return _Badge(message, "fails")
    return _Badge(message, "holds" if passed == total else "partly")


def _width(text: str) -> int:
    """Guess how wide text is, near enough for `textLength` to set it without gaps."""
    inner = sum(_char_width(char) for char in text)
    return round(inner) + 2 * _PADDING


def _char_width(char: str) -> float:
    if char in _NARROW:
        return 4.0
    if char in _WIDE:
        return 10.5
    return 7.6 if char.isupper() else 6.9


def _text(text: str, start: int, width: int) -> str:
    inner = width - 2 * _PADDING
    return f'<text x="{start}" y="14" textLength="{inner}">{escape(text)}</text>'
