"""The page about the speed of our loader: samples a second, and ratios of pairs.

The same measurements give the same bytes. Where ours is slower, the ratio says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.machine import Occasion
from benchmarks.pairs import Pairs

__all__ = ["Speeds", "page"]

INTRODUCTION: Final = """\
# What a loader costs that can be resumed anywhere

Sample *i* of an epoch is a function of the seed, the epoch and *i*: see
{doc}`../how-to/load-data-reproducibly`. Here that is set beside
`torch.utils.data.DataLoader`, which shuffles by a generator: the same data set, the
same batches of 64, the same number of workers, one epoch after the other, in turn.
"""

READING: Final = """\
A ratio is the time of our epoch divided by the time of torch's beside it: 1.10 means
that ours took a tenth longer. Medians over PAIRS pairs, and the smallest and largest
ratio of any pair. Without workers it is processor time; with workers it is what a
person waits, and other programs on the machine are in it. Workers were started before.

- *Rows* of a tensor cost nothing to read, so all that a loader does besides is seen;
  hardly any real data is like that.
- *Mixture*: ours joins two sources, and names each sample by its source; torch's has
  one source of the same size.
- *Noise for each* draws 32 normal numbers for each sample: by its address here, which
  takes a new generator for each, from the global generator of the process there, where
  they depend on who loads.
- *Decoded images* are 64 × 64 numbers that are computed and sorted.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speeds:
    """What loading one data set took, both ways.

    Attributes:
        samples: How many samples an epoch has.
        workers: How many processes loaded.
        pairs: What each epoch took.
    """

    samples: int
    workers: int
    pairs: Pairs


def page(found: Sequence[Speeds], occasion: Occasion) -> str:
    """Write the page.

    Args:
        found: What was measured.
        occasion: On what occasion.

    Returns:
        Markdown.
    """
    head = "data", "workers", "torch", "ours", "ratio", "its spread"
    rows = [head, ("---",) * len(head), *map(_row, found)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    reading = READING.replace("PAIRS", str(len(found[0].pairs.ours)))
    blocks = [INTRODUCTION, "\n".join(occasion.lines()) + "\n", reading, table]
    return "\n".join(blocks) + "\n"


def _row(one: Speeds) -> tuple[str, ...]:
    low, high = one.pairs.spread
    return (
        one.pairs.label,
        str(one.workers),
        f"{one.samples / one.pairs.plain_s:,.0f} samples/s",
        f"{one.samples / one.pairs.ours_s:,.0f} samples/s",
        f"{one.pairs.ratio:.2f}",
        f"{low:.2f} to {high:.2f}",
    )
