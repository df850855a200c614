"""The page about the page: what it costs to write and to show, from figures alone."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

__all__ = ["FIGURES", "Figures", "Row", "page", "read", "write"]

FIGURES: Final = Path(__file__).parent / "report_figures.json"

BAR_BYTES: Final = 300_000
"""A page of ten experiments is to be smaller."""

LINEAR: Final = 1.25
"""A cost is called linear while no larger session takes so many times as much for
each experiment as the smallest of at least a hundred."""

INTRODUCTION: Final = """\
# What the page of a session costs

At the end of a session its page is written to `.repro/report/index.html`
({doc}`../how-to/read-the-report`). It reads the records that the runs left: of a run
with the bits of its reference only what it is and what it gave, of every other one the
whole traces. One experiment is in memory at a time, and each is drawn with a few
hundred points, however long it ran.

Of ten experiments in these sessions seven have the same bits as their reference, two
are equivalent, one of these within rounding at its first seed, and one diverged. Each
has ten obtained seeds and ten in its reference.
"""

WRITING: Final = """\
## Writing it

By `pytest-repro report`, its start included. *A piece* is the processor time of one
experiment; *memory* is the largest that the process ever had.
"""

SHOWING: Final = """\
## Showing it

Chromium, from a file, 1280 pixels wide: until something is seen, until all of it is
loaded, from opening the first experiment until that is drawn, and from typing into the
filter until the list is. The least of five attempts each.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was measured of a session of one size.

    Attributes:
        experiments: How many experiments it has.
        wall_s: Time to write the page [s].
        cpu_s: Processor time of that [s].
        peak_mib: The largest memory of the process [MiB].
        size_bytes: Size of the page.
        paint_ms: Until something is seen [ms].
        load_ms: Until all is loaded [ms].
        open_ms: Until an experiment is drawn [ms].
        filter_ms: Until a filtered list is drawn [ms].
    """

    experiments: int
    wall_s: float
    cpu_s: float
    peak_mib: float
    size_bytes: int
    paint_ms: float
    load_ms: float
    open_ms: float
    filter_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Everything that was measured.

    Attributes:
        occasion: Lines that say when, how and where.
        steps: Points of each trace.
        rows: One for each size, smallest first.
    """

    occasion: tuple[str, ...]
    steps: int
    rows: tuple[Row, ...]


def page(figures: Figures) -> str:
    """Write the page.

    Args:
        figures: What was measured.

    Returns:
        Markdown; equal figures give equal bytes.
    """
    blocks = [
        INTRODUCTION,
        "\n".join((*figures.occasion, f"Each trace has {figures.steps:,} points.")),
        "",
        WRITING,
        _table(
            ("experiments", "wall", "processor", "a piece", "memory", "size"),
            [_written(row) for row in figures.rows],
        ),
        *_bars(figures.rows),
        "",
        SHOWING,
        _table(
            ("experiments", "first paint", "loaded", "open one", "filter"),
            [_shown(row) for row in figures.rows],
        ),
    ]
    return "\n".join(blocks)


def _written(row: Row) -> tuple[str, ...]:
    return (
        str(row.experiments),
        f"{row.wall_s:.1f} s",
        f"{row.cpu_s:.1f} s",
        f"{row.cpu_s / row.experiments * 1e3:.0f} ms",
        f"{row.peak_mib:.0f} MiB",
        f"{row.size_bytes / 1e3:,.0f} kB",
    )


def _shown(row: Row) -> tuple[str, ...]:
    times = (row.paint_ms, row.load_ms, row.open_ms, row.filter_ms)
    return (str(row.experiments), *(f"{one:.0f} ms" for one in times))


def _bars(rows: Sequence[Row]) -> list[str]:
    """Hold the figures against what was wanted; what misses is in bold."""
    told = []
    for row in (one for one in rows if one.experiments == 10):  # noqa: PLR2004  # the bar
        holds = row.size_bytes < BAR_BYTES
        size = f"Ten experiments take {row.size_bytes / 1e3:.0f} kB of 300 kB"
        told.append(f"{size}." if holds else f"**{size}: too many.**")
    large = [row for row in rows if row.experiments >= 100]  # noqa: PLR2004  # as said
    if len(large) > 1:
        ratio = max(_grown(large[0], row) for row in large)
        line = f"For each experiment the larger sessions take {ratio:.2f} times"
        line += f" what {large[0].experiments} do, at most"
        told.append(f"{line}." if ratio <= LINEAR else f"**{line}: not linear.**")
    return told


def _grown(first: Row, row: Row) -> float:
    """Compare the costs of one experiment: of writing it, and of its bytes."""
    return max(
        (row.cpu_s / row.experiments) / (first.cpu_s / first.experiments),
        (row.size_bytes / row.experiments) / (first.size_bytes / first.experiments),
    )


def read(path: Path = FIGURES) -> Figures:
    """Read figures.

    Args:
        path: The file.

    Returns:
        The figures.
    """
    found = json.loads(path.read_text(encoding="utf-8"))
    return Figures(
        occasion=tuple(found["occasion"]),
        steps=found["steps"],
        rows=tuple(Row(**row) for row in found["rows"]),
    )


def write(figures: Figures, path: Path = FIGURES) -> None:
    """Write figures.

    Args:
        figures: What was measured.
        path: The file.
    """
    text = json.dumps(asdict(figures), indent=2, sort_keys=True)
    path.write_text(f"{text}\n", encoding="utf-8")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
