"""The tables of the page, from outcomes alone."""

from collections.abc import Iterable, Mapping, Sequence

from benchmarks.contest.bars import Bar, Outcomes, plural
from benchmarks.contest.figures import Scalar
from benchmarks.contest.measuring import Outcome
from benchmarks.contest.pool import FINALS
from benchmarks.contest.rules import OURS
from benchmarks.contest.shapes import SHAPES
from benchmarks.contest.studies import METRICS, REFERENCES, RULES, SHIFTS

__all__ = [
    "bars_table",
    "common_seeds_table",
    "grid_table",
    "many_table",
    "no_margin_table",
    "pool_table",
    "restarts_table",
    "rules_table",
    "sources_list",
]

Rows = Sequence[Mapping[str, Scalar]]

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
    return _table(head, [_rule_row(outcomes, rule.name) for rule in RULES])


def _rule_row(outcomes: Outcomes, rule: str) -> list[str]:
    everywhere = outcomes.of("contestants", rule, shift=0.0)
    alike = _normal(outcomes, rule, 0.0)
    moved = _normal(outcomes, rule, 3.0)
    alarm = max(everywhere, key=lambda one: one.changed)
    miss = max(outcomes.of("contestants", rule, shift=3.0), key=lambda one: one.same)
    cells = [
        _percent(alike.changed),
        f"{_percent(alarm.changed)} ({alarm.cell.shape})",
        *(_percent(_normal(outcomes, rule, at).changed) for at in SEEN),
        _percent(moved.changed),
        _percent(moved.same),
        f"{_percent(miss.same)} ({miss.cell.shape})",
        _percent(alike.open),
        f"{alike.seeds:.2f}",
        f"{moved.seeds:.2f}",
    ]
    bold = "**" if rule == OURS else ""
    return [f"{bold}{rule}{bold}", *cells]


def _normal(outcomes: Outcomes, rule: str, shift: float) -> Outcome:
    (found,) = outcomes.of("contestants", rule, shape="normal", shift=shift)
    return found


def bars_table(bars: Iterable[Bar], widening: float = 0.0) -> list[str]:
    """List the bars.

    Args:
        bars: The bars.
        widening: Standard errors by which limits are wider.

    Returns:
        Lines of Markdown.
    """
    rows = [
        [
            f"{bar.number}{' (gate)' if bar.is_gate else ''}",
            bar.what,
            _figure(bar.value, bar.unit) + _error(bar),
            f"{'≤' if bar.is_ceiling else '≥'} {_figure(bar.limit, bar.unit)}",
            "yes" if bar.holds(widening) else "**no**",
        ]
        for bar in bars
    ]
    return _table(("bar", "what", "measured", "required", "holds"), rows)


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
                        *(_percent(one.changed) for one in alike),
                        *(_percent(one.changed) for one in moved),
                        *(_percent(one.same) for one in moved),
                        f"{alike[-1].seeds:.2f}",
                    ]
                )
    return _table(head, rows)


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
            row.append(f"{_percent(ours.changed)} ({_percent(rival.changed)})")
        rows.append(row)
    return _table(head, rows)


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
                rates = [_percent(one.changed) for one in found]
                rows.append([shape, str(m), str(k), *rates, f"{found[0].seeds:.2f}"])
    return _table(head, rows)


def common_seeds_table(rows: Rows) -> list[str]:
    """List verdicts on common seeds.

    Args:
        rows: What was counted.

    Returns:
        Lines of Markdown.
    """
    head = ("correlation", "margin", "shift", "paired", "same", "changed", "seeds")
    return _table(head, [_common_seeds_row(row) for row in rows])


def _common_seeds_row(row: Mapping[str, Scalar]) -> list[str]:
    count = float(row["repetitions"])
    return [
        f"{row['correlation']}",
        f"{row['margin']} sd",
        f"{row['shift']} sd",
        *(_percent(float(row[name]) / count) for name in ("paired", "same", "changed")),
        f"{float(row['seeds']) / count:.2f}",
    ]


def restarts_table(rows: Rows) -> list[str]:
    """List misses with fresh restarts.

    Args:
        rows: What was counted.

    Returns:
        Lines of Markdown.
    """
    body = [
        [
            f"{row['margin']} sd",
            *(
                _percent(float(row[name]) / float(row["repetitions"]))
                for name in ("once", "ever")
            ),
        ]
        for row in rows
    ]
    return _table(("margin", "one try", "five fresh tries"), body)


def pool_table(rows: Rows) -> list[str]:
    """List verdicts on real runs.

    Args:
        rows: What was measured.

    Returns:
        Lines of Markdown.
    """
    head = (
        "change",
        *(f"shift: {name}" for name in (*FINALS, "curve")),
        "fails 3 sd",
        "fails Welch",
        "ours: changed",
        "same",
        "seeds",
        "with the curve: changed",
        "same",
        "seeds",
    )
    return _table(head, [_pool_row(row) for row in rows])


def _pool_row(row: Mapping[str, Scalar]) -> list[str]:
    cells = [
        str(row["variant"]),
        *(f"{float(row[name]):.2f}" for name in (*FINALS, "curve")),
    ]
    cells += [_percent(float(row[f"{rule} changed"])) for rule in COMPARED[:2]]
    for label in ("ours", "curve"):
        cells += [
            _percent(float(row[f"{label} {word}"])) for word in ("changed", "same")
        ]
        cells.append(f"{float(row[f'{label} seeds']):.2f}")
    return cells


def sources_list() -> list[str]:
    """Say where each rule stands.

    Returns:
        Lines of Markdown.
    """
    return [f"- {rule.name}: {rule.source}" for rule in RULES if rule.name != OURS]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [
        f"| {' | '.join(head)} |",
        "|" + "---|" * len(head),
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


def _percent(rate: float) -> str:
    return f"{100 * rate:.{_digits(rate)}f} %"


def _digits(rate: float) -> int:
    """Show two digits of a small rate, one of a large one."""
    return 2 if 0 < rate < 0.02 else 1  # noqa: PLR2004


def _figure(value: float, unit: str) -> str:
    if unit == "%":
        return f"{100 * value:.2f} %"
    return f"{value:.2f} {unit}"


def _error(bar: Bar) -> str:
    if not bar.error:
        return ""
    scale = 100 if bar.unit == "%" else 1
    return f" ± {scale * bar.error:.2f}"
