"""A scorecard as plain text: what the bits depend on, and what was seen.

First one line for each kind of answer, then one for each variation that changed
anything. What changed nothing is named once and not shown again.
"""

from collections.abc import Iterator
from typing import Final

from pytest_repro.records import Effect, Scorecard, Standing
from pytest_repro.reports.plain import one_line, plain_lines, shorten_middle

__all__ = ["DEPENDS", "scorecard_lines"]

WIDEST_REASON: Final = 400
MARGIN: Final = "  "
NONE: Final = "nothing that was varied"

DEPENDS: Final = (Standing.BREAKS, Standing.DEPENDS, Standing.WITHIN)
"""What a variation did where the bits depend on it."""

_ROWS: Final = (
    ("do not depend on", (Standing.SAME,)),
    ("break under", (Standing.BREAKS,)),
    ("within rounding under", (Standing.WITHIN,)),
    ("no envelope tells for", (Standing.DEPENDS,)),
    ("nothing to vary in", (Standing.UNTOUCHED,)),
)
_WIDTH: Final = max(len(key) for key, _ in _ROWS)


def scorecard_lines(card: Scorecard) -> list[str]:
    """Write a scorecard.

    Args:
        card: What was found.

    Returns:
        Lines, indented.
    """
    lines = [_row("bits depend on", ", ".join(card.axes(*DEPENDS)) or NONE)]
    for key, standings in _ROWS:
        axes = card.axes(*standings)
        lines += [_row(key, ", ".join(axes))] if axes else []
    if card.still:
        lines.append(_row("held still", ", ".join(card.still)))
    if card.envelope:
        lines.append(_row("envelope of", card.envelope))
    seen = [one for one in card.effects if one.standing in DEPENDS]
    idle = [one for one in card.effects if _is_told_idle(one)]
    width = max((len(_names(one)) for one in (*seen, *idle)), default=0)
    for effect in seen:
        lines += _effect(effect, width)
    for effect in idle:
        head = f"{_names(effect):<{width}}  {effect.standing.value}"
        lines.append(f"{MARGIN}{head}: {one_line(effect.note)}")
    if not card.is_steady:
        lines.append(_row("", "the same run gives other bits each time: nothing more"))
        lines.append(_row("", "can be told until that is mended"))
    return lines


def _row(key: str, text: str) -> str:
    return f"{MARGIN}{key:<{_WIDTH}}  {one_line(text)}".rstrip()


def _is_told_idle(effect: Effect) -> bool:
    return effect.standing is Standing.UNTOUCHED and bool(effect.note)


def _effect(effect: Effect, width: int) -> Iterator[str]:
    first, *rest = plain_lines(effect.verdict.reason) or ["no reason given"]
    head = f"{_names(effect):<{width}}  {effect.standing.value}"
    yield f"{MARGIN}{head}: {shorten_middle(first.strip(), WIDEST_REASON)}"
    below = [line.strip() for line in rest if line.strip()]
    for line in [*below, *([effect.note] if effect.note else [])]:
        yield f"{MARGIN}{'':<{width}}  {shorten_middle(one_line(line), WIDEST_REASON)}"


def _names(effect: Effect) -> str:
    return one_line(" + ".join(effect.variations))
