"""Does `pytest --repro` find small faults, name the right step, and leave the rest be?

Every fault and every harmless change is tried (`benchmarks.trials`), the answers are
written to a page, and the exit code says whether all of them are right. Nothing is
expected by hand.

    python -m benchmarks.faults --date 2026-11-21 --command "nox -s faults"
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.faults_page import page, verdict_line
from benchmarks.faults_table import FAULTS
from benchmarks.machine import add_arguments, look
from benchmarks.refactorings_table import REFACTORINGS
from benchmarks.trials import Laboratory, Trial
from benchmarks.variants import Variant

__all__ = ["are_right", "main", "study"]

WORKERS = 2


def study(
    faults: Sequence[Variant], refactorings: Sequence[Variant], folder: Path
) -> tuple[list[Trial], list[Trial]]:
    """Try faults and harmless changes.

    Args:
        faults: What should be found.
        refactorings: What should be left alone.
        folder: Where copies are made; must not exist.

    Returns:
        What came of the former and of the latter.
    """
    laboratory = Laboratory(folder, workers=WORKERS)
    trials = laboratory.try_all([*faults, *refactorings], _tell)
    return trials[: len(faults)], trials[len(faults) :]


def are_right(faults: Sequence[Trial], refactorings: Sequence[Trial]) -> bool:
    """Tell whether the gate did everything right.

    Args:
        faults: What came of the faults.
        refactorings: What came of the harmless changes.

    Returns:
        Whether each fault that changes a bit fails at the right step, and everything
        else passes without a bit changed.
    """
    return all(
        trial.is_right if trial.has_effect else trial.passed for trial in faults
    ) and all(trial.passed and not trial.has_effect for trial in refactorings)


def _tell(trial: Trial) -> None:
    words = (
        trial.variant.experiment,
        trial.variant.label,
        trial.verdict,
        f"parts at {trial.parting.true or 'no step'}",
        f"visible at {trial.parting.told or 'no step'}",
        f"reported {trial.reported or 'no step'}",
    )
    sys.stderr.write(" · ".join(words) + "\n")


def main(arguments: list[str] | None = None) -> int:
    """Run the study and write its page.

    Args:
        arguments: The command line; by default that of the process.

    Returns:
        0 if everything is right, else 1.
    """
    parser = argparse.ArgumentParser(description="faults and harmless changes")
    add_arguments(parser, "faults.md")
    options = parser.parse_args(arguments)
    occasion = look(options.date, options.command)
    with tempfile.TemporaryDirectory() as folder:
        found = study(FAULTS, REFACTORINGS, Path(folder) / "study")
    options.write.write_text(page(*found, occasion), encoding="utf-8")
    sys.stderr.write(verdict_line(*found) + "\n")
    return 0 if are_right(*found) else 1


if __name__ == "__main__":
    sys.exit(main())
