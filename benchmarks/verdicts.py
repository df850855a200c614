"""Whose rule needs the fewest seeds, and errs least? The contest, by one command.

Every rule judges the same simulated experiments; figures go to
`benchmarks/contest/figures.json`, and the page and its pictures are made from them.
The exit code says whether all acceptance bars hold. The short version, which the tests
run, measures a part of the same plan, widens every bar by three standard errors, and
writes nothing.

    python -m benchmarks.verdicts --date 2026-11-26 --command "nox -s contest"
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.contest.bars import Bar
from benchmarks.contest.figures import FIGURES, Figures, read, write
from benchmarks.contest.measuring import Outcome
from benchmarks.contest.others import measure_others
from benchmarks.contest.page import WIDENING, all_bars, page, pictures, verdict_line
from benchmarks.contest.studies import full_plan, run, short_plan
from benchmarks.contest.tables import bars_table
from benchmarks.contest.vectorised import Design
from benchmarks.machine import Occasion, add_arguments, look

__all__ = ["all_hold", "main", "study", "write_page"]

REPETITIONS = 20_000
SHORT_REPETITIONS = 2_000


def study(
    occasion: Occasion,
    repetitions: int,
    design: Design | None = None,
    *,
    is_short: bool = False,
    rates: Sequence[Outcome] = (),
) -> Figures:
    """Measure everything, or a part.

    Args:
        occasion: When and where.
        repetitions: Simulations in each cell.
        design: Of our rule; by default the defaults.
        is_short: Whether a part will do.
        rates: Outcomes of the whole plan, if they were measured before.

    Returns:
        The figures.
    """
    plan = short_plan(design) if is_short else full_plan(design)
    outcomes = tuple(rates or run(plan, repetitions, _tell))
    return Figures(
        repetitions=repetitions,
        is_short=is_short,
        occasion=tuple(occasion.lines()),
        outcomes=outcomes,
        others=measure_others(outcomes, repetitions, _tell, is_short=is_short),
    )


def all_hold(bars: Sequence[Bar], *, is_short: bool = False) -> bool:
    """Tell whether all bars hold.

    Args:
        bars: The bars; there must be some.
        is_short: Whether they are widened.

    Returns:
        Whether they do.
    """
    widening = WIDENING if is_short else 0.0
    return bool(bars) and all(bar.holds(widening) for bar in bars)


def write_page(figures: Figures, path: Path) -> None:
    """Write the page, and its pictures beside the images of the documentation.

    Args:
        figures: What was measured.
        path: Of the page.
    """
    path.write_text(page(figures), encoding="utf-8")
    folder = path.parent.parent / "images"
    folder.mkdir(exist_ok=True)
    for name, picture in sorted(pictures(figures).items()):
        (folder / name).write_text(picture, encoding="utf-8")


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
    if options.from_figures:
        figures = read(options.figures)
    else:
        few = SHORT_REPETITIONS if options.short else REPETITIONS
        rates = read(options.figures).outcomes if options.keep_rates else ()
        occasion = look(options.date, options.command)
        repetitions = rates[0].repetitions if rates else options.sims or few
        figures = study(occasion, repetitions, is_short=options.short, rates=rates)
    if not figures.is_short:
        if not options.from_figures:
            write(figures, options.figures)
        write_page(figures, options.write)
    bars = all_bars(figures)
    _tell("\n".join([*bars_table(bars), "", verdict_line(figures)]))
    return 0 if all_hold(bars, is_short=figures.is_short) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="rules over seeds, compared")
    add_arguments(parser, "contest.md")
    parser.add_argument("--sims", type=int, metavar="N", help="in each cell")
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
