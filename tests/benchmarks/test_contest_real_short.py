"""The contest on real training, in short: one experiment, one change, two faults.

All of it takes about a quarter of an hour; this keeps it from rotting.
"""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from benchmarks.contest_real.changes import CHANGES
from benchmarks.contest_real.collecting import (
    collect,
    job_of,
    run_in_fork,
    run_in_worker,
    variables_of,
)
from benchmarks.contest_real.errands import REFERENCE, Errand, errands_of
from benchmarks.contest_real.forks import Forks
from benchmarks.contest_real.gathering import cut, gather, read_kind
from benchmarks.contest_real.judging import judge_all, leave_one_out
from benchmarks.contest_real.rates import rates
from benchmarks.contest_real.rules import NEEDY, OURS, RULES, Rule, always, never
from benchmarks.faults_table import FAULTS
from benchmarks.processes import ROOT, make_project
from benchmarks.variants import EXPERIMENTS, Variant
from pytest_repro.launchers.protocol import RECORD
from pytest_repro.records import Determinism
from pytest_repro.references import experiment_folder, read_record

PENALTY: Final = "penalty × 1.01"
TEST_DATA: Final = "test data scaled by 1.01"
PLANTED: Final = (Rule(name="always", fails=always), Rule(name="never", fails=never))


def raising(fault: Variant) -> Variant:
    """Make a fault that raises."""
    edits = tuple(replace(one, replacement="missing *") for one in fault.edits)
    return replace(fault, label="raises", edits=edits)


def needed() -> list[Errand]:
    """List the errands of this contest; the fault that raises among them."""
    faults = [one for one in FAULTS if one.label in {PENALTY, TEST_DATA}]
    broken = [raising(one) for one in faults if one.label == PENALTY]
    changes = [one for one in CHANGES if one.label == "2 threads"]
    return errands_of("logistic", changes=changes, faults=[*faults, *broken])


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Collect the runs, once for all tests."""
    folder = tmp_path_factory.mktemp("collection")
    collect(needed(), folder, workers=2)
    return folder


def test_short_contest_tells_faults_from_harmless_changes(collection: Path) -> None:
    """Ours finds both faults and leaves threads alone; the planted rules stand out."""
    rules = [*(rule for rule in RULES if rule not in NEEDY), *PLANTED]

    (subject,) = gather(needed(), collection)
    rows = list(judge_all(subject, rules))

    assert [row.label for row in rows] == [PENALTY, TEST_DATA, "2 threads"]
    assert rates(rows, OURS)[1] == rates(rows, "always")[1] == (2, 2)
    assert rates(rows, OURS)[0][0] == rates(rows, "never")[0][0] == 0
    assert rates(rows, "never")[1] == (0, 2)
    assert all((row.factor > 8) == (OURS in row.failed_by) for row in rows)
    assert len(list(leave_one_out(subject))) == 8


def test_run_that_failed_is_told_and_not_recorded(collection: Path) -> None:
    """An experiment that raises leaves a line, and no record to judge."""
    (broken,) = (one for one in needed() if one.label == "raises")
    told = (collection / "failed.tsv").read_text(encoding="utf-8")

    assert told.startswith(f"{broken.place}\texit code 1: ")
    assert not (collection / broken.place).exists()


def test_rules_see_numbers_and_no_recipe(tmp_path: Path) -> None:
    """A changed recipe would be refused before any rule was asked."""
    node = EXPERIMENTS["digits_parts"].node
    (run,) = (ROOT / "reference_runs" / experiment_folder(node)).rglob("run.json")
    errand = Errand(experiment="digits_parts", kind=REFERENCE, label="")
    shutil.copytree(run.parent, tmp_path / errand.place)

    (record,) = read_kind(REFERENCE, [errand], tmp_path)

    assert read_record(run.parent).recipe is not None
    assert record.recipe is None


def test_fork_leaves_the_bits_of_a_worker(collection: Path, tmp_path: Path) -> None:
    """What the contest collects is what the product would have recorded."""
    errand = next(one for one in needed() if one.kind == REFERENCE)
    make_project(tmp_path / "project")
    job = job_of(errand, tmp_path / "project")

    assert run_in_worker(job) == ""
    worked = read_record(Path(job.folder) / RECORD)
    forked = read_record(collection / errand.place)

    assert (forked.series, forked.state) == (worked.series, worked.state)
    assert forked.identity.determinism == worked.identity.determinism


def test_cut_record_is_that_of_a_short_run(tmp_path: Path) -> None:
    """The first steps of a whole run are what a run leaves that was stopped there."""
    errand = Errand(experiment="digits_cnn", kind=REFERENCE, label="")
    make_project(tmp_path / "whole")
    make_project(tmp_path / "short")
    job = job_of(errand, tmp_path / "whole")
    short_job = replace(job_of(errand, tmp_path / "short"), ends_at_horizon=True)
    forks = Forks(variables_of(Determinism(), ROOT))

    answers = [run_in_fork(one, forks) for one in (job, short_job)]
    forks.close()

    assert answers == ["", ""]
    beginning = cut(read_record(Path(job.folder) / RECORD))
    short = read_record(Path(short_job.folder) / RECORD)
    assert beginning.state == short.state
    assert beginning.horizon == short.horizon
    assert [one.bits for one in beginning.series] == [one.bits for one in short.series]
    assert beginning.anchor.metrics == short.anchor.metrics == ()
