"""What a step ledger followed, and what it had to leave out, on a line each.

A ledger is written less often where it would cost too much. Whoever reads an
explanation must see that, since "between step 8 and step 16" may have no other reason.
Likewise a lane that could not be followed is never the first to differ.
"""

from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Final

from pytest_repro.records import SAMPLE, Lane, LostLane
from pytest_repro.verdicts.limits import lost_text

__all__ = ["followed_lines", "thinned_text"]

SELDOM: Final = ("/evaluation", "/first")
"""Lanes that are no series of steps."""

WALKED: Final = ("data/", "rng/")
"""Lanes that count the steps of a run, not those of an optimizer."""


def followed_lines(
    lanes: Sequence[Lane], lost: Sequence[LostLane] = (), *, steps: int = 0
) -> list[str]:
    """Say what a ledger follows.

    Args:
        lanes: The lanes; none if there is no ledger.
        lost: Those that could not be followed to the end.
        steps: How many steps the run had, if that is known.

    Returns:
        A line, another where it was thinned, and one for each that was lost.
    """
    lines = []
    if lanes:
        last = max(lane.steps[-1] for lane in lanes)
        lines.append(f"{len(lanes)} lanes up to step {last}")
    if thinned := thinned_text(lanes, lost, steps=steps):
        lines.append(thinned)
    return [*lines, *(f"lost {lost_text(one)}" for one in lost)]


def thinned_text(
    lanes: Sequence[Lane], lost: Sequence[LostLane] = (), *, steps: int = 0
) -> str:
    """Say which lanes leave steps out, between two or at the end.

    Args:
        lanes: The lanes.
        lost: Those of which something else is told.
        steps: How many steps the run had, if that is known.

    Returns:
        Such as ``thinned to every 8th step: model/gradients``; empty if none does.
    """
    gone = {SAMPLE, *(one.name for one in lost)}
    kept = [lane for lane in lanes if lane.name not in gone]
    ends = {"": steps}
    for lane in kept:
        counter = _counter(lane)
        ends[counter] = max(ends.get(counter, 0), lane.steps[-1] + 1)
    gaps = sorted((_widest(lane, ends[_counter(lane)]), lane.name) for lane in kept)
    texts = [
        f"every {_ordinal(gap)} step: {', '.join(name for _, name in group)}"
        for gap, group in groupby(gaps, key=lambda one: one[0])
        if gap > 1
    ]
    return f"thinned to {'; '.join(texts)}" if texts else ""


def _counter(lane: Lane) -> str:
    """Name who counts the steps of a lane: the run itself, or a model."""
    return "" if lane.name.startswith(WALKED) else lane.name.rpartition("/")[0]


def _widest(lane: Lane, end: int) -> int:
    if lane.name.endswith(SELDOM):
        return 1
    widest = max(after - step for step, after in pairwise((*lane.steps, end)))
    # Where a stride becomes a longer one, a gap is shorter than that.
    return 1 << (widest - 1).bit_length()


def _ordinal(number: int) -> str:
    """Write 2 as ``2nd``; gaps are mostly powers of two."""
    ends = {1: "st", 2: "nd", 3: "rd"}
    is_teen = number % 100 // 10 == 1
    return f"{number}{'th' if is_teen else ends.get(number % 10, 'th')}"
