"""The page of the study `benchmarks.where`, and its figures."""

import json
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

__all__ = ["FIGURES", "Answered", "Figures", "read", "render", "renewed", "write"]

FIGURES: Final = Path(__file__).with_name("where_figures.json")

HEAD: Final = """\
# Where it started

`pytest-repro why` names the class of a divergence, the operation in which it began and
the line of that operation. Here {count} faults with a known place are planted in the
shipped experiments, and what the program answers is held against
`benchmarks/where_table.py`, which was written from the edits alone, before anything was
run. The class comes from the two step ledgers; the operation from one replay with an
operation trace, held against the trace that the reference carries, or against a rerun
of what remedied the run.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What was answered about one fault.

    Attributes:
        experiment: A key of `EXPERIMENTS`.
        label: The fault.
        verdict: The rung that the run reached.
        cause: The class that was told; empty for none.
        step: Its step.
        operation: The operator that was named first; empty for none.
        source: Its line.
        explained: What explained the difference: ``code`` is right.
        is_right_class: Whether the class is right.
        is_right_operation: Whether an operator that was named and its line are.
        wall_s: Time to the whole answer [s].
        replay_s: Time of one replay, start of the worker included [s].
    """

    experiment: str
    label: str
    verdict: str
    cause: str
    step: int | None
    operation: str
    source: str
    explained: str
    is_right_class: bool
    is_right_operation: bool
    wall_s: float = 0.0
    replay_s: float = 0.0

    def timed(self, *, wall_s: float, replay_s: float) -> "Answered":
        """Add how long it took.

        Args:
            wall_s: The whole answer.
            replay_s: One replay.

        Returns:
            The same answer.
        """
        return replace(self, wall_s=round(wall_s, 2), replay_s=round(replay_s, 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All answers.

    Attributes:
        occasion: When, how and where, as lines.
        rows: One a fault.
    """

    occasion: tuple[str, ...]
    rows: tuple[Answered, ...]


def read(path: Path = FIGURES) -> Figures:
    """Read figures.

    Args:
        path: Where they are.

    Returns:
        The figures.
    """
    found = json.loads(path.read_text(encoding="utf-8"))
    rows = tuple(Answered(**row) for row in found["rows"])
    return Figures(occasion=tuple(found["occasion"]), rows=rows)


def write(figures: Figures, path: Path) -> None:
    """Write figures.

    Args:
        figures: All answers.
        path: Where.
    """
    text = json.dumps(asdict(figures), ensure_ascii=False, indent=1, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")


def renewed(known: Figures, found: Figures, *, order: Sequence[str]) -> Figures:
    """Put new answers in the place of those about the same experiments.

    Args:
        known: All answers.
        found: Those about some experiments.
        order: All experiments, in the order of the page.

    Returns:
        All answers; their occasion says which were made when.
    """
    anew = {row.experiment for row in found.rows}
    kept = [row for row in known.rows if row.experiment not in anew]
    rows = sorted((*kept, *found.rows), key=lambda row: order.index(row.experiment))
    names = ", ".join(f"`{name}`" for name in order if name in anew)
    occasion = (*known.occasion, "", f"Of {names} anew: {found.occasion[0]}")
    return Figures(occasion=occasion, rows=tuple(rows))


def render(figures: Figures) -> str:
    """Write the page.

    Args:
        figures: All answers.

    Returns:
        Markdown.
    """
    rows = figures.rows
    lines = [
        HEAD.format(count=len(rows)),
        *figures.occasion,
        "",
        *_counts(rows),
        "",
        "| experiment | fault | class | operation, line | explained |",
        "|---|---|---|---|---|",
        *(_row(row) for row in rows),
        "",
    ]
    return "\n".join(lines)


def _counts(rows: Sequence[Answered]) -> Iterator[str]:
    count = len(rows)
    answers = (
        ("class right", sum(row.is_right_class for row in rows), "95 %"),
        (
            "operation and line right",
            sum(row.is_right_operation for row in rows),
            "90 %",
        ),
        ("explained by the changed file", sum(_is_code(row) for row in rows), ""),
    )
    yield "| | faults | share | bar |"
    yield "|---|---|---|---|"
    for name, number, bar in answers:
        yield f"| {name} | {number} of {count} | {number / count:.1%} | {bar} |"
    wall_s = statistics.median(row.wall_s for row in rows)
    replay_s = statistics.median(row.replay_s for row in rows)
    yield ""
    yield (
        f"Median time to the whole answer {wall_s:.1f} s, of which one replay takes "
        f"{replay_s:.1f} s, start of the worker included."
    )


def _is_code(row: Answered) -> bool:
    return row.explained == "code"


def _row(row: Answered) -> str:
    cause = f"{row.cause or '-'}{'' if row.is_right_class else ' ✗'}"
    operation = f"{row.operation or '-'}, {row.source or '-'}"
    operation += "" if row.is_right_operation else " ✗"
    explained = row.explained or "-"
    return f"| {row.experiment} | {row.label} | {cause} | {operation} | {explained} |"
