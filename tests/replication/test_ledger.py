"""Seeds that were spent stay spent: the same question goes on where it stopped."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_repro.digests import digest_of_bytes
from pytest_repro.launchers import Ending
from pytest_repro.records import AssetUse, Cause, Failure, Match, RunRecord
from pytest_repro.references import Found, write_record
from pytest_repro.replication import Ledger, PlannedRun, SeedRun
from tests.replication.launching import planned
from tests.verdicts.making import Made

CODE = {"state": "known", "tree": "1f", "dirty_digest": None, "source_digest": "2e"}
FOUND = Found(match=Match.KEY, key="k", sums=digest_of_bytes(b"sums"))


def record_of(seed: int) -> RunRecord:
    """The record of a seed, of code that git knows."""
    record = Made(seed=seed, metrics={"acc": 0.9 + seed / 100}).run()
    return replace(record, identity=replace(record.identity, code=CODE))


def run_of(folder: Path, seed: int, failure: Failure | None = None) -> SeedRun:
    """A seed that has ended, with its record on disk."""
    place = folder / f"seed-{seed}"
    place.mkdir(parents=True)
    write_record(place / "record", record_of(seed))
    return SeedRun(
        planned=PlannedRun(seed=seed),
        folder=str(place),
        ending=Ending(failure=failure),
        wall_s=1.0,
    )


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A ledger in which the seeds 0, 1 and 3 are kept."""
    kept = Ledger(tmp_path / "ledger")
    runs = [run_of(tmp_path / "runs", seed) for seed in (0, 1, 3)]
    kept.keep(record_of(0), FOUND, runs)
    return kept


def test_kept_seeds_are_recalled_without_a_gap(ledger: Ledger) -> None:
    """A seed that is missing ends what may be taken, since looks go in order."""
    runs = ledger.recall(record_of(0), FOUND, planned(range(5)))

    assert [run.seed for run in runs] == [0, 1]
    assert all(run.ending.failure is None for run in runs)


def test_first_draw_counts(ledger: Ledger, tmp_path: Path) -> None:
    """What is kept is never replaced, or restarting would draw again."""
    (before, _) = ledger.recall(record_of(0), FOUND, planned(range(2)))
    again = run_of(tmp_path / "again", 0)
    changed = Made(seed=0, metrics={"acc": 0.1}).run()
    write_record(tmp_path / "other", changed)

    ledger.keep(record_of(0), FOUND, [replace(again, folder=str(tmp_path))])

    (after, _) = ledger.recall(record_of(0), FOUND, planned(range(2)))
    assert Path(after.folder, "record", "seeds.tsv").read_bytes() == (
        Path(before.folder, "record", "seeds.tsv").read_bytes()
    )


Change = Callable[[RunRecord], RunRecord]


def _with_code(record: RunRecord, **facts: object) -> RunRecord:
    return replace(record, identity=replace(record.identity, code={**CODE, **facts}))


OTHERS: dict[str, Change] = {
    "tree": lambda record: _with_code(record, tree="3a"),
    "change": lambda record: _with_code(record, dirty_digest="4b"),
    "config": lambda record: replace(
        record, identity=replace(record.identity, config={"lr": "0.2"})
    ),
    "flags": lambda record: replace(
        record, identity=replace(record.identity, determinism={"threads": 2})
    ),
    "data": lambda record: replace(
        record,
        identity=replace(
            record.identity,
            assets=(AssetUse(name="a", digest=digest_of_bytes(b"a"), size_bytes=1),),
        ),
    ),
    "unknown code": lambda record: _with_code(record, state="no repository"),
}


@pytest.mark.parametrize("change", OTHERS.values(), ids=OTHERS)
def test_another_question_starts_anew(ledger: Ledger, change: Change) -> None:
    """Whatever could change a result makes it another comparison."""
    assert ledger.recall(change(record_of(0)), FOUND, planned(range(2))) == ()


def test_another_reference_starts_anew(ledger: Ledger) -> None:
    """The reference is half of the comparison."""
    other = replace(FOUND, sums=digest_of_bytes(b"others"))

    assert ledger.recall(record_of(0), other, planned(range(2))) == ()


def test_lost_machine_is_no_result(tmp_path: Path) -> None:
    """A seed that failed runs again."""
    ledger = Ledger(tmp_path / "ledger")
    failure = Failure(cause=Cause.CRASHED, message="SIGKILL")

    ledger.keep(record_of(0), FOUND, [run_of(tmp_path, 0, failure)])

    assert ledger.recall(record_of(0), FOUND, planned([0])) == ()


def test_damaged_record_runs_again(ledger: Ledger) -> None:
    """Nothing that cannot be read counts."""
    (first, _) = ledger.recall(record_of(0), FOUND, planned(range(2)))
    Path(first.folder, "record", "seeds.tsv").write_bytes(b"")

    assert ledger.recall(record_of(0), FOUND, planned(range(2))) == ()


def test_ledger_that_cannot_be_written_costs_only_seeds(tmp_path: Path) -> None:
    """The comparison itself goes on."""
    blocked = tmp_path / "ledger"
    blocked.write_text("a file")
    ledger = Ledger(blocked)

    ledger.keep(record_of(0), FOUND, [run_of(tmp_path / "runs", 0)])

    assert ledger.recall(record_of(0), FOUND, planned([0])) == ()
