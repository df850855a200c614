"""What the contest measured, written down, so that its page can be made again at once.

Counts, not rates: whoever reads the file can compute every figure of the page.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.contest.measuring import Outcome
from benchmarks.contest.shapes import Cell

__all__ = ["ENOUGH", "FIGURES", "Figures", "read", "write"]

FIGURES = Path(__file__).parent / "figures.json"

# Repetitions for which the limits of the bars are meant.
ENOUGH = 20_000
WIDENING = 3.0

Scalar = float | int | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Everything that was measured.

    Attributes:
        repetitions: Simulations in each cell.
        occasion: Lines that say when and how.
        outcomes: What rules said.
        others: Measurements that are no rates of a rule in a cell, by study.
    """

    repetitions: int
    occasion: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    others: dict[str, list[dict[str, Scalar]]]

    @property
    def widening(self) -> float:
        """Standard errors by which bars are wider, for want of repetitions."""
        return 0.0 if self.repetitions >= ENOUGH else WIDENING


def write(figures: Figures, path: Path = FIGURES) -> None:
    """Write figures, one line for each outcome.

    Args:
        figures: What was measured.
        path: The file.
    """
    rows = [json.dumps(_row(outcome)) for outcome in figures.outcomes]
    rest = {
        "occasion": list(figures.occasion),
        "others": figures.others,
        "repetitions": figures.repetitions,
    }
    body = json.dumps(rest, indent=1, sort_keys=True, ensure_ascii=False)
    outcomes = ",\n".join(rows)
    path.write_text(f'{body[:-2]},\n "outcomes": [\n{outcomes}\n]\n}}\n', "utf-8")


def read(path: Path = FIGURES) -> Figures:
    """Read figures back.

    Args:
        path: The file.

    Returns:
        What was measured.
    """
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return Figures(
        repetitions=found["repetitions"],
        occasion=tuple(found["occasion"]),
        outcomes=tuple(_outcome(row) for row in found["outcomes"]),
        others=found["others"],
    )


def _row(outcome: Outcome) -> Sequence[Scalar]:
    cell, count = outcome.cell, outcome.repetitions
    return [
        outcome.study,
        outcome.rule,
        cell.shape,
        cell.reference,
        cell.metrics,
        cell.margin,
        cell.shift,
        cell.new,
        count,
        round(outcome.same * count),
        round(outcome.changed * count),
        round(outcome.seeds * count),
        round(outcome.seeds_error, 5),
    ]


def _outcome(row: Sequence[Any]) -> Outcome:
    study, rule, shape, reference, metrics, margin, shift, new, count, *rest = row
    same, changed, seeds, seeds_error = rest
    return Outcome(
        study=study,
        rule=rule,
        cell=Cell(
            shape=shape,
            reference=reference,
            metrics=metrics,
            margin=margin,
            shift=shift,
            new=new,
        ),
        repetitions=count,
        same=same / count,
        changed=changed / count,
        seeds=seeds / count,
        seeds_error=seeds_error,
    )
