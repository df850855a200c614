"""`seeds.tsv`: one row a seed, with roots, final metrics and resources.

::

    #pytest-repro/seeds/1
    seed  trace_root  state_root  NAME:decimal  NAME:bits  …  wall_s  cpu_s  …
    0  root-sha256-v1:9f…  state-sha256-v1:1b…  0.91  float32:3f68f5c3  …  4.1  4.0  …

Seeds and metrics are sorted. A metric that a seed did not give is ``-`` in both
columns: a seed that diverged is data, not a gap.
"""

from collections.abc import Sequence
from typing import Final

from pytest_repro.digests import parse_digest
from pytest_repro.records import Metric, Resources, Scalar, SeedResult
from pytest_repro.references.cells import (
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

__all__ = ["MAX_METRICS", "check_seeds", "read_seeds", "write_seeds"]

TITLE: Final = "#pytest-repro/seeds/1"
BEFORE: Final = ("seed", "trace_root", "state_root")
AFTER: Final = ("wall_s", "cpu_s", "peak_rss_bytes", "steps")
DECIMAL: Final = ":decimal"
BITS: Final = ":bits"
MAX_METRICS: Final = 256
MAX_COUNT: Final = 2**63 - 1
SEEDS: Final = range(-(2**63), 2**64)


def write_seeds(seeds: Sequence[SeedResult]) -> bytes:
    """Write the rows of all seeds.

    Args:
        seeds: What `check_seeds` accepts.

    Returns:
        The bytes of the file.
    """
    names = _metric_names(seeds)
    middle = [name + end for name in names for end in (DECIMAL, BITS)]
    rows = [_write_row(row, names) for row in seeds]
    return write_lines(TITLE, [[*BEFORE, *middle, *AFTER], *rows])


def read_seeds(data: bytes) -> tuple[SeedResult, ...]:
    """Read the rows strictly.

    Args:
        data: The bytes of the file.

    Returns:
        One result a seed, sorted by seed.

    Raises:
        FutureFormat: If a later version wrote it.
        ValueError: If it is not exactly what `write_seeds` could have written.
    """
    header_line, *lines = read_lines(data, TITLE) or [""]
    header = header_line.split("\t")
    names = _read_header(header)
    columns = columns_of(lines, len(header), first_line=3)
    seeds = tuple(_read_row(row, names) for row in zip(*columns, strict=True))
    check_seeds(seeds)
    if _metric_names(seeds) != names:
        msg = "a column belongs to a metric that no seed gave"
        raise ValueError(msg)
    return seeds


def check_seeds(seeds: Sequence[SeedResult]) -> None:
    """Check what no file may contradict.

    Args:
        seeds: The rows of a record.

    Raises:
        ValueError: If there is none, one is malformed, or they are not sorted.
    """
    if not 1 <= len(seeds) <= MAX_ROWS:
        msg = f"a record has 1 to {MAX_ROWS} seeds, got {len(seeds)}"
        raise ValueError(msg)
    numbers = [row.seed for row in seeds]
    if not is_increasing(numbers):
        msg = f"seeds are distinct and sorted, got {numbers[:20]}"
        raise ValueError(msg)
    check_names(_metric_names(seeds), limit=MAX_METRICS)
    for row in seeds:
        _check_row(row)


def _metric_names(seeds: Sequence[SeedResult]) -> list[str]:
    return sorted({metric.name for row in seeds for metric in row.metrics})


def _write_row(row: SeedResult, names: Sequence[str]) -> list[str]:
    given = {metric.name: metric.scalar for metric in row.metrics}
    middle: list[str] = []
    for name in names:
        scalar = given.get(name)
        middle += (scalar.decimal, scalar.text) if scalar else (MISSING, MISSING)
    cost = row.resources
    return [
        str(row.seed),
        row.trace_root,
        row.state_root,
        *middle,
        write_seconds(cost.wall_s),
        write_seconds(cost.cpu_s),
        str(cost.peak_rss_bytes),
        str(cost.steps),
    ]


def _read_header(header: Sequence[str]) -> list[str]:
    middle = header[len(BEFORE) : len(header) - len(AFTER)]
    names = [cell.removesuffix(DECIMAL) for cell in middle[::2]]
    expected = [name + end for name in names for end in (DECIMAL, BITS)]
    if list(header) != [*BEFORE, *expected, *AFTER]:
        msg = f"line 2 does not name the columns of this table: {header[:40]!a}"
        raise ValueError(msg)
    return names


def _read_row(row: Sequence[str], names: Sequence[str]) -> SeedResult:
    seed, trace_root, state_root, *middle = row[: -len(AFTER)]
    wall_s, cpu_s, peak_rss_bytes, steps = row[-len(AFTER) :]
    cells = zip(names, middle[::2], middle[1::2], strict=True)
    return SeedResult(
        seed=read_integer(seed),
        metrics=tuple(
            Metric(name=name, scalar=_read_scalar(name, decimal, bits))
            for name, decimal, bits in cells
            if (decimal, bits) != (MISSING, MISSING)
        ),
        trace_root=parse_digest(trace_root),
        state_root=parse_digest(state_root),
        resources=Resources(
            wall_s=read_seconds(wall_s),
            cpu_s=read_seconds(cpu_s),
            peak_rss_bytes=read_integer(peak_rss_bytes),
            steps=read_integer(steps),
        ),
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
    names = [metric.name for metric in row.metrics]
    if names != sorted(set(names)):
        msg = f"metrics of seed {row.seed} are distinct and sorted, got {names[:20]}"
        raise ValueError(msg)
    parse_digest(row.trace_root)
    parse_digest(row.state_root)
    cost = row.resources
    write_seconds(cost.wall_s)
    write_seconds(cost.cpu_s)
    for number in (cost.peak_rss_bytes, cost.steps):
        if not 0 <= number <= MAX_COUNT:
            msg = f"the resources of seed {row.seed} are counts in [0, 2**63)"
            raise ValueError(msg)
