"""One record on one screen: what was run, what came out, who approved it and why.

A person who reviews a reference needs the values and their circumstances side by side.
What does not fit is counted, never dropped in silence; ``--json`` has all of it.
Nothing here reads a disk.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from rich.cells import cell_len

from pytest_repro.cli.followed import followed_lines
from pytest_repro.cli.sparklines import sparkline
from pytest_repro.cli.tables import WIDTH, fields, table
from pytest_repro.records import (
    Contract,
    Drift,
    Match,
    Revision,
    Rounding,
    RunRecord,
    SeedResult,
    Series,
)
from pytest_repro.references import cumulative_drift
from pytest_repro.verdicts import required_rung
from pytest_repro.verdicts.calibration import calibrate_traces
from pytest_repro.verdicts.identity import shorten

__all__ = ["drift_text", "portrait_lines"]

MAX_SEEDS: Final = 10
MAX_TRACES: Final = 12
MAX_REVISIONS: Final = 5
NARROWEST: Final = 8
WIDEST: Final = 32
"""How narrow and how wide a sparkline may be."""


def portrait_lines(record: RunRecord, *, role: str, folder: str) -> tuple[str, ...]:
    """Describe a record.

    Args:
        record: The record.
        role: What it is: ``reference`` or ``obtained``.
        folder: Where it is, as it should be shown.

    Returns:
        Lines of at most 80 columns, save for names that are longer.
    """
    seeds = ", ".join(str(row.seed) for row in record.seeds[:1])
    return (
        record.identity.experiment,
        *fields([(role, folder), *_circumstances(record)]),
        *_section("seeds", _seeds(record.seeds)),
        *_section(f"traces of seed {seeds}", _traces(record.series)),
        *_section("history", _history(record)),
    )


def drift_text(drift: Drift) -> str:
    """Write how far a metric moved.

    Args:
        drift: Of one metric.

    Returns:
        One line.
    """
    since = "" if drift.first_step is None else f" from step {drift.first_step}"
    change = f"{drift.absolute:+.3g} ({drift.relative:+.3%})"
    return f"{drift.metric} moved by {change}{since}"


def _section(title: str, lines: Sequence[str]) -> tuple[str, ...]:
    return ("", title, *lines) if lines else ()


def _circumstances(record: RunRecord) -> list[tuple[str, str | Sequence[str]]]:
    identity = record.identity
    environment = identity.environment
    failure, steps = record.failure, record.anchor.resources.steps
    return [
        ("failed", f"{failure.cause}: {failure.message}" if failure else ""),
        ("environment", [environment.key, _facts(dict(environment.axes))]),
        ("contract", _contract(identity.contract)),
        ("rounding", _rounding(record)),
        ("ledger", followed_lines(record.ledger, record.lost, steps=steps)),
        ("config", _facts(identity.config)),
        ("data", [f"{use.name} {shorten(use.digest)}" for use in identity.assets]),
        ("code", _facts(identity.code)),
        ("isolation", "" if identity.isolation == "worker" else identity.isolation),
    ]


def _facts(facts: Mapping[str, object]) -> str:
    """Write facts on one line that can be wrapped; what is None says nothing."""
    return " · ".join(
        f"{name} {shorten(str(value))}"
        for name, value in facts.items()
        if value is not None
    )


def _contract(contract: Contract) -> list[str]:
    required = required_rung(contract, Match.KEY).label
    count = "1 seed" if contract.seeds == 1 else f"{contract.seeds} seeds"
    return [
        f"at most {count}, {required} required",
        *(f"{name}: {tolerance.text}" for name, tolerance in contract.tolerances),
    ]


def _rounding(record: RunRecord) -> list[str]:
    """Say what envelopes were measured with, and until when exact means anything."""
    if record.rounding is None:
        return []
    count = len(record.anchor_replicas)
    return [
        f"{record.rounding.noise}, {count} replicas",
        *_twice(record.rounding),
        *(
            f"{trace.name} is exact to 1 % up to step {trace.exact_until}"
            for trace in calibrate_traces(record)
            if trace.exact_until is not None
        ),
    ]


def _twice(rounding: Rounding) -> list[str]:
    """Say how many seeds can be the partners of seeds of another environment."""
    seeds = {replica.result.seed for replica in rounding.replicas}
    return [f"{len(seeds)} seeds ran twice"] if len(seeds) > 1 else []


def _seeds(rows: Sequence[SeedResult]) -> tuple[str, ...]:
    """Lay out as many metrics as fit, and say which do not."""
    names = sorted({metric.name for row in rows for metric in row.metrics})
    shown = next(
        count
        for count in range(len(names), -1, -1)
        if count == 0 or _fits(_seed_table(rows, names[:count]))
    )
    return (
        *_seed_table(rows[:MAX_SEEDS], names[:shown]),
        *_more(len(rows) - MAX_SEEDS, "seeds"),
        *_more(len(names) - shown, "metrics"),
    )


def _seed_table(rows: Sequence[SeedResult], names: Sequence[str]) -> tuple[str, ...]:
    return table(
        ("seed", *names, "steps", "wall [s]"),
        [
            (
                str(row.seed),
                *_values(row, names),
                str(row.resources.steps),
                f"{row.resources.wall_s:.1f}",
            )
            for row in rows
        ],
    )


def _values(row: SeedResult, names: Sequence[str]) -> list[str]:
    found = {metric.name: metric.scalar.decimal for metric in row.metrics}
    return [found.get(name, "-") for name in names]


def _fits(lines: Sequence[str]) -> bool:
    return all(cell_len(line) <= WIDTH for line in lines)


def _traces(series: Sequence[Series]) -> tuple[str, ...]:
    shown = [_trace(one, WIDEST) for one in series[:MAX_TRACES]]
    excess = max(
        (cell_len(line) - WIDTH for line in table(_TRACE_HEAD, shown, left=2)),
        default=0,
    )
    width = max(NARROWEST, WIDEST - max(excess, 0))
    return (
        *table(
            _TRACE_HEAD, [_trace(one, width) for one in series[:MAX_TRACES]], left=2
        ),
        *_more(len(series) - MAX_TRACES, "traces"),
    )


_TRACE_HEAD: Final = ("trace", "by step", "first", "last", "points")


def _trace(series: Series, width: int) -> tuple[str, ...]:
    values = [series.scalar(index).value for index in range(len(series.bits))]
    ends = (f"{value:.6g}" for value in (*values[:1], *values[-1:]))
    first, last = ends if values else ("-", "-")
    line = sparkline(values, width=width)
    return (series.name, line, first, last, str(series.count))


def _history(record: RunRecord) -> tuple[str, ...]:
    """List the last approvals, and the sum of all drift if it has one."""
    shown = record.history[-MAX_REVISIONS:]
    pairs = [(str(revision.number), _revision(revision)) for revision in shown]
    if sum(bool(revision.drift) for revision in record.history) > 1:
        pairs.append(("sum", [drift_text(drift) for drift in cumulative_drift(record)]))
    return (
        *_more(len(record.history) - len(shown), "earlier revisions"),
        *fields(pairs),
    )


def _revision(revision: Revision) -> list[str]:
    reason = revision.reason or "recorded"
    return [
        f"{revision.created_utc[:10]}  {reason}",
        *_approval(revision),
        *(drift_text(drift) for drift in revision.drift),
    ]


def _approval(revision: Revision) -> list[str]:
    """Say who approved, where the run came from and what it lacks, if it says so."""
    facts = (
        ("approved by", ", ".join(revision.approved_by)),
        ("from", shorten(revision.source)),
        ("lacks", ", ".join(revision.lacks)),
    )
    return [f"{name} {text}" for name, text in facts if text]


def _more(count: int, what: str) -> tuple[str, ...]:
    return (f"  … {count} more {what}, see --json",) if count > 0 else ()
