"""Variants of the shipped experiments are what their tables say, or are refused."""

import ast
from pathlib import Path

import pytest

from benchmarks.contest_real.fresh import FRESH
from benchmarks.contest_real.graded import GRADED
from benchmarks.faults_table import FAULTS
from benchmarks.processes import make_project
from benchmarks.refactorings_table import REFACTORINGS
from benchmarks.variants import EXPERIMENTS, Edit, Variant, apply

LOGISTIC = "test_logistic.py"


def variant_of(*edits: Edit) -> Variant:
    """Make a variant of the logistic regression."""
    return Variant(experiment="logistic", label="planted", edits=edits)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that holds the shipped experiments."""
    folder = tmp_path / "project"
    make_project(folder)
    return folder


@pytest.mark.parametrize(
    "variant",
    [*FAULTS, *FRESH, *GRADED, *REFACTORINGS],
    ids=lambda one: f"{one.experiment}-{one.label}",
)
def test_every_variant_fits_the_experiments(project: Path, variant: Variant) -> None:
    """Every anchor of all tables is found, and what comes out is Python."""
    apply(variant, project)

    for edit in variant.edits:
        ast.parse((project / "experiments" / edit.file).read_text(encoding="utf-8"))


@pytest.mark.parametrize(("anchor", "count"), [("no such text", 0), ("optimizer", 4)])
def test_anchor_that_is_not_unique_is_refused(
    project: Path, anchor: str, count: int
) -> None:
    """A text that is missing or ambiguous stops the study and is counted."""
    edit = Edit(file=LOGISTIC, anchor=anchor, replacement="x")

    with pytest.raises(ValueError, match=f"occurs {count} times"):
        apply(variant_of(edit), project)


def test_each_experiment_has_faults_and_harmless_changes() -> None:
    """No shipped experiment is left out of either table."""
    faults = {variant.experiment for variant in FAULTS}
    harmless = {variant.experiment for variant in REFACTORINGS}

    assert faults == harmless == set(EXPERIMENTS)


def test_every_shipped_experiment_is_known() -> None:
    """A new test file in the folder of the experiments must join the studies."""
    folder = Path(__file__).parents[2] / "experiments"
    shipped = {path.name for path in folder.glob("test_*.py")}

    known = {experiment.file for experiment in EXPERIMENTS.values()}
    assert known == shipped
