"""The page about the step ledger: what following a run costs, and what was left out.

The same measurements give the same bytes. What costs more than it should is printed
like everything else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from benchmarks.machine import Occasion
from benchmarks.pairs import BothClocks, Pairs
from pytest_repro.experiment.pace import ALLOWANCE_S

__all__ = ["Costs", "page"]

INTRODUCTION: Final = f"""\
# What a step ledger costs

A step ledger is written while a run trains, so that a divergence can be explained
later: digests of the data, the random generators, the model and its optimizer at each
step ({{doc}}`../reference/files` has the list). It keeps an account: a step earns two
hundredths of its own time, a look spends what it takes, and as much again for what no
clock of it sees, the caches that are full of other things afterwards; a call at which a
hook finds nothing to look at is charged, too. The beginning is followed on a credit of
{1000 * ALLOWANCE_S:g} ms, and paid back: while there is a debt,
everything is looked at less often than it could be. A run that says how long it is
plans with that; one that is over before it has paid has paid more, and three hundredths
are the bar. The last table says what was left out.
"""

STEPS: Final = """\
## A step

Each shipped experiment, trained with and without a ledger side by side: on one
processor, in turns of a twentieth of a second, so that both meet the same machine, and
once more by the other process of the two, since no two are equally fast. Both log the
same bits; the study stops if they do not. Only the loop is timed, per step. *Wall* is
the time that a person waits, *processor* hardly counts what other programs on the
machine take away. Medians over pairs, and the spread of the ratios over all pairs.
"""

DETAIL: Final = """\
## What was followed

How many lanes there were, how many digests in all, and the widest gap between two steps
of a lane, in the last run with a ledger. Strides depend on the time that steps take, so
another run may have others. *Around* is what a ledger costs once: the initial state,
and putting the lanes together at the end.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What was measured of one experiment.

    Attributes:
        name: Its short name.
        steps: How many steps it has.
        loop: The cost of a step without and with a ledger.
        around: The cost of everything else.
        lanes: How many lanes there were.
        digests: How many digests in all.
        strides: The widest gap of each lane, by name.
    """

    name: str
    steps: int
    loop: BothClocks
    around: BothClocks
    lanes: int
    digests: int
    strides: Mapping[str, int]


def page(found: Sequence[Costs], occasion: Occasion) -> str:
    """Write the page.

    Args:
        found: What was measured, experiment by experiment.
        occasion: On what occasion.

    Returns:
        Markdown.
    """
    head = "pairs", "without", "with", "difference", "ratio", "its spread"
    blocks = [INTRODUCTION, "\n".join(occasion.lines()) + "\n", STEPS]
    for number, clock in enumerate(("wall", "processor")):
        rows = [_row(one.name, one.loop[number]) for one in found]
        blocks.append(_table((f"a step, {clock}", *head), rows))
    detail = "experiment", "steps", "lanes", "digests", "around", "every which step"
    rows = [
        (
            f"`{one.name}`",
            str(one.steps),
            str(one.lanes),
            f"{one.digests:,}",
            f"{one.around.processor.difference_s * 1e3:+.1f} ms",
            _strides(one.strides),
        )
        for one in found
    ]
    return "\n".join([*blocks, DETAIL, _table(detail, rows)])


def _row(name: str, pairs: Pairs) -> tuple[str, ...]:
    low, high = pairs.spread
    return (
        f"`{name}`",
        str(len(pairs.plain)),
        f"{pairs.plain_s * 1e3:.3f} ms",
        f"{pairs.ours_s * 1e3:.3f} ms",
        f"{pairs.difference_s * 1e6:+.0f} µs",
        f"{pairs.ratio:.3f}",
        f"{low:.2f} to {high:.2f}",
    )


def _strides(strides: Mapping[str, int]) -> str:
    """Group lanes by how often they were looked at."""
    ordered = sorted((gap, name) for name, gap in strides.items())
    parts = [
        (gap, [f"`{name}`" for _, name in group])
        for gap, group in groupby(ordered, key=lambda one: one[0])
    ]
    if len(parts) == 1 and parts[0][0] == 1:
        return "all 1"
    return "; ".join(f"{gap}: {', '.join(names)}" for gap, names in parts if gap > 1)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
