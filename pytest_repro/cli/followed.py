"""What a step ledger followed, and where it had to leave steps out, on a line each.

A ledger is written less often where it would cost too much. Whoever reads an
explanation must see that, since "between step 8 and step 16" may have no other reason.
"""

from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Final

from pytest_repro.records import Lane

__all__ = ["followed_lines", "thinned_text"]

SELDOM: Final = ("/evaluation", "/first")
"""Lanes that are no series of steps."""


def followed_lines(lanes: Sequence[Lane]) -> list[str]:
    """Say what a ledger follows.

    Args:
        lanes: The lanes; none if there is no ledger.

    Returns:
        A line, and another where it was thinned.
    """
    if not lanes:
        return []
    last = max(lane.steps[-1] for lane in lanes)
    thinned = thinned_text(lanes)
    line = f"{len(lanes)} lanes up to step {last}"
    return [line, thinned] if thinned else [line]


def thinned_text(lanes: Sequence[Lane]) -> str:
    """Say which lanes leave steps out.

    Args:
        lanes: The lanes.

    Returns:
        Such as ``thinned to every 8th step: model/gradients``; empty if none does.
    """
    gaps = sorted((_widest(lane), lane.name) for lane in lanes)
    texts = [
        f"every {gap}th step: {', '.join(name for _, name in group)}"
        for gap, group in groupby(gaps, key=lambda one: one[0])
        if gap > 1
    ]
    return f"thinned to {'; '.join(texts)}" if texts else ""


def _widest(lane: Lane) -> int:
    if lane.name.endswith(SELDOM):
        return 1
    widest = max((after - step for step, after in pairwise(lane.steps)), default=1)
    # Where a stride becomes a longer one, a gap is shorter than that.
    return 1 << (widest - 1).bit_length()
