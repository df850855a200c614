"""A writer that has seen one state replaces that state, and no other."""

from dataclasses import replace
from pathlib import Path

import pytest

from pytest_repro.digests import digest_of_bytes
from pytest_repro.errors import StaleCandidate
from pytest_repro.records import RunRecord
from pytest_repro.references import SUMS, ReferenceStore, encode
from tests.references.samples import seed_result, small_record


def with_metric(value: float) -> RunRecord:
    """Change the number that the reference's second seed gave."""
    record = small_record()
    return replace(record, seeds=(record.seeds[0], seed_result(7, [("m", value)])))


def test_the_state_that_was_seen_is_replaced(tmp_path: Path) -> None:
    """As long as it is still there."""
    store = ReferenceStore(tmp_path / "reference_runs")
    folder = store.write(with_metric(1.0))
    seen = digest_of_bytes((folder / SUMS).read_bytes())

    store.succeed(with_metric(2.0), expected=seen)

    assert store.read(folder) == with_metric(2.0)


def test_a_state_that_somebody_else_wrote_is_left_alone(tmp_path: Path) -> None:
    """Whoever was faster has not worked for nothing."""
    store = ReferenceStore(tmp_path / "reference_runs")
    seen = digest_of_bytes(encode(with_metric(1.0))[SUMS])
    folder = store.write(with_metric(3.0))

    with pytest.raises(StaleCandidate, match="written meanwhile"):
        store.succeed(with_metric(2.0), expected=seen)

    assert store.read(folder) == with_metric(3.0)


def test_what_is_gone_is_not_written_over(tmp_path: Path) -> None:
    """A reference that was removed meanwhile does not come back by itself."""
    store = ReferenceStore(tmp_path / "reference_runs")
    seen = digest_of_bytes(encode(with_metric(1.0))[SUMS])

    with pytest.raises(StaleCandidate, match="written meanwhile"):
        store.succeed(with_metric(2.0), expected=seen)

    assert store.entries() == ()
