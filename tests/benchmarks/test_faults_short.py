"""The study of faults, in short: the quickest experiment, three variants.

All of it runs for minutes by ``nox -s faults``; this keeps it from rotting.
"""

from pathlib import Path

from benchmarks.faults import are_right, study
from benchmarks.faults_table import FAULTS
from benchmarks.refactorings_table import REFACTORINGS
from benchmarks.variants import Variant


def chosen(table: tuple[Variant, ...], experiment: str, label: str) -> Variant:
    """Choose a row of a table."""
    (found,) = (
        one for one in table if (one.experiment, one.label) == (experiment, label)
    )
    return found


def test_short_study_finds_faults_and_leaves_the_rest(tmp_path: Path) -> None:
    """Two faults fail at the step the witness names, a refactoring passes."""
    faults = [
        chosen(FAULTS, "logistic", "penalty × 1.01"),
        chosen(FAULTS, "logistic", "test data scaled by 1.01"),
    ]
    refactorings = [chosen(REFACTORINGS, "logistic", "a local variable renamed")]

    found, left_alone = study(faults, refactorings, tmp_path / "study")

    assert [trial.parting.told for trial in found] == ["0", "end"]
    assert are_right(found, left_alone)
