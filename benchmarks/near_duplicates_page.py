"""The page about near duplicates, from figures alone: same figures, same bytes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

__all__ = ["FIGURES", "Figures", "page", "read", "write"]

FIGURES: Final = Path(__file__).parent / "near_duplicates_figures.json"


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
    text = json.dumps(asdict(figures), indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def page(figures: Figures) -> str:
    """Write the page.

    Args:
        figures: What was measured.

    Returns:
        Markdown.
    """
    blocks = [
        "",
        "\n".join(figures.occasion),
        *(_study(one) for one in figures.studies),
        *_times(figures.times),
    ]
    return "\n\n".join(blocks) + "\n"


def _study(study: Mapping[str, Any]) -> str:
    columns = study["thresholds"]
    head = ["", *columns]
    lines = [head, ["---"] * len(head)]
    for change in next(iter(columns.values()))["recall"]:
        shares = (one["recall"][change] for one in columns.values())
        lines.append([change, *(f"{share:.1%}" for share in shares)])
    alarms = (f"{one['false alarm share']:.2%}" for one in columns.values())
    lines.append(["false alarms", *alarms])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _times(times: Mapping[str, Sequence[Sequence[Any]]]) -> list[str]:
    return [f"{name} {rows}" for name, rows in times.items()]
