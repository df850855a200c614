"""What was recorded of circumstances becomes axes; what was not tells nobody apart."""

from dataclasses import replace

import pytest

from pytest_repro.records import RunRecord
from pytest_repro.replication.circumstances import axes_of
from tests.references.samples import changed_identity, small_record


def at(commit: str | None) -> RunRecord:
    """Make a run at a commit, or where there is no git to ask."""
    record = small_record()
    code = {} if commit is None else {"commit": commit}
    return replace(record, identity=changed_identity(record.identity, "code", code))


@pytest.mark.parametrize(
    ("commits", "presumed"),
    [
        (["a", "b", "a", None], ["a", "b", "a", "a"]),
        (["a", None], ["a", "a"]),
        ([None, None], ["absent", "absent"]),
    ],
)
def test_a_commit_that_was_not_recorded_is_the_usual_one(
    commits: list[str | None], presumed: list[str]
) -> None:
    """A container without git is not at another commit."""
    axes = axes_of([at(commit) for commit in commits])

    assert [one["commit"] for one in axes] == presumed
