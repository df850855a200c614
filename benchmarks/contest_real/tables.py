"""The tables of the section on real training, each from figures alone."""

import math
from collections.abc import Iterable, Sequence
from typing import Final

from benchmarks.contest_real.costing import FIVE, NIGHTLY, PR
from benchmarks.contest_real.errands import CONTESTED, ENVIRONMENT, VERSION
from benchmarks.contest_real.figures import CALIBRATION, Cost, Figures, Left, Row
from benchmarks.contest_real.judging import MACHINE
from benchmarks.contest_real.rates import (
    FAULT_GROUPS,
    FAULTS,
    held_out,
    is_quiet,
    is_sharp,
    rates,
    shown,
)
from benchmarks.contest_real.rules import OURS, OURS_PR, RULES

__all__ = [
    "beyond_line",
    "cost_table",
    "experiments_table",
    "factor_table",
    "faults_table",
    "left_table",
    "machine_table",
    "mistakes_table",
    "rules_table",
]

SECONDS_BAR: Final = 15.0
FACTORS: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 64.0, 256.0, 1024.0)

HEAD: Final = (
    "| false alarms, calibration | held out | faults found, calibration | held out |"
)
COUNTS: Final = (
    "tried | moved a bit | false alarms | faults tried | moved a bit | found "
    "| found in the first steps |"
)


def rules_table(rows: Sequence[Row]) -> list[str]:
    """Show what each rule did; all faults together.

    Args:
        rows: What rules said.

    Returns:
        Lines of Markdown.
    """
    names = list(dict.fromkeys([*(rule.name for rule in RULES), *_others(rows)]))
    lines = [f"| rule {HEAD}", "|---|---|---|---|---|"]
    parts = [held_out(rows, is_held=is_held) for is_held in (False, True)]
    for name in names:
        cells = [
            shown(rates(part, name)[which], is_good)
            for which, is_good in ((0, is_quiet), (1, is_sharp))
            for part in parts
        ]
        label = f"**{name}**" if name in {OURS, OURS_PR} else name
        lines.append(f"| {label} | {' | '.join(cells)} |")
    return lines


def faults_table(rows: Sequence[Row]) -> list[str]:
    """Show what ours found of faults that were known, and of fresh ones.

    Args:
        rows: What rules said.

    Returns:
        Lines of Markdown.
    """
    lines = ["| faults | rule | found, calibration | held out |", "|---|---|---|---|"]
    parts = [held_out(rows, is_held=is_held) for is_held in (False, True)]
    for label, kinds in FAULT_GROUPS.items():
        for name in (OURS, OURS_PR):
            cells = [
                shown(rates(part, name, kinds=kinds)[1], is_sharp) for part in parts
            ]
            lines.append(f"| {label} | {name} | {' | '.join(cells)} |")
    return lines


def experiments_table(rows: Sequence[Row]) -> list[str]:
    """Show what ours did with each experiment.

    Args:
        rows: What rules said.

    Returns:
        Lines of Markdown.
    """
    lines = [f"| experiment | changes {COUNTS}", "|---|---|---|---|---|---|---|---|"]
    for name in CONTESTED:
        own = [row for row in rows if row.experiment == name]
        if not own:
            continue
        (alarms, changes), (found, faults) = rates(own, OURS)
        _, (early, _) = rates(own, OURS_PR)
        tried = [row.kind for row in own]
        lines.append(
            f"| `{name}` | {tried.count(ENVIRONMENT)} | {changes} | {alarms} "
            f"| {sum(map(tried.count, FAULTS))} | {faults} | {found} | {early} |"
        )
    return lines


def mistakes_table(rows: Sequence[Row]) -> list[str]:
    """Name every run that ours judged wrongly.

    Args:
        rows: What rules said.

    Returns:
        Lines of Markdown.
    """
    wrong = [
        row
        for row in rows
        if row.moved
        and row.kind != MACHINE
        and (OURS in row.failed_by) == (row.kind in {ENVIRONMENT, VERSION})
    ]
    if not wrong:
        return ["Nowhere."]
    return [
        "| experiment | change | kind | factor needed | verdict |",
        "|---|---|---|---|---|",
        *(
            f"| `{row.experiment}` | {row.label} | {row.kind} | {_short(row.factor)} "
            f"| {row.verdict} |"
            for row in wrong
        ),
    ]


def left_table(figures: Figures) -> list[str]:
    """Show what replicas need within the envelope of the others.

    Args:
        figures: What was measured.

    Returns:
        Lines of Markdown.
    """
    lines = [
        f"| experiment | replicas | median | largest | above {figures.factor:g} |",
        "|---|---|---|---|---|",
    ]
    for name in CONTESTED:
        own = [one for one in figures.left if one.experiment == name]
        if own:
            lines.append(_left_row(f"`{name}`", own, figures.factor))
    if figures.left:
        lines.append(_left_row("all", figures.left, figures.factor))
    return lines


def beyond_line(figures: Figures) -> str:
    """Name the replicas that are above the factor of the product.

    Args:
        figures: What was measured.

    Returns:
        One line.
    """
    named = [
        f"replica {one.replica} of `{one.experiment}` "
        f"({'calibration' if one.experiment in CALIBRATION else 'held out'}; "
        f"traces {_short(one.trace)}, states {_short(one.state)}, "
        f"final metrics {_short(one.final)})"
        for one in figures.left
        if one.factor > figures.factor
    ]
    return f"Above {figures.factor:g}: {'; '.join(named) or 'none'}."


def factor_table(rows: Iterable[Row]) -> list[str]:
    """Show what other factors would have done.

    Args:
        rows: What rules said.

    Returns:
        Lines of Markdown.
    """
    moved = [row for row in rows if row.moved]
    columns = [
        [row.factor for row in held_out(moved, is_held=is_held) if row.kind in kinds]
        for kinds in ((ENVIRONMENT,), FAULTS)
        for is_held in (False, True)
    ]
    lines = [f"| factor {HEAD}", "|---|---|---|---|---|"]
    for factor in FACTORS:
        cells = [
            f"{sum(one > factor for one in column)} of {len(column)}"
            for column in columns
        ]
        lines.append(f"| {factor:g} | {' | '.join(cells)} |")
    return lines


def machine_table(rows: Iterable[Row]) -> list[str]:
    """Show what became of another machine's runs, and another torch's.

    Args:
        rows: What rules said.

    Returns:
        Lines of Markdown.
    """
    found = [row for row in rows if row.kind in {MACHINE, VERSION}]
    if not found:
        return ["Not among these figures."]
    return [
        "| experiment | what | a bit moved | factor needed | verdict |",
        "|---|---|---|---|---|",
        *(
            f"| `{row.experiment}` | {row.label} | {'yes' if row.moved else 'no'} "
            f"| {_short(row.factor)} | {row.verdict} |"
            for row in found
        ),
    ]


def cost_table(costs: Iterable[Cost]) -> list[str]:
    """Show what verdicts cost; bold if a short one takes too long.

    Args:
        costs: What was measured.

    Returns:
        Lines of Markdown.
    """
    by_name = {(one.experiment, one.policy): one for one in costs}
    lines = [
        "| experiment | pr | nightly | five seeds | five seeds over nightly |",
        "|---|---|---|---|---|",
    ]
    for name in CONTESTED:
        own = [by_name.get((name, policy)) for policy in (PR, NIGHTLY, FIVE)]
        pr, nightly, five = own
        if pr and nightly and five:
            ratio = five.wall_s / nightly.wall_s
            lines.append(
                f"| `{name}` | {_seconds(pr, bar=SECONDS_BAR)} | {_seconds(nightly)} "
                f"| {_seconds(five)} | {ratio:.1f} |"
            )
    return lines


def _others(rows: Iterable[Row]) -> list[str]:
    """List rules that only some test or short version has."""
    known = {rule.name for rule in RULES}
    return sorted({name for row in rows for name in row.failed_by} - known)


def _left_row(label: str, left: Sequence[Left], factor: float) -> str:
    factors = sorted(one.factor for one in left)
    above = sum(one > factor for one in factors)
    middle = factors[len(factors) // 2]
    return (
        f"| {label} | {len(factors)} | {_short(middle)} | {_short(factors[-1])} "
        f"| {above} |"
    )


def _seconds(cost: Cost, *, bar: float = math.inf) -> str:
    text = f"{cost.wall_s:.1f} s"
    marked = text if cost.wall_s < bar else f"**{text}**"
    noun = "seed" if cost.seeds == 1 else "seeds"
    return f"{marked}, {cost.seeds} {noun}"


def _short(factor: float) -> str:
    return "∞" if math.isinf(factor) else f"{factor:.2g}"
