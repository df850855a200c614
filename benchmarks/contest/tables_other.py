"""The tables of the page beside rates in cells: bars, pairs, restarts, real runs."""

from collections.abc import Iterable, Mapping, Sequence

from benchmarks.contest.bars import Bar
from benchmarks.contest.figures import Scalar
from benchmarks.contest.markdown import percent, table
from benchmarks.contest.pool import FINALS
from benchmarks.contest.pool_study import RIVALS

__all__ = ["bars_table", "common_seeds_table", "pool_table", "restarts_table"]

Rows = Sequence[Mapping[str, Scalar]]


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
    return table(("bar", "what", "measured", "required", "holds"), rows)


def common_seeds_table(rows: Rows) -> list[str]:
    """List verdicts on common seeds.

    Args:
        rows: What was counted.

    Returns:
        Lines of Markdown.
    """
    head = ("correlation", "margin", "shift", "paired", "same", "changed", "seeds")
    return table(head, [_common_seeds_row(row) for row in rows])


def _common_seeds_row(row: Mapping[str, Scalar]) -> list[str]:
    count = float(row["repetitions"])
    return [
        f"{row['correlation']}",
        f"{row['margin']} sd",
        f"{row['shift']} sd",
        *(percent(float(row[name]) / count) for name in ("paired", "same", "changed")),
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
                percent(float(row[name]) / float(row["repetitions"]))
                for name in ("once", "ever")
            ),
        ]
        for row in rows
    ]
    return table(("margin", "one try", "five fresh tries"), body)


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
    return table(head, [_pool_row(row) for row in rows])


def _pool_row(row: Mapping[str, Scalar]) -> list[str]:
    cells = [
        str(row["variant"]),
        *(f"{float(row[name]):.2f}" for name in (*FINALS, "curve")),
    ]
    cells += [percent(float(row[f"{rule} changed"])) for rule in RIVALS]
    for label in ("ours", "curve"):
        cells += [
            percent(float(row[f"{label} {word}"])) for word in ("changed", "same")
        ]
        cells.append(f"{float(row[f'{label} seeds']):.2f}")
    return cells


def _figure(value: float, unit: str) -> str:
    if unit == "%":
        return f"{100 * value:.2f} %"
    return f"{value:.2f} {unit}"


def _error(bar: Bar) -> str:
    if not bar.error:
        return ""
    scale = 100 if bar.unit == "%" else 1
    return f" ± {scale * bar.error:.2f}"
