"""What do the properties of contracts catch, what do they leave alone, at which cost?

    python -m benchmarks.contracts --date 2026-11-27 --command "nox -s contracts"

Every planted fault of the corpus is to be found by the property that names it; no
property may find anything in the correct parts, modules of torch and of transformers
among them. Costs are measured in a process of their own. It exits with 1 if a fault
was missed or a correct part was blamed.
"""

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from benchmarks.contracts_page import FIGURES, Figures, page, read, write
from benchmarks.machine import add_arguments, look
from benchmarks.processes import ROOT
from pytest_repro.contracts import (
    Effort,
    find_counterexample,
    promises_of,
    property_named,
    subject_of,
)
from tests.contracts.corpus import (
    augmentations_with_bugs,
    correct_modules,
    loaders_with_bugs,
    metrics_with_bugs,
    optimizers_with_bugs,
    recipes_with_bugs,
    seeded_modules,
    sequences_with_bugs,
    states_with_bugs,
)

__all__ = ["catch", "hold", "main"]

_OTHERS: Final[tuple[ModuleType, ...]] = (
    loaders_with_bugs,
    augmentations_with_bugs,
    optimizers_with_bugs,
    metrics_with_bugs,
    recipes_with_bugs,
)
_SEEDED: Final = [
    *seeded_modules.SEEDED,
    *sequences_with_bugs.SEEDED,
    *states_with_bugs.SEEDED,
    *(case for home in _OTHERS for case in home.SEEDED),
]
_CORRECT: Final = [
    *correct_modules.CORRECT,
    *(part for home in _OTHERS for part in home.CORRECT),
]
_FEWER: Final = 8
"""Examples for published models, which are larger."""


def catch(part: object, name: str) -> dict[str, str]:
    """Look for one planted fault with the property that must name it.

    Args:
        part: With the fault.
        name: The property.

    Returns:
        The kind, the part, the property, and the suspicion; empty if it was missed.
    """
    subject = subject_of(part)
    found = find_counterexample(subject, property_named(subject.kind, name))
    return {
        "kind": subject.kind,
        "part": subject.name.rpartition(":")[2],
        "property": name,
        "suspicion": found.finding.suspicion if found else "",
    }


def hold(part: object, examples: int) -> dict[str, Any]:
    """Hold a correct part to all that it promises.

    Args:
        part: Without a fault.
        examples: Draws for each property.

    Returns:
        Its kind and name, how many promises ended in which way, the declared
        exceptions with their reasons, and the false alarms.
    """
    subject = subject_of(part)
    ended = [
        (one, one.judge(Path("nowhere")))
        for one in promises_of(subject, effort=Effort(examples=examples))
    ]
    words = Counter(outcome.word for _, outcome in ended)
    return {
        "kind": subject.kind,
        "part": subject.name.rpartition(":")[2],
        "words": dict(sorted(words.items())),
        "declared": {one.rule.name: one.reason for one, _ in ended if one.reason},
        "alarms": [
            one.rule.name
            for one, outcome in ended
            if outcome.word in {"broken", "stale"}
        ],
    }


def _correct(parts: Iterable[object], examples: int) -> list[dict[str, Any]]:
    return [hold(part, examples) for part in parts]


def _times() -> tuple[dict[str, Any], ...]:
    """Time modules in a fresh process: the first one pays for imports."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.contracts_time"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    return tuple(json.loads(done.stdout))


def main(argv: Sequence[str]) -> int:
    """Measure, write the figures and make the page.

    Args:
        argv: The command line.

    Returns:
        The exit status.
    """
    parser = argparse.ArgumentParser()
    add_arguments(parser, "contracts.md")
    parser.add_argument("--from-figures", action="store_true", help="measure nothing")
    arguments = parser.parse_args(argv)
    if arguments.from_figures:
        figures = read()
    else:
        figures = _measure(look(arguments.date, arguments.command).lines())
        write(figures, FIGURES)
    arguments.write.write_text(page(figures), encoding="utf-8")
    return 0 if figures.is_clean else 1


def _measure(occasion: Sequence[str]) -> Figures:
    times = _times()
    return Figures(
        occasion=tuple(occasion),
        faults=tuple(catch(*case) for case in _SEEDED),
        correct=(
            *_correct(_CORRECT, 20),
            *_correct(correct_modules.PUBLISHED, _FEWER),
        ),
        times=times,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
