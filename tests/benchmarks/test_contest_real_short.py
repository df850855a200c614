"""The contest on real training, in short: one experiment, two changes, two faults.

All of it takes most of an hour; this keeps it from rotting.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.contest_real.changes import CHANGES, NATIVE
from benchmarks.contest_real.collecting import (
    collect,
    job_of,
    run_in_fork,
    run_in_worker,
    variables_of,
)
from benchmarks.contest_real.errands import ENVIRONMENT, FAULT, Errand, errands_of
from benchmarks.contest_real.forks import Forks
from benchmarks.contest_real.gathering import cut, gather
from benchmarks.contest_real.judging import judge_all, leave_one_out
from benchmarks.contest_real.page import rates
from benchmarks.contest_real.rules import OURS, RULES, SEEDED, Rule, always, never
from benchmarks.faults_table import FAULTS
from benchmarks.processes import ROOT, make_project
from pytest_repro.launchers.protocol import RECORD
from pytest_repro.records import Determinism, RunRecord
from pytest_repro.references import read_record

THREADS = "2 threads"
HASH_SEED = "another hash seed"
PENALTY = "penalty × 1.01"
TEST_DATA = "test data scaled by 1.01"


def run(errand: Errand, folder: Path, *, is_short: bool = False) -> RunRecord:
    """Run an errand as a worker of the product."""
    make_project(folder)
    job = replace(job_of(errand, folder), ends_at_horizon=is_short)
    assert run_in_worker(job) == ""
    return read_record(Path(job.folder) / RECORD)


def test_short_contest_tells_faults_from_harmless_changes(tmp_path: Path) -> None:
    """Ours finds both faults and leaves threads alone; the planted rules stand out."""
    errands = errands_of(
        "logistic",
        changes=[one for one in CHANGES if one.label in {THREADS, HASH_SEED}],
        faults=[one for one in FAULTS if one.label in {PENALTY, TEST_DATA}],
    )
    planted = (Rule(name="always", fails=always), Rule(name="never", fails=never))
    rules = [*(rule for rule in RULES if rule not in SEEDED), *planted]

    collect(errands, tmp_path, workers=2)
    (subject,) = gather(errands, tmp_path)
    rows = list(judge_all(subject, rules))

    moved = {(row.kind, row.label) for row in rows if row.moved}
    assert {(FAULT, PENALTY), (FAULT, TEST_DATA)} <= moved
    assert (ENVIRONMENT, HASH_SEED) not in moved
    assert rates(rows, OURS)[1] == rates(rows, "always")[1] == (2, 2)
    assert rates(rows, OURS)[0][0] == rates(rows, "never")[0][0] == 0
    assert rates(rows, "never")[1] == (0, 2)
    assert all((row.factor > 8) == (OURS in row.failed_by) for row in rows)
    assert len(list(leave_one_out(subject))) == 8


def test_fork_leaves_the_bits_of_a_worker(tmp_path: Path) -> None:
    """What the contest collects is what the product would have recorded."""
    errand = Errand(experiment="logistic", kind=FAULT, label="none", change=NATIVE)
    project = tmp_path / "forked"
    make_project(project)
    job = job_of(errand, project)
    forks = Forks(variables_of(Determinism(), ROOT))

    assert run_in_fork(job, forks) == ""
    forks.close()
    forked = read_record(Path(job.folder) / RECORD)
    worked = run(errand, tmp_path / "worked")

    assert (forked.series, forked.state) == (worked.series, worked.state)
    assert forked.identity.determinism == worked.identity.determinism


def test_cut_record_is_that_of_a_short_run(tmp_path: Path) -> None:
    """The first steps of a whole run are what a run leaves that was stopped there."""
    errand = Errand(experiment="series_gru", kind=FAULT, label="none")

    whole = run(errand, tmp_path / "whole")
    short = run(errand, tmp_path / "short", is_short=True)

    beginning = cut(whole)
    assert beginning.state == short.state
    assert beginning.horizon == short.horizon
    assert [one.bits for one in beginning.series] == [one.bits for one in short.series]
    assert beginning.anchor.metrics == short.anchor.metrics == ()


def test_failed_errand_is_told_and_not_recorded(tmp_path: Path) -> None:
    """An experiment that raises leaves a line, and no record to judge."""
    (fault,) = (one for one in FAULTS if one.label == PENALTY)
    broken = replace(
        fault,
        edits=tuple(replace(one, replacement="missing *") for one in fault.edits),
    )
    errands = errands_of("logistic", changes=[], faults=[broken])[-1:]

    collect(errands, tmp_path, workers=1)

    assert "exit code 1" in (tmp_path / "failed.tsv").read_text(encoding="utf-8")
    assert not (tmp_path / errands[0].place).exists()


def test_process_that_is_gone_is_noticed() -> None:
    """Nobody waits for an answer of a process that has ended."""
    forks = Forks(variables_of(Determinism(), ROOT))
    forks.close()

    with pytest.raises((RuntimeError, ValueError)):
        forks.run(ROOT, [])
