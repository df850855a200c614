"""`seeds.tsv`: one row a run: roots, final metrics, resources, numbers of traces.

::

    #pytest-repro/seeds/1
    seed  replica  trace_root  state_root  NAME:decimal  NAME:bits  …  wall_s  cpu_s  …
    0  0  root-sha256-v1:9f…  state-sha256-v1:1b…  0.91  float32:3f68f5c3  …  4.1  …

Replica 0 is the seed itself; the others ran under rounding-sized perturbations. Seeds,
replicas and metrics are sorted. A metric that a run did not give is ``-`` in both
columns: a seed that diverged is data, not a gap. Behind the resources stand the numbers
that a contract had derived from traces, in pairs of columns like the metrics.

A column ``origin`` behind ``state_root`` has the digest of what the seed decides, ``-``
for a run without one. Where no run has one there is no such column.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from pytest_repro.digests import Digest, parse_digest
from pytest_repro.records import Metric, Replica, Resources, Scalar, SeedResult
from pytest_repro.references.cells import (
    MAX_NAME,
    MISSING,
    check_names,
    is_increasing,
    read_integer,
    read_seconds,
    write_seconds,
)
from pytest_repro.references.tables import (
    MAX_ROWS,
    columns_of,
    read_lines,
    write_lines,
)

__all__ = [
    "MAX_DERIVED",
    "MAX_METRICS",
    "check_seeds",
    "read_seeds",
    "write_seeds",
]

TITLE: Final = "#pytest-repro/seeds/1"
BEFORE: Final = ("seed", "replica", "trace_root", "state_root")
ORIGIN: Final = "origin"
AFTER: Final = ("wall_s", "cpu_s", "peak_rss_bytes", "steps")
DECIMAL: Final = ":decimal"
BITS: Final = ":bits"
MAX_METRICS: Final = 256
MAX_DERIVED: Final = 4096
LONGEST_DERIVED: Final = 2 * MAX_NAME
"""The name of a trace, and which number it is."""

MAX_COUNT: Final = 2**63 - 1
SEEDS: Final = range(-(2**63), 2**64)


def write_seeds(seeds: Sequence[SeedResult], replicas: Sequence[Replica] = ()) -> bytes:
    """Write the rows of all seeds and replicas.

    Args:
        seeds: What `check_seeds` accepts.
        replicas: Likewise.

    Returns:
        The bytes of the file.
    """
    runs = _runs(seeds, replicas)
    names = _names([run.result for run in runs])
    rows = [_write_row(run, names) for run in runs]
    return write_lines(TITLE, [_header(names), *rows])


def read_seeds(data: bytes) -> tuple[tuple[SeedResult, ...], tuple[Replica, ...]]:
    """Read the rows strictly.

    Args:
        data: The bytes of the file.

    Returns:
        One result a seed, sorted by seed; and the replicas.

    Raises:
        FutureFormat: If a later version wrote it.
        ValueError: If it is not exactly what `write_seeds` could have written.
    """
    header_line, *lines = read_lines(data, TITLE) or [""]
    header = header_line.split("\t")
    names = _read_header(header)
    columns = columns_of(lines, len(header), first_line=3)
    runs = [_read_row(row, names) for row in zip(*columns, strict=True)]
    seeds = tuple(run.result for run in runs if run.number == 0)
    replicas = tuple(run for run in runs if run.number)
    check_seeds(seeds, replicas)
    if runs != _runs(seeds, replicas):
        msg = "rows are not sorted by seed and replica"
        raise ValueError(msg)
    if _names([run.result for run in runs]) != names:
        msg = "a column belongs to a metric that no run gave, or to an origin"
        raise ValueError(msg)
    return seeds, replicas


def check_seeds(seeds: Sequence[SeedResult], replicas: Sequence[Replica] = ()) -> None:
    """Check what no file may contradict.

    Args:
        seeds: The rows of a record.
        replicas: Those of its perturbed runs.

    Raises:
        ValueError: If there is no seed, a row is malformed, or they are not sorted.
    """
    if not 1 <= len(seeds) + len(replicas) <= MAX_ROWS or not seeds:
        msg = f"a record has 1 to {MAX_ROWS} seeds, got {len(seeds)}"
        raise ValueError(msg)
    numbers = [row.seed for row in seeds]
    if not is_increasing(numbers):
        msg = f"seeds are distinct and sorted, got {numbers[:20]}"
        raise ValueError(msg)
    _check_replicas(replicas, numbers)
    rows = [*seeds, *(replica.result for replica in replicas)]
    names = _names(rows)
    check_names(names.metrics, limit=MAX_METRICS)
    check_names(names.derived, limit=MAX_DERIVED, longest=LONGEST_DERIVED)
    for row in rows:
        _check_row(row)


def _check_replicas(replicas: Sequence[Replica], seeds: Sequence[int]) -> None:
    places = [(replica.result.seed, replica.number) for replica in replicas]
    is_sorted = all(one < other for one, other in pairwise(places))
    is_counted = all(1 <= number < MAX_ROWS for _, number in places)
    if not (is_sorted and is_counted and {seed for seed, _ in places} <= {*seeds}):
        msg = f"replicas are of seeds that ran, sorted, from 1 on, got {places[:20]}"
        raise ValueError(msg)


def _runs(seeds: Sequence[SeedResult], replicas: Sequence[Replica]) -> list[Replica]:
    """Put every row in its place: each seed before its replicas."""
    runs = [*(Replica(number=0, result=row) for row in seeds), *replicas]
    return sorted(runs, key=lambda run: (run.result.seed, run.number))


@dataclass(frozen=True, slots=True)
class _Names:
    """What the columns are of."""

    metrics: list[str]
    derived: list[str]
    has_origin: bool

    @property
    def before(self) -> list[str]:
        """The titles before those of metrics."""
        return [*BEFORE, ORIGIN] if self.has_origin else [*BEFORE]


def _names(seeds: Sequence[SeedResult]) -> _Names:
    return _Names(
        sorted({metric.name for row in seeds for metric in row.metrics}),
        sorted({metric.name for row in seeds for metric in row.derived}),
        any(row.origin is not None for row in seeds),
    )


def _header(names: _Names) -> list[str]:
    return [*names.before, *_titles(names.metrics), *AFTER, *_titles(names.derived)]


def _titles(names: Sequence[str]) -> list[str]:
    return [name + end for name in names for end in (DECIMAL, BITS)]


def _write_metrics(metrics: Sequence[Metric], names: Sequence[str]) -> list[str]:
    given = {metric.name: metric.scalar for metric in metrics}
    cells: list[str] = []
    for name in names:
        scalar = given.get(name)
        cells += (scalar.decimal, scalar.text) if scalar else (MISSING, MISSING)
    return cells


def _write_row(run: Replica, names: _Names) -> list[str]:
    row = run.result
    cost = row.resources
    return [
        str(row.seed),
        str(run.number),
        row.trace_root,
        row.state_root,
        *([row.origin or MISSING] if names.has_origin else []),
        *_write_metrics(row.metrics, names.metrics),
        write_seconds(cost.wall_s),
        write_seconds(cost.cpu_s),
        str(cost.peak_rss_bytes),
        str(cost.steps),
        *_write_metrics(row.derived, names.derived),
    ]


def _read_header(header: list[str]) -> _Names:
    # Titles of metrics end in a suffix that those of resources lack.
    end = header.index(AFTER[0]) if AFTER[0] in header else len(header)
    has_origin = header[len(BEFORE) : len(BEFORE) + 1] == [ORIGIN]
    titles = header[len(BEFORE) + has_origin : end : 2], header[end + len(AFTER) :: 2]
    metrics, derived = (
        [one.removesuffix(DECIMAL) for one in group] for group in titles
    )
    names = _Names(metrics, derived, has_origin)
    if list(header) != _header(names):
        msg = f"line 2 does not name the columns of this table: {header[:40]!a}"
        raise ValueError(msg)
    return names


def _read_row(row: Sequence[str], names: _Names) -> Replica:
    start = len(names.before)
    end = start + 2 * len(names.metrics)
    seed, number, trace_root, state_root, *origin = row[:start]
    wall_s, cpu_s, peak_rss_bytes, steps = row[end : end + len(AFTER)]
    result = SeedResult(
        seed=read_integer(seed),
        metrics=_read_metrics(row[start:end], names.metrics),
        trace_root=parse_digest(trace_root),
        state_root=parse_digest(state_root),
        resources=Resources(
            wall_s=read_seconds(wall_s),
            cpu_s=read_seconds(cpu_s),
            peak_rss_bytes=read_integer(peak_rss_bytes),
            steps=read_integer(steps),
        ),
        derived=_read_metrics(row[end + len(AFTER) :], names.derived),
        origin=_read_origin(origin),
    )
    return Replica(number=read_integer(number), result=result)


def _read_origin(cells: Sequence[str]) -> Digest | None:
    return parse_digest(cells[0]) if cells and cells[0] != MISSING else None


def _read_metrics(cells: Sequence[str], names: Sequence[str]) -> tuple[Metric, ...]:
    return tuple(
        Metric(name=name, scalar=_read_scalar(name, decimal, bits))
        for name, decimal, bits in zip(names, cells[::2], cells[1::2], strict=True)
        if (decimal, bits) != (MISSING, MISSING)
    )


def _read_scalar(name: str, decimal: str, bits: str) -> Scalar:
    try:
        return Scalar.parse(bits, decimal)
    except ValueError as error:
        msg = f"metric {name!r}: {error}"
        raise ValueError(msg) from error


def _check_row(row: SeedResult) -> None:
    if row.seed not in SEEDS:
        msg = f"seed {row.seed} has more than 64 bits"
        raise ValueError(msg)
    for metrics in (row.metrics, row.derived):
        names = [metric.name for metric in metrics]
        if names != sorted(set(names)):
            msg = f"metrics of seed {row.seed} are distinct and sorted: {names[:20]}"
            raise ValueError(msg)
    parse_digest(row.trace_root)
    parse_digest(row.state_root)
    if row.origin is not None:
        parse_digest(row.origin)
    cost = row.resources
    write_seconds(cost.wall_s)
    write_seconds(cost.cpu_s)
    for number in (cost.peak_rss_bytes, cost.steps):
        if not 0 <= number <= MAX_COUNT:
            msg = f"the resources of seed {row.seed} are counts in [0, 2**63)"
            raise ValueError(msg)
