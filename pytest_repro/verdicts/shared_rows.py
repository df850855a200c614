"""How many rows of data two runs have both seen, from a sample that each recorded.

Every row has a number, and a run keeps the least of those that it saw. Two runs that
saw the same rows keep the same numbers; of two that saw some of the same rows, samples
share as many as the rows do, on average.

Source:
    Broder 1997, "On the resemblance and containment of documents", bottom-k.
"""

from dataclasses import dataclass
from typing import Final

from pytest_repro.records import SAMPLE, RunRecord

__all__ = ["SharedRows", "shared_rows"]

MIN_ROWS: Final = 16
"""Fewer rows say nothing about all."""

ROWS: Final = "data/rows"
FED: Final = ("data/batch", "/inputs")


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedRows:
    """What samples of rows say.

    Attributes:
        share: How many of the rows of the run that saw fewer the other saw too, 0 to 1.
        is_whole: Whether every step of the reference is in its sample: then a row that
            is not in it is one that the reference never saw.
    """

    share: float
    is_whole: bool = False


def shared_rows(reference: RunRecord, obtained: RunRecord) -> SharedRows | None:
    """Estimate how many rows of data one run saw that the other saw as well.

    Args:
        reference: The reference.
        obtained: The run that is held against it.

    Returns:
        The share; None if too few rows are known.
    """
    one, other = _sample(reference), _sample(obtained)
    if not one or not other:
        return None
    # Below the lesser of both ends, both samples hold every row that was seen.
    end = min(max(one), max(other))
    known = [{row for row in side if row <= end} for side in (one, other)]
    fewer = min(map(len, known))
    if fewer < MIN_ROWS:
        return None
    share = len(known[0] & known[1]) / fewer
    return SharedRows(share=share, is_whole=_is_whole(reference))


def _sample(run: RunRecord) -> tuple[str, ...]:
    lanes = (lane.digests for lane in run.ledger if lane.name == SAMPLE)
    return next(lanes, ())


def _is_whole(run: RunRecord) -> bool:
    """Tell whether rows were added up at every step at which data were seen."""
    rows = next((lane.steps for lane in run.ledger if lane.name == ROWS), ())
    fed = [lane.steps[-1] for lane in run.ledger if lane.name.endswith(FED)]
    return bool(fed) and len(rows) > max(fed)
