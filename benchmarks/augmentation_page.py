"""The page about the speed of augmentation: the same measurements, the same bytes."""

from collections.abc import Mapping
from typing import Final

from benchmarks.machine import Occasion
from benchmarks.pairs import Pairs

__all__ = ["WAYS", "page"]

WAYS: Final = ("drawing alone", "troubles looked for", "one by one")
"""What is set beside a whole batch at once."""

INTRODUCTION: Final = """\
# What augmentation by address costs

Each number of an augmentation is computed from its address, and a sample has the same
bits in any batch: see {doc}`../how-to/augment-reproducibly`. So a batch can be
augmented at once or sample by sample, and only the time differs; the study stops if
bits do.
"""

READING: Final = """\
SAMPLES float images of 3 × 32 × 32, processor time, one thread: samples a second, and
in brackets the time set beside that of the whole batch, median over PAIRS pairs.
*Drawing alone* computes all that is drawn and applies nothing; it is part of the
others. *Troubles looked for* also looks for samples that were spoilt, which is what
`policy.apply` does unless it is told `note=None`.
"""


def page(
    found: Mapping[str, Mapping[str, Pairs]], samples: int, occasion: Occasion
) -> str:
    """Write the page.

    Args:
        found: What was measured, by policy and way.
        samples: How many samples a batch has.
        occasion: On what occasion.

    Returns:
        Markdown.
    """
    rows = [("policy", "whole batch", *WAYS), ("---",) * (2 + len(WAYS))]
    rows += [_row(name, ways, samples) for name, ways in found.items()]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    pairs = len(next(iter(next(iter(found.values())).values())).ours)
    reading = READING.replace("SAMPLES", str(samples)).replace("PAIRS", str(pairs))
    blocks = [INTRODUCTION, "\n".join(occasion.lines()) + "\n", reading, table]
    return "\n".join(blocks) + "\n"


def _row(name: str, ways: Mapping[str, Pairs], samples: int) -> tuple[str, ...]:
    whole = ways[WAYS[0]].plain_s
    cells = (
        f"{samples / ways[way].ours_s:,.0f} ({ways[way].ratio:.2f})" for way in WAYS
    )
    return name, f"{samples / whole:,.0f}", *cells
