"""What cannot be said of a divergence, because a lane could not be followed.

A part that was not followed is not the first to differ, whatever it did. So whoever
reads which part parted first has to read beside it which ones nobody looked at.
"""

from collections.abc import Sequence
from typing import Final

from pytest_repro.records import BEFORE, LostLane, RunRecord, Verdict
from pytest_repro.verdicts.causes import explain

__all__ = ["explain_within_limits", "limits_of", "lost_text"]

MOST: Final = 3
"""How many are told; the others are counted."""

WIDEST: Final = 100
"""How much of a reason is told; `pytest-repro show --json` has all of it."""


def explain_within_limits(
    obtained: RunRecord, reference: RunRecord, verdict: Verdict
) -> str:
    """Explain a verdict on one line, and say what the explanation did not see.

    Args:
        obtained: The run.
        reference: The reference that it was judged by.
        verdict: What was found.

    Returns:
        What `explain` gives, with the limits; empty if there is nothing to explain, or
        the reference keeps the parts of another seed.
    """
    if verdict.divergence is None or obtained.anchor.seed != reference.anchor.seed:
        return ""
    told = explain(obtained, reference, verdict)
    return "; ".join(filter(None, (told, *limits_of(obtained, reference))))


def limits_of(obtained: RunRecord, reference: RunRecord) -> tuple[str, ...]:
    """Say which lanes were not followed to the end on either side.

    Args:
        obtained: The run.
        reference: The reference.

    Returns:
        A text for each, the obtained run first; at most four.
    """
    texts = [
        f"not followed in the {side}: {lost_text(one)}"
        for side, run in (("obtained run", obtained), ("reference", reference))
        for one in _earliest_first(run.lost)
    ]
    more = len(texts) - MOST
    return (*texts[:MOST], *([f"and {more} more"] if more > 0 else []))


def lost_text(lost: LostLane) -> str:
    """Say what could not be followed.

    Args:
        lost: The lane.

    Returns:
        Such as ``data/batch from step 3 on (FingerprintError: no bytes)``.
    """
    since = "the start" if lost.step == BEFORE else f"step {lost.step}"
    is_long = len(lost.why) > WIDEST
    why = f"{lost.why[: WIDEST - 1]}…" if is_long else lost.why
    return f"{lost.name} from {since} on ({why})"


def _earliest_first(lost: Sequence[LostLane]) -> list[LostLane]:
    return sorted(lost, key=lambda one: (one.step, one.name))
