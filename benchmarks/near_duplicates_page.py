"""The page about near duplicates, from figures alone: same figures, same bytes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

__all__ = ["FIGURES", "Figures", "page", "read", "write"]

FIGURES: Final = Path(__file__).parent / "near_duplicates_figures.json"

BAR: Final = 0.95
"""A recall below this is set in bold."""

INTRODUCTION: Final = """\
# What the search for near duplicates finds

`pytest-repro data check --files` looks for contents that are nearly the same in two
parts of a data set ({doc}`../how-to/split-data`). It compares arrays by the cosine of
the means of 16 × 16 blocks, and texts by how many of their sequences of five letters
they share. This page says how much of what was planted it finds, and what else it
tells.
"""

METHOD: Final = """\
Each data set is split by hash, four fifths to one. Up to 200 training samples are
copied, each copy is changed in one way and put among the test samples. *Recall* is the
share of copies for which their original is told. A *false alarm* is a test sample that
is no copy and is told all the same. Some of these are near duplicates that nobody
planted: every sixth docstring that is told was looked at, and each had been copied from
another function. The threshold in bold is used unless told otherwise; recalls below
95 % are in bold, too.
"""

LIMITS: Final = """\
A shift by one pixel changes most pixels of a thin drawing, at any threshold: shifts,
turns and crops are not found. Whoever knows of such copies gives them a common group.
Half a text shares about half of its sequences with the whole. Where more than 32
texts have the same minima in a band, they share a phrase, and 32 of them are compared.
More noise is found from a lower threshold on, `find_near(…, arrays_from=0.97)`, at the
price in the last row.
"""

TIMES: Final = """\
## How long it takes

Made contents, four fifths of them training samples. *Overlaid* images are two digits
each; *moved* ones are single digits, of which many are alike. Elapsed time depends on
what else ran; processor time is that of all threads.
"""

TIMED: Final = ("contents", "samples", "elapsed", "processor", "per sample")


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that was measured.

    Attributes:
        occasion: Lines that say when, how and where.
        studies: What was found of what was planted, for each data set.
        times: Rows of size, elapsed and processor seconds, and findings, by kind.
    """

    occasion: tuple[str, ...]
    studies: tuple[Mapping[str, Any], ...]
    times: Mapping[str, Sequence[Sequence[Any]]]


def read(path: Path = FIGURES) -> Figures:
    """Read figures.

    Args:
        path: The file.

    Returns:
        What was measured.
    """
    found = json.loads(path.read_text(encoding="utf-8"))
    return Figures(tuple(found["occasion"]), tuple(found["studies"]), found["times"])


def write(figures: Figures, path: Path = FIGURES) -> None:
    """Write figures.

    Args:
        figures: What was measured.
        path: The file.
    """
    found = json.dumps(asdict(figures), indent=1, ensure_ascii=False)
    path.write_text(found + "\n", encoding="utf-8")


def page(figures: Figures) -> str:
    """Write the page.

    Args:
        figures: What was measured.

    Returns:
        Markdown.
    """
    blocks = [
        INTRODUCTION,
        "\n".join(figures.occasion),
        METHOD,
        *(block for one in figures.studies for block in _study(one)),
        "## What is not found",
        LIMITS,
        TIMES,
        _table(TIMED, _times(figures)),
    ]
    return "\n\n".join(block.strip() for block in blocks) + "\n"


def _study(study: Mapping[str, Any]) -> Sequence[str]:
    columns = study["thresholds"]
    used = study["used"]
    head = ["", *(f"**{one}**" if one == used else one for one in columns)]
    rows = [
        (change, *(_recall(one["recall"][change]) for one in columns.values()))
        for change in next(iter(columns.values()))["recall"]
    ]
    alarms = (f"{one['false alarm share']:.2%}" for one in columns.values())
    return (
        f"## {study['name']}",
        f"{study['samples']:,} samples, {study['test samples']:,} of them held out.",
        _table(head, [*rows, ("false alarms", *alarms)]),
    )


def _recall(share: float) -> str:
    return f"{share:.1%}" if share >= BAR else f"**{share:.1%}**"


def _times(figures: Figures) -> list[Sequence[str]]:
    return [
        (
            name,
            f"{size:,}",
            f"{elapsed_s:.1f} s",
            f"{busy_s:.1f} s",
            f"{1e6 * busy_s / size:.0f} µs",
        )
        for name, rows in figures.times.items()
        for size, elapsed_s, busy_s, _ in rows
    ]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
