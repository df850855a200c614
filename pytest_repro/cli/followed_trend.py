"""One experiment in one environment over time, as text and as facts for machines."""

from collections.abc import Sequence
from typing import Final

from pytest_repro.cli.rates import rate_text, tally_facts
from pytest_repro.cli.sparklines import sparkline
from pytest_repro.cli.tables import fields, table
from pytest_repro.reports.passages import Passage
from pytest_repro.reports.summary import counted, duration_text
from pytest_repro.reports.tally_text import (
    commits_text,
    interval_text,
    percent,
    time_text,
)
from pytest_repro.reports.trends import Curve, DatedShift, Trend
from pytest_repro.verdicts.rates import Rate

__all__ = ["trend_facts", "trend_lines"]

WIDEST: Final = 40
DAY: Final = len("2026-11-26")
MEBIBYTE: Final = 2**20


def trend_lines(trend: Trend, moved: Sequence[Passage]) -> tuple[str, ...]:
    """Describe a trend.

    Args:
        trend: The trend.
        moved: How its reference moved, by metric.

    Returns:
        Lines, the last one empty.
    """
    names = {curve.metric for curve in trend.curves}
    shifts = [
        line
        for curve in trend.curves
        for shift in curve.shifts
        for line in _shift_lines(curve.metric, shift)
    ]
    revised = [
        _passage_cells(one) for one in moved if one.metric in names and one.values[1:]
    ]
    return (
        trend.experiment,
        *fields(_facts(trend)),
        *_section("by night", _curve_table(trend.curves)),
        *_section("shifts", shifts or ["  none"] if trend.curves else []),
        *_section("by revision of the reference", table(_REVISED, revised, left=2)),
        "",
    )


def trend_facts(trend: Trend, moved: Sequence[Passage]) -> dict[str, object]:
    """Lay a trend out for machines.

    Args:
        trend: The trend.
        moved: How its reference moved, by metric.

    Returns:
        Plain values and records.
    """
    return {
        "key": trend.key,
        **tally_facts(trend.tally),
        "metrics": {
            curve.metric: {
                "points": [
                    {
                        "observed_utc": point.observed_utc,
                        "commit": point.commit,
                        "is_dirty": point.is_dirty,
                        "bits": point.scalar.text,
                        "decimal": point.scalar.decimal,
                        "passed": point.passed,
                        "revision": point.revision,
                    }
                    for point in curve.points
                ],
                "shifts": curve.shifts,
            }
            for curve in trend.curves
        },
        "reference": moved,
    }


def _section(title: str, lines: Sequence[str]) -> tuple[str, ...]:
    return ("", title, *lines) if lines else ()


def _facts(trend: Trend) -> list[tuple[str, str | Sequence[str]]]:
    tally = trend.tally
    last = tally.last
    seen = f"{tally.first_utc[:DAY]} to {last.observed_utc[:DAY]}" if last else ""
    seeds = f"{counted(tally.seeds, 'seed')} of {tally.seeds_allowed}"
    memory = f"{tally.peak_rss_bytes / MEBIBYTE:.0f} MiB at most"
    return [
        ("environment", trend.key or "unknown: no run got that far"),
        ("sessions", f"{tally.held.total}, {seen}"),
        ("replication", rate_text(tally.held)),
        ("by rung", [_rung_text(rung.label, rate) for rung, rate in tally.rungs]),
        ("causes", ", ".join(f"{cause} {count}" for cause, count in tally.causes)),
        ("last verdict", last.rung.label if last else ""),
        ("time to verdict", _times(tally.typical_s, tally.slow_s)),
        ("cost", f"{seeds}, {duration_text(tally.wall_s)}, {memory}"),
    ]


def _rung_text(label: str, rate: Rate) -> str:
    return f"{label} {rate.count}: {percent(rate.share)} ({interval_text(rate)})"


def _times(typical_s: float | None, slow_s: float | None) -> str:
    return f"{time_text(typical_s)} median, {time_text(slow_s)} in 9 of 10"


_CURVE: Final = ("metric", "", "first", "last", "nights")
_REVISED: Final = ("metric", "", "moved in all", "at once", "allowed")


def _curve_table(curves: Sequence[Curve]) -> tuple[str, ...]:
    rows = []
    for curve in curves:
        values = [float(point.scalar.value) for point in curve.points]
        ends = [curve.points[0], curve.points[-1]]
        rows.append(
            (
                curve.metric,
                sparkline(values, width=WIDEST),
                *(end.scalar.decimal for end in ends),
                str(len(values)),
            )
        )
    return table(_CURVE, rows, left=2)


def _shift_lines(metric: str, shift: DatedShift) -> tuple[str, ...]:
    accepted = ", accepted by a later revision" if shift.is_accepted else ""
    levels = f"{shift.before:.6g} -> {shift.after:.6g}"
    change = f"{shift.after - shift.before:+.3g}"
    return (
        f"  {shift.observed_utc[:DAY]}  {metric}  {levels}  ({change}){accepted}",
        f"    {commits_text(shift)}, {shift.evidence:.1f} times the evidence required",
    )


def _passage_cells(passage: Passage) -> tuple[str, ...]:
    allowed = "-" if passage.allowed is None else f"{passage.allowed:.3g}"
    mark = " creeping" if passage.is_creeping else ""
    return (
        f"{passage.metric}{mark}",
        sparkline(passage.values, width=WIDEST),
        f"{passage.total:+.3g}",
        f"{passage.largest:+.3g}",
        allowed,
    )
