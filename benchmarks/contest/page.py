"""The page about the contest: composed of sections, each made from figures alone.

The same figures give the same bytes. A bar that does not hold is printed in bold, and
stays on the page. Sections that other studies make, such as that on real training, are
handed over as text.
"""

from collections.abc import Sequence

from benchmarks.contest.bars import Bar, Outcomes
from benchmarks.contest.bars_product import product_bars
from benchmarks.contest.bars_simulated import simulated_bars
from benchmarks.contest.figures import ENOUGH, Figures
from benchmarks.contest.pictures import curves
from benchmarks.contest.pool_study import not_asked_for, pool_bars
from benchmarks.contest.tables import (
    grid_table,
    many_table,
    newest_rcp,
    no_margin_table,
    rules_table,
    sources_list,
)
from benchmarks.contest.tables_other import (
    bars_table,
    common_seeds_table,
    pool_table,
    restarts_table,
)

__all__ = ["all_bars", "page", "pictures", "verdict_line"]

INTRODUCTION = """\
# The contest: our rule over seeds, and everybody else's

Training the same code with other seeds gives other numbers. A rule has to say, from a
few reference seeds and as few new ones as possible, whether the code still does what
it did. Here our rule and those in use judge the same simulated experiments, of which
the truth is known. `benchmarks/contest/` holds a second implementation of our rule,
written from the formulae alone, which judges many experiments at once; the product is
held against it, case by case (bar 16).

Shifts and margins are in standard deviations over seeds, `sd`. A *false alarm* says
that something changed when nothing did; a *miss* says that nothing changed after a
shift of one margin. Rules that know no third answer take whatever they do not find for
the same. Ours answers `EQUIVALENT`, `DIVERGED`, or that it cannot tell yet and wants
more seeds.
"""

RULES = """\
## One metric, ten reference seeds, a margin of 3 sd

Rules that look once look at three new seeds; the others at up to ten, one at a time.
Each is used at the level at which it is used in practice, so levels differ. *Worst* is
the worst of all shapes: normal, skewed either way, Student's t with three degrees of
freedom, 5 % of seeds crash by 10 sd, two modes, and values rounded to half an sd.

Golden values are compared as Megatron-LM compares the steps of a curve; its allowance
of one step in a hundred is left out, because it would pass any single value. MLPerf's
rule as published fails only what is better than the reference; turned around, it guards
against harm. Up to round 3.0 it trimmed the reference's deviation too, which gives it
more false alarms. *SPT*, ours, is a sequential permutation test beside two one-sided
tests for equivalence.
"""

BARS = """\
## Acceptance bars

They were written down before the rule was. Bars 1 to 3 are gates that are never
relaxed. Where a cell is named, it is the worst of those that the bar is about; ± is one
standard error of the figure. Bar 11 is simulated by 4,000 experiments for each margin
that is tried, or by 1,000 with twenty metrics.
"""

MANY = """\
## Many metrics

A margin of 3 sd for each metric; metrics correlate by one half. *Found* is the share of
changes that move one metric by 3 sd, *open* that of unchanged experiments without a
verdict after ten seeds. Ours calls an experiment the same only where it would say so of
each metric alone, so one metric that scatters keeps all of them open.
"""

NO_MARGIN = """\
## False alarms without help of a margin

With a margin of zero nothing can ever be confirmed, so every experiment goes on to the
tenth seed: the worst case for false alarms, which are meant to be 1 %. In parentheses
is a group-sequential t-test at the same level.
"""

GRID = """\
## Found, by shift

Share of experiments that our rule calls changed, by shift in margins of 3 sd, for one
shifted metric among all; and new seeds on average without a change.
"""

COMMON = """\
## Common seeds

Twenty reference seeds, ten of which ran twice; new runs use these ten, and digests show
that both sides drew the same random numbers. The product pairs where the measured
correlation of a seed with itself allows it, and judges all seeds as usual elsewhere.
"""

RESTARTS = """\
## Restarts

Misses at a shift of one margin if five tries each took fresh seeds and one green try
sufficed. Seeds are kept with the source tree instead, and a rerun continues (bar 14).
"""

PICTURES = """\
![Share of experiments called changed, by rule](../images/contest-rules.svg)

![The same for our rule, by number of reference seeds](../images/contest-references.svg)
"""

POOL = """\
## A pool of real runs

A small network on scikit-learn's digits, trained hundreds of times as it is and with
one thing changed. Margins are those that a person would write: one point of accuracy,
20 % of the test loss, 35 % of the training loss, 50 % of the steps to 93 %. Shifts are
the true ones, of whole pools, in margins. Ten reference runs, 2,000 draws from the
pools for each row: rates share the error of a finite pool. Bar 13 names changes; it
asks to find those that move something by a margin or more, which depends on the pool.
"""


def all_bars(figures: Figures) -> list[Bar]:
    """Compute all bars that the figures allow for.

    Args:
        figures: What was measured.

    Returns:
        The bars, in order.
    """
    bars = [
        *simulated_bars(Outcomes(figures.outcomes)),
        *product_bars(figures.others),
        *pool_bars(figures.others["pool"]),
    ]
    return sorted(bars, key=lambda bar: bar.number)


def verdict_line(figures: Figures) -> str:
    """Say in a sentence how many bars hold.

    Args:
        figures: What was measured.

    Returns:
        One line.
    """
    bars = all_bars(figures)
    widening = figures.widening
    failed = sorted({bar.number for bar in bars if not bar.holds(widening)})
    numbers = sorted({bar.number for bar in bars})
    kept = len(numbers) - len(failed)
    which = ", ".join(map(str, failed))
    rest = f"; not all figures of bar {which} do" if failed else ""
    return (
        f"**Of {len(numbers)} acceptance bars {kept} hold{rest}: "
        f"{sum(bar.holds(widening) for bar in bars)} of {len(bars)} figures.**"
    )


def page(figures: Figures, more: Sequence[str] = ()) -> str:
    """Write the page.

    Args:
        figures: What was measured.
        more: Sections of other studies, in Markdown.

    Returns:
        Markdown.
    """
    outcomes = Outcomes(figures.outcomes)
    blocks = [
        INTRODUCTION,
        _text([*figures.occasion, "", _repetitions(figures)]),
        verdict_line(figures) + "\n",
        RULES,
        _text(rules_table(outcomes)),
        PICTURES,
        BARS,
        _text(bars_table(all_bars(figures), figures.widening)),
        _text([newest_rcp(outcomes)]),
        MANY,
        _text(many_table(outcomes)),
        NO_MARGIN,
        _text(no_margin_table(outcomes)),
        GRID,
        _text(grid_table(outcomes)),
        COMMON,
        _text(common_seeds_table(figures.others["common seeds"])),
        RESTARTS,
        _text(restarts_table(figures.others["restarts"])),
        POOL,
        _text([*pool_table(figures.others["pool"]), "", _below_a_margin(figures)]),
        *more,
        "## Sources\n",
        _text(sources_list()),
    ]
    return "\n".join(blocks)


def pictures(figures: Figures) -> dict[str, str]:
    """Draw the pictures of the page.

    Args:
        figures: What was measured.

    Returns:
        SVG documents by file name.
    """
    return curves(Outcomes(figures.outcomes))


def _below_a_margin(figures: Figures) -> str:
    """Name what bar 13 names and does not ask for."""
    rows = not_asked_for(figures.others["pool"])
    named = "; ".join(
        f"{row['variant']}, found {100 * float(row[key]):.1f} %" for row, key in rows
    )
    return f"Named, but less than a margin here: {named or 'none'}."


def _repetitions(figures: Figures) -> str:
    few = (
        f" The bars are meant for {ENOUGH:,}; with fewer, each is widened by "
        f"{figures.widening:g} standard errors of its figure."
    )
    return (
        f"Each cell holds {figures.repetitions:,} simulated experiments: the standard "
        "error of a rate of 1 % is "
        f"{100 * (0.01 * 0.99 / figures.repetitions) ** 0.5:.2f} points, of 5 % "
        f"{100 * (0.05 * 0.95 / figures.repetitions) ** 0.5:.2f}."
    ) + (few if figures.widening else "")


def _text(lines: Sequence[str]) -> str:
    return "\n".join(lines) + "\n"
