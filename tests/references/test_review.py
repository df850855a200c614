"""A candidate becomes the reference, or the reference stays: nothing is lost."""

import errno
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_repro.errors import ReproError, ReproUsageError, StaleCandidate
from pytest_repro.records import Cause, Drift, Failure
from pytest_repro.references import (
    ReferenceStore,
    accept,
    find_predecessor,
    rebase,
)
from tests.references.disks import unmeasured
from tests.references.faults import failing, striking
from tests.references.reviewing import (
    ACCEPTANCE,
    REASON,
    leave_candidate,
    prepare,
    stores,
    what_is_there,
)
from tests.references.samples import EXPERIMENT, environment, small_record

ROOT = Path(__file__).parents[2]


def test_accepting_adds_a_revision_and_drops_the_candidate(tmp_path: Path) -> None:
    """Reason, approver, source, digest and drift stand in the reference."""
    candidate = prepare(tmp_path)
    store, pending = stores(tmp_path)
    before = store.find(EXPERIMENT, environment())

    accept(store, candidate, ACCEPTANCE, pending=pending)

    record = store.find(EXPERIMENT, environment()).record
    assert record is not None
    first, last = record.history
    assert first == small_record().history[0]
    assert (last.number, last.reason, last.approved_by) == (2, REASON, ("ada",))
    assert (last.source, last.supersedes) == ("candidate", before.sums)
    assert [one.absolute for one in last.drift] == [0.125, 0.25]
    assert what_is_there(tmp_path) == "0.5 gone"


def test_first_reference_can_be_accepted(tmp_path: Path) -> None:
    """A missing reference leaves a candidate that supersedes nothing."""
    candidate = leave_candidate(tmp_path)
    store, pending = stores(tmp_path)

    accept(store, candidate, ACCEPTANCE, pending=pending)

    (entry,) = store.entries()
    (revision,) = store.read(entry.folder).history
    assert (revision.number, revision.supersedes, revision.drift) == (1, None, ())


def test_history_that_a_candidate_claims_is_not_believed(tmp_path: Path) -> None:
    """An artifact may say anything of the past: the reference's own past counts."""
    candidate = prepare(tmp_path)
    store, _ = stores(tmp_path)
    *_, last = candidate.record.history
    lies = replace(last, number=1, drift=(Drift(metric="x", absolute=0, relative=0),))
    forged = replace(candidate, record=replace(candidate.record, history=(lies,)))

    record = rebase(forged, find_predecessor(store, forged), ACCEPTANCE)

    assert [one.number for one in record.history] == [1, 2]
    assert [one.absolute for one in record.history[-1].drift] == [0.125, 0.25]


@pytest.mark.parametrize("reason", ["", "fix", "         x"])
def test_reason_says_something(tmp_path: Path, reason: str) -> None:
    """Without ten characters nothing is written."""
    candidate = prepare(tmp_path)
    store, pending = stores(tmp_path)

    with pytest.raises(ReproUsageError, match="at least 10 characters"):
        accept(store, candidate, replace(ACCEPTANCE, reason=reason), pending=pending)

    assert what_is_there(tmp_path) == "0.25 waits"


def test_failed_run_is_never_accepted(tmp_path: Path) -> None:
    """Nor can a forged candidate make a reference of a crash."""
    candidate = prepare(tmp_path)
    failure = Failure(cause=Cause.CRASHED, message="gone")
    crashed = replace(candidate, record=replace(candidate.record, failure=failure))
    store, pending = stores(tmp_path)

    with pytest.raises(ReproUsageError, match="cannot be a reference"):
        accept(store, crashed, ACCEPTANCE, pending=pending)


def test_changed_reference_makes_a_candidate_stale(tmp_path: Path) -> None:
    """Both digests are told, and both sides stay as they are."""
    candidate = prepare(tmp_path)
    store, pending = stores(tmp_path)
    store.write(small_record(value=0.75))
    sums = store.find(EXPERIMENT, environment()).sums
    claimed = candidate.record.history[-1].supersedes

    with pytest.raises(StaleCandidate) as caught:
        accept(store, candidate, ACCEPTANCE, pending=pending)

    lines = str(caught.value).splitlines()
    assert lines[1] == f"  candidate supersedes  {claimed}"
    assert lines[2] == f"  reference is          {sums}"
    assert what_is_there(tmp_path) == "0.75 waits"


def test_reference_that_is_gone_makes_a_candidate_stale(tmp_path: Path) -> None:
    """A candidate that supersedes something does not bring it back by itself."""
    candidate = prepare(tmp_path)
    _, pending = stores(tmp_path)
    empty = ReferenceStore(tmp_path / "elsewhere")

    with pytest.raises(StaleCandidate, match="reference is          no reference"):
        accept(empty, candidate, ACCEPTANCE, pending=pending)


def test_write_between_look_and_swap_is_noticed(tmp_path: Path) -> None:
    """What was looked up without the lock is looked at again under it."""
    candidate = prepare(tmp_path)
    store, _ = stores(tmp_path)
    old = find_predecessor(store, candidate)
    record = rebase(candidate, old, ACCEPTANCE)
    store.write(small_record(value=0.75))

    with pytest.raises(StaleCandidate, match="another reference was written meanwhile"):
        store.succeed(record, expected=old.sums)

    assert what_is_there(tmp_path) == "0.75 waits"


def deaths(folder: Path, way: str) -> dict[str, int]:
    """Run the study of deaths; returns how many left what, and what then became."""
    command = [sys.executable, "-m", "tests.references.reviewing", str(folder), way]
    done = subprocess.run(
        command, cwd=ROOT, env=unmeasured(), check=True, capture_output=True, text=True
    )
    pairs = (line.rsplit(": ") for line in done.stdout.splitlines())
    return {what: int(count) for what, count in pairs}


def test_death_at_any_call_loses_neither(quick_disk: Path) -> None:
    """Candidate, reference or both are left, and accepting again finishes."""
    counts = deaths(quick_disk, "accept")

    assert set(counts) == {
        "0.25 waits -> 0.5 gone",
        "0.5 waits -> 0.5 gone",
        "0.5 gone -> 0.5 gone",
    }
    assert sum(counts.values()) > 100


def test_dropping_first_would_be_caught(quick_disk: Path) -> None:
    """The search for losses finds them where the candidate goes before it is safe."""
    counts = deaths(quick_disk, "backwards")

    assert counts["0.25 gone -> 0.5 gone"] > 10


@pytest.mark.parametrize("number", [1, 15, 30, 45, 60])
def test_full_disk_keeps_the_candidate(quick_disk: Path, number: int) -> None:
    """While the reference is written no call can fail so that the candidate goes."""
    candidate = prepare(quick_disk)
    store, pending = stores(quick_disk)

    with striking(number, failing(errno.ENOSPC)), pytest.raises(ReproError):
        accept(store, candidate, ACCEPTANCE, pending=pending)

    assert what_is_there(quick_disk) in {"0.25 waits", "0.5 waits"}
