"""`pytest-repro diff`: where and by how much a run parts from its reference, and why.

The verdict is the one that a session gives. Below it stand the facts that a person
needs in order to act, in the order in which they are asked for: the first divergence,
the final metrics, each trace, and what was not the same around the two runs.
"""

from argparse import Namespace
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

from rich.cells import cell_len

from pytest_repro.cli.answers import Answer
from pytest_repro.cli.comparison import Comparison, compare
from pytest_repro.cli.exits import exit_for
from pytest_repro.cli.followed import thinned_text
from pytest_repro.cli.parsing import Parser
from pytest_repro.cli.project import Project
from pytest_repro.cli.sessions import LastSession, read_last_session
from pytest_repro.cli.sides import Sides, find_sides, read_sides
from pytest_repro.cli.tables import fields, paragraph, table
from pytest_repro.errors import ReproUsageError
from pytest_repro.records import Divergence, Match, RunRecord
from pytest_repro.reports.circumstances import SUSPECTS, Circumstance
from pytest_repro.reports.gaps import MetricGap
from pytest_repro.verdicts.identity import (
    FINGERPRINTS,
    TRACES,
    Difference,
    Kind,
    parted_at,
    shorten,
    step_text,
)

__all__ = [
    "add_arguments",
    "body_lines",
    "circumstance_lines",
    "divergence_lines",
    "run",
]

MAX_CIRCUMSTANCES: Final = 20

_MATCHES: Final[Mapping[Match, str]] = {
    Match.EXACT: "of this very environment",
    Match.KEY: "of the same environment key, not the same environment",
    Match.NEAREST: "of another environment: only distributions can agree",
    Match.NONE: "of no environment",
}


def add_arguments(parser: Parser) -> None:
    """Declare what is to be compared.

    Args:
        parser: Takes the arguments.
    """
    parser.add_argument(
        "first",
        metavar="EXPERIMENT | A",
        help="a node id, or any part of one; or the folder of an obtained record",
    )
    parser.add_argument(
        "second", metavar="B", nargs="?", help="the folder of the record to hold it to"
    )
    parser.add_argument("--key", help="environment key of the reference, or any part")
    parser.add_argument(
        "--seed", type=int, help="compare this seed alone (default: the last session's)"
    )


def run(arguments: Namespace, project: Project) -> Answer:
    """Compare.

    Args:
        arguments: `first`, `second`, `key` and `seed`.
        project: The folders.

    Returns:
        The answer; its status is that of the verdict.

    Raises:
        ReproUsageError: If several experiments or environments are meant.
        RecordError: If a side cannot be read.
    """
    last = read_last_session(project)
    sides = _sides(arguments, project, last)
    if isinstance(sides, Answer):
        return sides
    comparison = compare(sides.obtained, sides.reference, match=sides.match)
    return Answer(
        exit=exit_for(comparison.verdict),
        lines=(*_head(sides, comparison), *body_lines(comparison)),
        data=_data(sides, comparison),
        problems=last.problems,
    )


def _sides(arguments: Namespace, project: Project, last: LastSession) -> Sides | Answer:
    if arguments.second is None:
        return find_sides(arguments, project, last)
    if arguments.key is not None or arguments.seed is not None:
        msg = "--key and --seed choose among runs: two folders leave nothing to choose"
        raise ReproUsageError(msg)
    return read_sides(Path(arguments.first), Path(arguments.second))


def _head(sides: Sides, comparison: Comparison) -> tuple[str, ...]:
    verdict = comparison.verdict
    history = sides.reference.history
    revision = f"revision {history[-1].number}, " if history else ""
    seeds = [f"{one.seed} {one.verdict.rung.label}" for one in comparison.seeds]
    if unseen := len(comparison.obtained.seeds) - 1:
        seeds.append(f"{unseen} more obtained and not compared")
    required = "" if verdict.holds else f", {verdict.required.label} is required"
    cause = f" ({verdict.cause})" if verdict.cause else ""
    return (
        comparison.obtained.identity.experiment,
        *fields(
            [
                ("obtained", sides.obtained_folder),
                ("reference", sides.reference_folder),
                ("", f"{revision}{_MATCHES[sides.match]}"),
                ("verdict", [f"{verdict.rung.label}{cause}{required}", verdict.reason]),
                ("seeds", ", ".join(seeds)),
            ]
        ),
    )


def body_lines(comparison: Comparison) -> tuple[str, ...]:
    """Lay out where two runs part, by how much, and what was not the same.

    Args:
        comparison: What was found.

    Returns:
        The lines, below whatever names the two sides.
    """
    seed = comparison.obtained.anchor.seed
    return (
        *_first(comparison),
        *_section(f"final metrics of seed {seed}", _metrics(comparison.metrics)),
        *_section(
            "traces and fingerprints, the first in the run first", _places(comparison)
        ),
        *_section(
            "around the runs, likeliest cause first",
            circumstance_lines(comparison.circumstances),
        ),
    )


def _section(title: str, lines: Sequence[str]) -> tuple[str, ...]:
    return ("", title, *lines) if lines else ()


def _first(comparison: Comparison) -> tuple[str, ...]:
    place = comparison.divergence
    if place is None:
        return ()
    lines = divergence_lines(place)
    if comparison.explanation:
        runs = (comparison.obtained, comparison.reference)
        thinned = ", ".join(dict.fromkeys(filter(None, map(_thinned, runs))))
        lines += fields([("cause", comparison.explanation), ("ledger", thinned)])
    lines += fields([("limits", comparison.limits)])
    return _section(f"first divergence {parted_at(place)}", lines)


def _thinned(run: RunRecord) -> str:
    return thinned_text(run.ledger, run.lost, steps=run.anchor.resources.steps)


def divergence_lines(place: Divergence) -> tuple[str, ...]:
    """Put both sides under each other: first the decimals, then the bits.

    Args:
        place: Where two runs part.

    Returns:
        The lines.
    """
    sides = (
        ("obtained", place.obtained, place.obtained_bits),
        ("reference", place.reference, place.reference_bits),
    )
    width = max(cell_len(_short(text, bits)) for _, text, bits in sides)
    lines = []
    for side, text, bits in sides:
        shown = _short(text, bits)
        is_told = shorten(bits) in shown
        lines.append((side, shown if is_told else f"{shown:{width}}  {bits}"))
    return fields(lines)


def _short(text: str, bits: str) -> str:
    """Shorten a whole digest within a text."""
    return text.replace(bits, shorten(bits)) if bits else text


def _metrics(metrics: Sequence[MetricGap]) -> tuple[str, ...]:
    head = ("metric", "obtained", "reference", "difference", "relative")
    return table(head, [_metric(gap) for gap in metrics])


def _metric(gap: MetricGap) -> tuple[str, ...]:
    obtained = gap.obtained.decimal if gap.obtained else "-"
    reference = gap.reference.decimal if gap.reference else "-"
    if gap.obtained == gap.reference:
        return (gap.name, obtained, reference, "same bits", "")
    absolute = "-" if gap.absolute is None else f"{gap.absolute:+.3g}"
    relative = "-" if gap.relative is None else f"{gap.relative:+.3%}"
    return (gap.name, obtained, reference, absolute, relative)


def _places(comparison: Comparison) -> tuple[str, ...]:
    """Say of each trace and fingerprint where it parts, or that it does not."""
    seed = comparison.reference.anchor.seed
    if not comparison.has_seed:
        return paragraph(
            f"the reference has no such seed; it keeps them of seed {seed}"
        )
    found = [one for one in comparison.differences if one.kind is not Kind.METRIC]
    names = [TRACES, FINGERPRINTS]
    if comparison.shows_traces:
        names = [series.name for series in comparison.obtained.series]
        names += dict.fromkeys(one.name for one in comparison.obtained.state)
    parted = {one.name for one in found}
    lines = fields(
        [
            *(
                (one.name, _told(one, comparison.weighed.get(one.name)))
                for one in found
            ),
            *((name, "same bits") for name in names if name not in parted),
        ]
    )
    if comparison.shows_traces:
        return lines
    return (*lines, *paragraph(f"one by one, the reference keeps them of seed {seed}"))


def _told(difference: Difference, weighed: str | None) -> list[str]:
    return [_place(difference), *([weighed] if weighed else [])]


def _place(difference: Difference) -> str:
    place = difference.divergence
    obtained = _short(place.obtained, place.obtained_bits)
    reference = _short(place.reference, place.reference_bits)
    return f"parts{step_text(place)}: {obtained} against {reference}"


def circumstance_lines(found: Sequence[Circumstance]) -> tuple[str, ...]:
    """List what is not the same around two runs, with both sides.

    Args:
        found: The facts, likeliest cause first.

    Returns:
        The lines.
    """
    if not found:
        return ("  no recorded fact differs",)
    why = {suspect.name: suspect.why for suspect in SUSPECTS}
    lines: list[str] = []
    for name, group in groupby(found[:MAX_CIRCUMSTANCES], key=lambda one: one.suspect):
        lines += paragraph(f"{name}: {why[name]}")
        for one in group:
            sides = (
                ("obtained", shorten(one.obtained)),
                ("reference", shorten(one.reference)),
            )
            lines += [f"    {one.fact}", *fields(sides, indent=6)]
    hidden = len(found) - MAX_CIRCUMSTANCES
    return (*lines, f"  … {hidden} more, see --json") if hidden > 0 else tuple(lines)


def _data(sides: Sides, comparison: Comparison) -> dict[str, object]:
    return {
        "experiment": comparison.obtained.identity.experiment,
        "obtained": sides.obtained_folder,
        "reference": sides.reference_folder,
        "match": sides.match,
        "verdict": comparison.verdict,
        "seeds": comparison.seeds,
        "differences": comparison.differences,
        "explanation": comparison.explanation,
        "limits": comparison.limits,
        "metrics": [
            {
                "name": gap.name,
                "obtained": gap.obtained and gap.obtained.decimal,
                "reference": gap.reference and gap.reference.decimal,
                "absolute": gap.absolute,
                "relative": gap.relative,
            }
            for gap in comparison.metrics
        ],
        "circumstances": comparison.circumstances,
    }
