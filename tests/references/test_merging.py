"""Runs of several seeds become one record, or are told apart."""

from dataclasses import replace

import pytest

from pytest_repro.errors import ReproUsageError
from pytest_repro.records import Cause, Failure, RunRecord
from pytest_repro.references import decode, encode, merge_seeds
from tests.references.samples import (
    changed_identity,
    enveloped_record,
    environment,
    seed_result,
    series,
    small_record,
)


def of_seed(seed: int) -> RunRecord:
    """Make the record of a worker."""
    record = small_record()
    return replace(
        record,
        seeds=(seed_result(seed, [("m", seed / 10)]),),
        series=(series("t", [float(seed)]),),
        history=(),
    )


def test_everything_of_the_anchor_is_kept() -> None:
    """Its horizon, too: a pull request is held against the beginning of its run."""
    anchor = replace(enveloped_record(), history=())
    other = replace(of_seed(9), horizon=None)

    merged = merge_seeds([other, anchor])

    assert replace(merged, seeds=anchor.seeds) == anchor


def test_lowest_seed_is_the_anchor() -> None:
    """Whatever the order in which workers ended, the result is the same."""
    merged = merge_seeds([of_seed(3), of_seed(1), of_seed(2)])

    assert merged == merge_seeds([of_seed(1), of_seed(2), of_seed(3)])
    assert [row.seed for row in merged.seeds] == [1, 2, 3]
    assert merged.series == of_seed(1).series
    assert decode(encode(merged), path="here") == merged


def test_merging_one_record_changes_nothing() -> None:
    """A single seed is a record already."""
    assert merge_seeds([of_seed(4)]) == of_seed(4)


def test_merging_merged_records_is_merging_all() -> None:
    """In equations: ``merge([merge([a, c]), b]) == merge([a, b, c])``."""
    one, two, three = of_seed(1), of_seed(2), of_seed(3)

    assert merge_seeds([merge_seeds([one, three]), two]) == merge_seeds(
        [one, two, three]
    )


def test_failure_of_a_seed_is_kept() -> None:
    """A seed that failed is not hidden by those that did not."""
    failure = Failure(cause=Cause.CRASHED, message="killed")

    merged = merge_seeds([of_seed(1), replace(of_seed(2), failure=failure)])

    assert merged.failure == failure


@pytest.mark.parametrize(
    ("field", "value", "what"),
    [
        ("experiment", "other.py::test", "experiment"),
        ("config", {"lr": "0.2"}, "config"),
        ("environment", environment((("os", "mac"),)), "environment key"),
    ],
)
def test_different_runs_are_no_seeds_of_one_record(
    field: str, value: object, what: str
) -> None:
    """Both sides are named, so that one sees what differs."""
    other = of_seed(2)
    changed = changed_identity(other.identity, field, value)

    with pytest.raises(ReproUsageError, match=f"runs of different {what}"):
        merge_seeds([of_seed(1), replace(other, identity=changed)])


def test_nodes_of_one_key_may_be_merged() -> None:
    """Seeds ran on two machines of the same key: the anchor's is kept."""
    other = of_seed(2)
    elsewhere = replace(other.identity, environment=environment(facts="other node"))

    merged = merge_seeds([of_seed(1), replace(other, identity=elsewhere)])

    assert merged.identity == of_seed(1).identity


def test_seed_twice_is_refused() -> None:
    """Two results of one seed cannot both be its row."""
    with pytest.raises(ReproUsageError, match="a seed is there twice"):
        merge_seeds([of_seed(1), of_seed(1)])


def test_no_record_is_refused() -> None:
    """Of nothing there is no anchor."""
    with pytest.raises(ReproUsageError, match="no record to merge"):
        merge_seeds([])
