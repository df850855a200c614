"""What pyproject.toml says of retries is read strictly, and exceptions are refused."""

import pytest

from pytest_repro.errors import PolicyError
from pytest_repro.policy import Retries, read_own_table, read_retries
from pytest_repro.records import Cause


def read(text: str) -> Retries:
    """Read a table of a project."""
    return read_retries(read_own_table(f"[tool.pytest_repro.retries]\n{text}".encode()))


def test_nothing_is_retried_by_default() -> None:
    """A retry is spent money: somebody has to ask for it."""
    assert read_retries(read_own_table(b"")) == Retries(count=0)


def test_declared_retries_are_read() -> None:
    """How often, after what, and how long to wait."""
    text = 'count = 2\ncauses = ["interrupted", "disk full"]\nwait_s = 30'

    assert read(text) == Retries(
        count=2, causes=(Cause.INTERRUPTED, Cause.DISK_FULL), wait_s=30.0
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('causes = ["failed"]', "comes again and is never retried"),
        ('causes = ["interupted"]', "did you mean interrupted?"),
        ("counts = 2", "unknown key 'counts'; did you mean count?"),
        ("count = -1", "count is a whole number from 0 to 100, got -1"),
        ("count = true", "count is a whole number from 0 to 100, got True"),
        ('causes = "crashed"', "causes is a list of texts"),
    ],
)
def test_what_has_no_meaning_is_refused(text: str, message: str) -> None:
    """An exception of the experiment is no accident, whoever declares it one."""
    with pytest.raises(PolicyError, match="retries") as raised:
        read(text)

    assert message in str(raised.value)
