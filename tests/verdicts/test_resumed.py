"""A resumed run is held to every bit, evidence and order included."""

from dataclasses import replace

import pytest

from pytest_repro.digests import Digest
from pytest_repro.records import Horizon, Rung, RunRecord
from pytest_repro.verdicts import judge_resumed
from tests.references.samples import small_record

RECORD = small_record(value=0.5)


def other_evidence(record: RunRecord) -> RunRecord:
    """Change a fingerprint that decides nothing."""
    first = replace(record.state[0], digest=Digest("x:00"), is_evidence=True)
    return replace(record, state=(first, *record.state[1:]))


def as_evidence(record: RunRecord) -> RunRecord:
    """Make the first fingerprint evidence, on the other side."""
    first = replace(record.state[0], is_evidence=True)
    return replace(record, state=(first, *record.state[1:]))


def test_the_same_record_is_identical() -> None:
    """Nothing differs from itself."""
    verdict = judge_resumed(RECORD, RECORD)

    assert verdict.rung is Rung.IDENTICAL
    assert verdict.holds


@pytest.mark.parametrize(
    ("obtained", "reference", "expected"),
    [
        pytest.param(small_record(value=0.25), RECORD, "", id="a metric"),
        pytest.param(
            other_evidence(RECORD),
            as_evidence(RECORD),
            RECORD.state[0].name,
            id="evidence",
        ),
        pytest.param(
            replace(RECORD, horizon=Horizon(step=1, order=1, is_end=False)),
            RECORD,
            "horizon",
            id="horizon",
        ),
    ],
)
def test_any_difference_diverges(
    obtained: RunRecord, reference: RunRecord, expected: str
) -> None:
    """Each names its place."""
    verdict = judge_resumed(obtained, reference)

    assert verdict.rung is Rung.DIVERGED
    assert not verdict.holds
    assert verdict.divergence is not None
    assert expected in verdict.reason
