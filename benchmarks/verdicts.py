"""Whose rule needs the fewest seeds, and errs least? The contest, by one command.

Every rule judges the same simulated experiments; figures go to
`benchmarks/contest/figures.json`, and the page and its pictures are made from them.
The exit code says whether all acceptance bars hold; with fewer than 20,000 repetitions
every bar is widened by three standard errors. The short version, which the tests run,
measures a part of the same plan and writes nothing. The section on real training comes
from the figures of `benchmarks.contest_real`, which is collected apart.

    python -m benchmarks.verdicts --date 2026-11-26 --command "nox -s contest"
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.contest.bars import Bar
from benchmarks.contest.figures import ENOUGH, FIGURES, Figures, read, write
from benchmarks.contest.others import measure_bounds, measure_others
from benchmarks.contest.page import all_bars, page, pictures, verdict_line
from benchmarks.contest.studies import full_plan, run, short_plan
from benchmarks.contest.tables_other import bars_table
from benchmarks.contest_real.figures import read as read_real
from benchmarks.contest_real.page import section as real_section
from benchmarks.machine import Occasion, add_arguments, look

__all__ = ["all_hold", "main", "short_study", "study", "whole_page", "write_page"]

SHORT_REPETITIONS = 2_000


def study(
    occasion: Occasion, repetitions: int, *, kept: Figures | None = None
) -> Figures:
    """Measure everything.

    Args:
        occasion: When and where.
        repetitions: Simulations in each cell.
        kept: Where rates are taken from, if they were measured before: they depend on
            the contest alone, all else also on the product.

    Returns:
        The figures.
    """
    if kept:
        bounds, outcomes = {"bound": kept.others["bound"]}, kept.outcomes
    else:
        outcomes = tuple(run(full_plan(), repetitions, _tell))
        bounds = measure_bounds(outcomes, _tell)
    others = measure_others(repetitions, _tell, is_short=False)
    return Figures(
        repetitions=repetitions,
        occasion=tuple(occasion.lines()),
        outcomes=outcomes,
        others={**bounds, **others},
    )


def short_study(occasion: Occasion, repetitions: int = SHORT_REPETITIONS) -> Figures:
    """Measure a part of the same: the gates, and a few bars of each kind.

    Args:
        occasion: When and where.
        repetitions: Simulations in each cell.

    Returns:
        The figures.
    """
    outcomes = tuple(run(short_plan(), repetitions, _tell))
    others = measure_others(repetitions, _tell, is_short=True)
    return Figures(
        repetitions=repetitions,
        occasion=tuple(occasion.lines()),
        outcomes=outcomes,
        others={"bound": [], **others},
    )


def all_hold(bars: Sequence[Bar], widening: float = 0.0) -> bool:
    """Tell whether all bars hold.

    Args:
        bars: The bars; there must be some.
        widening: Standard errors by which they are wider.

    Returns:
        Whether they do.
    """
    return bool(bars) and all(bar.holds(widening) for bar in bars)


def write_page(figures: Figures, path: Path) -> None:
    """Write the page, and its pictures beside the images of the documentation.

    Args:
        figures: What was measured.
        path: Of the page.
    """
    path.write_text(whole_page(figures), encoding="utf-8")
    folder = path.parent.parent / "images"
    folder.mkdir(exist_ok=True)
    for name, picture in sorted(pictures(figures).items()):
        (folder / name).write_text(picture, encoding="utf-8")


def whole_page(figures: Figures) -> str:
    """Write both halves: what was simulated, and what was really trained.

    Args:
        figures: What was simulated; the other half is read from its own figures.

    Returns:
        Markdown.
    """
    return page(figures, more=[real_section(read_real())])


def _tell(line: str) -> None:
    sys.stderr.write(line + "\n")


def main(arguments: list[str] | None = None) -> int:
    """Run the contest and write its page.

    Args:
        arguments: The command line; by default that of the process.

    Returns:
        0 if all bars hold, else 1.
    """
    options = _parser().parse_args(arguments)
    figures = _figures(options)
    if not options.short:
        if not options.from_figures:
            write(figures, options.figures)
        write_page(figures, options.write)
    bars, widening = all_bars(figures), figures.widening
    _tell("\n".join([*bars_table(bars, widening), "", verdict_line(figures)]))
    return 0 if all_hold(bars, widening) else 1


def _figures(options: argparse.Namespace) -> Figures:
    if options.from_figures:
        return read(options.figures)
    occasion = look(options.date, options.command)
    if options.short:
        return short_study(occasion)
    kept = read(options.figures) if options.keep_rates else None
    repetitions = kept.repetitions if kept else options.sims
    return study(occasion, repetitions, kept=kept)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="rules over seeds, compared")
    add_arguments(parser, "contest.md")
    parser.add_argument("--sims", type=int, default=ENOUGH, help="in each cell")
    parser.add_argument("--short", action="store_true", help="a part, for tests")
    parser.add_argument("--figures", type=Path, default=FIGURES, metavar="PATH")
    parser.add_argument(
        "--from-figures",
        action="store_true",
        help="make the page again from what was measured before",
    )
    parser.add_argument(
        "--keep-rates",
        action="store_true",
        help="measure again only what asks the product; rates never do",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
