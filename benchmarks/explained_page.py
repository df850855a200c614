"""The page of the study `benchmarks.explained`, and its figures."""

import json
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

__all__ = ["FIGURES", "Figures", "Told", "read", "render", "write"]

FIGURES: Final = Path(__file__).with_name("explained_figures.json")

HEAD: Final = """\
# Explained by one switch

A run differs from its reference, and no line of code was changed: which circumstance is
it? `pytest-repro why` puts back what was recorded and differs, then tries what no
record tells, and names the switch that brings the reference's bits back. Here real
changes are made on one machine, in the way in which they happen to people, and what the
program answers is held against `benchmarks/explained_table.py`, which was written
before anything was run. Each change is made twice: while the *reference* is recorded,
and while the *run* is made.

Kernels of a lesser processor are chosen by the variables of the libraries: the
reference is then recorded by interpreters that start with these, and the run is the
session's own job with these added. Where no shipped experiment depends on a
circumstance, one of `benchmarks/sensitive.py` does, which makes one common mistake.
"""

TAIL: Final = """\
*Nothing* means that no switch brought the reference's bits back, and the program said
so. Where a circumstance has more values than can be tried, such as the date, that is
the right answer. `conftest.py` means that the changed file itself was named, with its
lines.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was answered about one change.

    Attributes:
        label: The change.
        experiment: The node id.
        side: What was made under it: ``reference`` or ``run``.
        verdict: The rung that was reached.
        has_moved: Whether any bit differs.
        kind: Of the explanation; empty for none.
        parts: The explanation.
        trials: How many reruns it took.
        is_right: Whether it is right.
        wall_s: Time to the answer [s].
    """

    label: str
    experiment: str
    side: str
    verdict: str
    has_moved: bool
    kind: str
    parts: tuple[str, ...]
    trials: int
    is_right: bool
    wall_s: float

    def is_about(self, other: "Told") -> bool:
        """Tell whether another row is about the same question.

        Args:
            other: That row.

        Returns:
            Whether it is.
        """
        return (self.label, self.side) == (other.label, other.side)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All answers.

    Attributes:
        occasion: When, how and where, as lines.
        rows: One a change and side.
    """

    occasion: tuple[str, ...]
    rows: tuple[Told, ...]


def read(path: Path = FIGURES) -> Figures:
    """Read figures.

    Args:
        path: Where they are.

    Returns:
        The figures.
    """
    found = json.loads(path.read_text(encoding="utf-8"))
    rows = tuple(Told(**{**row, "parts": tuple(row["parts"])}) for row in found["rows"])
    return Figures(occasion=tuple(found["occasion"]), rows=rows)


def write(figures: Figures, path: Path) -> None:
    """Write figures.

    Args:
        figures: All answers.
        path: Where.
    """
    text = json.dumps(asdict(figures), ensure_ascii=False, indent=1, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")


def render(figures: Figures) -> str:
    """Write the page.

    Args:
        figures: All answers.

    Returns:
        Markdown.
    """
    rows = figures.rows
    lines = [
        HEAD,
        *figures.occasion,
        "",
        *_counts(rows),
        "",
        "| change | experiment | made under it | explained by | reruns | time [s] |",
        "|---|---|---|---|---|---|",
        *(_row(row) for row in rows if row.has_moved),
        "",
        TAIL,
        *_unmoved([row for row in rows if not row.has_moved]),
    ]
    return "\n".join(lines)


def _counts(rows: Sequence[Told]) -> Iterator[str]:
    moved = [row for row in rows if row.has_moved]
    labels = dict.fromkeys(row.label for row in moved)
    whole = [
        label
        for label in labels
        if all(row.is_right and row.parts for row in moved if row.label == label)
    ]
    right = sum(row.is_right for row in moved)
    wall_s = statistics.median(row.wall_s for row in moved) if moved else 0.0
    count = len(labels)
    yield f"- {count} changes moved bits. Of {len(moved)} answers {right} are right."
    yield (
        f"- Explained by what made them, on both sides: {len(whole)} of {count}"
        " changes; the bar is eleven."
    )
    yield f"- Median time to an answer: {wall_s:.0f} s, one rerun at a time."


def _row(row: Told) -> str:
    parts = "; ".join(row.parts) or "*nothing*"
    kind = f" ({row.kind})" if row.kind else ""
    mark = "" if row.is_right else " ✗"
    name = row.experiment.rpartition("::")[2].removeprefix("test_")
    return (
        f"| {row.label} | {name} | {row.side} | {parts}{kind}{mark} |"
        f" {row.trials} | {row.wall_s:.0f} |"
    )


def _unmoved(rows: Sequence[Told]) -> Iterator[str]:
    if rows:
        labels = ", ".join(dict.fromkeys(row.label for row in rows))
        yield f"No bit moved, so that nothing was asked: {labels}.\n"
