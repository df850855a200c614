"""The page of the contest on an accelerator, written from its figures."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.processes import ROOT

__all__ = ["FIGURES", "PAGE", "read", "render"]

FIGURES: Final = Path(__file__).with_name("contest_device_figures.json")
PAGE: Final = ROOT / "docs" / "explanation" / "contest-on-a-gpu.md"

Figures = Mapping[str, Any]

HEAD: Final = """\
# The contest, on a GPU

Do rounding envelopes hold where sums are split among thousands of threads? Here are the
experiments, the faults and the rules of [the contest](contest.md), on one GPU. The
factor of the envelope was chosen on a CPU and not touched. Other circumstances choose
kernels here, so the harmless changes are others. Neither lowered precision (TF32) nor
another kind of processor is harmless; both stand apart. The rules over seeds were left
out: they need ten whole trainings for each row.
"""


def read(path: Path = FIGURES) -> Figures:
    """Read the figures.

    Args:
        path: Where they are.

    Returns:
        What `benchmarks.contest_device` wrote.
    """
    found: Figures = json.loads(path.read_text(encoding="utf-8"))
    return found


def render(figures: Figures) -> str:
    """Write the page.

    Args:
        figures: Of a collection.

    Returns:
        Markdown.
    """
    rows: Sequence[Mapping[str, Any]] = figures["rows"]
    harmless = [row for row in rows if row["kind"] == "environment" and row["moved"]]
    apart = [row for row in rows if row["kind"] == "apart"]
    missed = [row for row in rows if row["kind"] == "fault" and not row["failed"]]
    return "\n".join(
        [
            HEAD,
            *figures["occasion"],
            "",
            f"Device: `{', '.join(figures['environments'])}`.",
            "",
            *_rules(figures),
            *_section("Harmless changes that moved a bit", harmless),
            *_section("Apart", apart),
            *_section("Faults that were not found", missed),
            "Faults that moved no bit (IDENTICAL) are none for that experiment.",
            "",
        ]
    )


def _rules(figures: Figures) -> Iterable[str]:
    moved, faults = figures["moved"], figures["faults"]
    yield (
        f"Of {figures['harmless']} harmless changes, {moved} moved a bit; "
        f"{faults} faults were planted."
    )
    yield ""
    yield "| rule | false alarms | faults found |"
    yield "|---|---|---|"
    for name in figures["alarms"]:
        alarms, found = figures["alarms"][name], figures["found"][name]
        yield f"| {name} | {alarms} of {moved} | {found} of {faults} |"
    yield ""


def _section(title: str, rows: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    yield f"## {title}"
    yield ""
    yield "| experiment | change | verdict |"
    yield "|---|---|---|"
    for row in rows:
        verdict = row["verdict"].replace("|", "\\|")
        yield f"| {row['experiment']} | {row['label']} | {verdict} |"
    yield ""
