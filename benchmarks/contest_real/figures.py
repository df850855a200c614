"""What the contest on real training measured, written down for its page.

One row for each run that was judged, with the answer of every rule: whoever reads the
file can compute every figure of the page.
"""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

__all__ = ["CALIBRATION", "FIGURES", "Cost", "Figures", "Left", "Row", "read", "write"]

FIGURES: Final = Path(__file__).parent / "figures.json"

CALIBRATION: Final = ("digits_cnn", "digits_mlp")
"""Constants may be chosen by these; all other experiments are held out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What rules said of one run.

    Attributes:
        experiment: A key of `EXPERIMENTS`.
        kind: Environment, fault, fresh fault, other torch, or other machine.
        label: What was changed.
        moved: Whether a single bit of the record changed.
        key_changed: Whether the change gives another environment key, so that the
            product would not look for an envelope but ask the seeds.
        factor: The smallest factor of the envelope at which it is inside; rounded.
        trace_factor: The same of the traces alone.
        short_factor: The same of the first steps.
        failed_by: The rules that fail it.
        verdict: Ours in words.
    """

    experiment: str
    kind: str
    label: str
    moved: bool
    key_changed: bool
    factor: float
    trace_factor: float
    short_factor: float
    failed_by: tuple[str, ...]
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """One replica, held against the envelope of the others.

    Attributes:
        experiment: A key of `EXPERIMENTS`.
        replica: Which one was left out.
        trace: The factor that its traces need.
        state: The factor that its sketches need.
        final: The factor that its final metrics need.
    """

    experiment: str
    replica: int
    trace: float
    state: float
    final: float

    @property
    def factor(self) -> float:
        """The factor that it needs in all."""
        return max(self.trace, self.state, self.final)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one verdict cost.

    Attributes:
        experiment: A key of `EXPERIMENTS`.
        policy: ``pr``, ``nightly`` or ``five seeds``.
        seeds: How many ran.
        wall_s: From the start of the first worker to the end of the last [s].
    """

    experiment: str
    policy: str
    seeds: int
    wall_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Everything that was measured.

    Attributes:
        occasion: Lines that say when and how.
        factor: The factor of the product when the runs were judged.
        rows: What rules said.
        left: Leave-one-out.
        costs: What verdicts cost.
        cost_occasion: Lines that say when and how costs were measured.
        broken: Runs that left no record, and why.
    """

    occasion: tuple[str, ...]
    factor: float
    rows: tuple[Row, ...]
    left: tuple[Left, ...]
    costs: tuple[Cost, ...] = ()
    cost_occasion: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()


def write(figures: Figures, path: Path = FIGURES) -> None:
    """Write figures, one line for each row.

    Args:
        figures: What was measured.
        path: The file.
    """
    tables = {
        "rows": _lines(figures.rows),
        "left": _lines(figures.left),
        "costs": _lines(figures.costs),
    }
    rest = {
        "broken": list(figures.broken),
        "cost_occasion": list(figures.cost_occasion),
        "factor": figures.factor,
        "occasion": list(figures.occasion),
    }
    body = json.dumps(rest, indent=1, sort_keys=True, ensure_ascii=False)[:-2]
    for name, lines in tables.items():
        body += f',\n "{name}": [\n{lines}\n ]'
    path.write_text(body + "\n}\n", encoding="utf-8")


def read(path: Path = FIGURES) -> Figures:
    """Read figures back.

    Args:
        path: The file.

    Returns:
        What was measured.
    """
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return Figures(
        occasion=tuple(found["occasion"]),
        factor=found["factor"],
        rows=tuple(_row(row) for row in found["rows"]),
        left=tuple(Left(**_numbers(row)) for row in found["left"]),
        costs=tuple(Cost(**row) for row in found["costs"]),
        cost_occasion=tuple(found["cost_occasion"]),
        broken=tuple(found["broken"]),
    )


def _lines(records: Iterable[Any]) -> str:
    return ",\n".join(
        json.dumps(
            {key: _plain(value) for key, value in asdict(one).items()},
            ensure_ascii=False,
        )
        for one in records
    )


def _plain(value: object) -> object:
    """Keep four digits, and write infinity as text, which JSON has no number for."""
    if isinstance(value, float):
        return "inf" if math.isinf(value) else float(f"{value:.4g}")
    return value


def _row(row: dict[str, Any]) -> Row:
    failed_by: Sequence[str] = row.pop("failed_by")
    return Row(**_numbers(row), failed_by=tuple(failed_by))


def _numbers(row: dict[str, Any]) -> dict[str, Any]:
    names = ("factor", "trace_factor", "short_factor", "trace", "state", "final")
    return {k: float(v) if k in names else v for k, v in row.items()}
