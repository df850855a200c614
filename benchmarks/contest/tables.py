"""The tables of the page, from outcomes alone."""

from collections.abc import Mapping

from benchmarks.contest.bars import Outcomes, plural, ratio
from benchmarks.contest.markdown import percent, table
from benchmarks.contest.measuring import Outcome
from benchmarks.contest.rules import OURS
from benchmarks.contest.shapes import SHAPES
from benchmarks.contest.studies import METRICS, REFERENCES, RULES, SHIFTS

__all__ = [
    "grid_table",
    "many_table",
    "newest_rcp",
    "no_margin_table",
    "rules_table",
    "sources_list",
]

# Shifts of the first table, besides that of one margin.
SEEN = (1.0, 2.0)
COMPARED = (
    "every run in mean ± 3 sd",
    "Welch p > .05",
    "MLPerf RCP, harmful side",
    "group-sequential t 1 % / 5 %",
    OURS,
)


def rules_table(outcomes: Outcomes) -> list[str]:
    """Compare all rules on one metric.

    Args:
        outcomes: What rules said.

    Returns:
        Lines of Markdown.
    """
    head = (
        "rule",
        "false alarms",
        "worst",
        "found at 1 sd",
        "at 2 sd",
        "at 3 sd",
        "misses",
        "worst",
        "open at 0",
        "seeds at 0",
        "at 3 sd",
    )
    return table(head, [_rule_row(outcomes, rule.name) for rule in RULES])


def _rule_row(outcomes: Outcomes, rule: str) -> list[str]:
    everywhere = outcomes.of("contestants", rule, shift=0.0)
    alike = _normal(outcomes, rule, 0.0)
    moved = _normal(outcomes, rule, 3.0)
    alarm = max(everywhere, key=lambda one: one.changed)
    miss = max(outcomes.of("contestants", rule, shift=3.0), key=lambda one: one.same)
    cells = [
        percent(alike.changed),
        f"{percent(alarm.changed)} ({alarm.cell.shape})",
        *(percent(_normal(outcomes, rule, at).changed) for at in SEEN),
        percent(moved.changed),
        percent(moved.same),
        f"{percent(miss.same)} ({miss.cell.shape})",
        percent(alike.open),
        f"{alike.seeds:.2f}",
        f"{moved.seeds:.2f}",
    ]
    bold = "**" if rule == OURS else ""
    return [f"{bold}{rule}{bold}", *cells]


def _normal(outcomes: Outcomes, rule: str, shift: float) -> Outcome:
    (found,) = outcomes.of("contestants", rule, shape="normal", shift=shift)
    return found


def newest_rcp(outcomes: Outcomes) -> str:
    """Say how bar 9 would fare against MLPerf's newest rule.

    Args:
        outcomes: What rules said.

    Returns:
        A sentence.
    """
    words = []
    for k in (1, 20):
        about = {"shape": "normal", "reference": 10, "metrics": k, "margin": 3.0}
        theirs = _grid(outcomes, COMPARED[2], 0.0, about)
        times, error = ratio(theirs, _grid(outcomes, OURS, 0.0, about), "changed")
        words.append(f"{times:.1f} ± {error:.1f} for {plural(k)}")
    return (
        "Bar 9 was written against MLPerf's rule of round 3.0. The newest one has "
        f"fewer false alarms ({' and '.join(words)}, over ours) and more misses."
    )


def many_table(outcomes: Outcomes) -> list[str]:
    """Compare rules on one and many metrics, shape by shape.

    Args:
        outcomes: What rules said.

    Returns:
        Lines of Markdown.
    """
    short = ("3 sd", "Welch", "RCP", "sequential t", "ours")
    head = (
        "shape",
        "references",
        "metrics",
        *(f"alarms: {name}" for name in short),
        *(f"found: {name}" for name in short),
        *(f"missed: {name}" for name in short),
        "open: ours",
        "seeds: ours",
    )
    rows = []
    for shape in SHAPES:
        for m in REFERENCES:
            for k in METRICS:
                about = {"shape": shape, "reference": m, "metrics": k, "margin": 3.0}
                alike = [_grid(outcomes, rule, 0.0, about) for rule in COMPARED]
                moved = [_grid(outcomes, rule, 3.0, about) for rule in COMPARED]
                rows.append(
                    [
                        shape,
                        str(m),
                        str(k),
                        *(percent(one.changed) for one in alike),
                        *(percent(one.changed) for one in moved),
                        *(percent(one.same) for one in moved),
                        percent(alike[-1].open),
                        f"{alike[-1].seeds:.2f}",
                    ]
                )
    return table(head, rows)


def _grid(
    outcomes: Outcomes, rule: str, shift: float, about: Mapping[str, object]
) -> Outcome:
    (found,) = outcomes.of("grid", rule, shift=shift, **about)
    return found


def no_margin_table(outcomes: Outcomes) -> list[str]:
    """List false alarms without a margin.

    Args:
        outcomes: What rules said.

    Returns:
        Lines of Markdown.
    """
    pairs = [(m, k) for m in REFERENCES for k in METRICS]
    head = ("shape", *(f"{m} references, {plural(k)}" for m, k in pairs))
    rows = []
    for shape in SHAPES:
        row = [shape]
        for m, k in pairs:
            about = {"shape": shape, "reference": m, "metrics": k}
            (ours,) = outcomes.of("no margin", OURS, **about)
            (rival,) = outcomes.of("no margin", COMPARED[3], **about)
            row.append(f"{percent(ours.changed)} ({percent(rival.changed)})")
        rows.append(row)
    return table(head, rows)


def grid_table(outcomes: Outcomes) -> list[str]:
    """List how often our rule finds a change, by shift.

    Args:
        outcomes: What rules said.

    Returns:
        Lines of Markdown.
    """
    head = (
        "shape",
        "references",
        "metrics",
        *(f"{shift:g} margins" for shift in SHIFTS),
        "seeds at 0",
    )
    rows = []
    for shape in SHAPES:
        for m in REFERENCES:
            for k in METRICS:
                about = {"shape": shape, "reference": m, "metrics": k, "margin": 3.0}
                found = [_grid(outcomes, OURS, 3 * shift, about) for shift in SHIFTS]
                rates = [percent(one.changed) for one in found]
                rows.append([shape, str(m), str(k), *rates, f"{found[0].seeds:.2f}"])
    return table(head, rows)


def sources_list() -> list[str]:
    """Say where each rule stands.

    Returns:
        Lines of Markdown.
    """
    return [f"- {rule.name}: {rule.source}" for rule in RULES if rule.name != OURS]
