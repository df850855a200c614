"""Under CI references are compared, unless a bot was told to write them."""

import pytest

from pytest_repro.policy.ci import is_ci
from tests.plugin.project import WALK, Project


@pytest.mark.parametrize(
    "arguments",
    [("--repro-record",), ("--repro-update", "--repro-reason=a very good reason")],
    ids=["record", "update"],
)
def test_ci_writes_no_references(project: Project, arguments: tuple[str, ...]) -> None:
    """A pipeline that records what it obtains can never fail."""
    session = project.run(*arguments, variables={"CI": "true"})

    assert session.code == 4
    assert "--repro-allow-ci-update" in session.output


@pytest.mark.parametrize("value", ["true", "1", "yes", "github", " TRUE "])
def test_any_other_value_is_ci(value: str) -> None:
    """Vendors set it to whatever they like."""
    assert is_ci({"CI": value})


@pytest.mark.parametrize("value", ["", "0", "false", "FALSE", " no ", "off"])
def test_falsy_value_is_no_ci(value: str) -> None:
    """The value counts, not that the variable exists."""
    assert not is_ci({"CI": value})


def test_ci_that_is_off_may_record(project: Project) -> None:
    """`CI=false` in a shell does not stand in the way."""
    session = project.write({"test_walk.py": WALK}).run(
        "--repro-record", variables={"CI": "false"}
    )

    assert session.code == 0
    assert len(project.store.entries()) == 1


def test_a_bot_may_be_allowed(project: Project) -> None:
    """With the flag, recording works under CI as elsewhere."""
    session = project.write({"test_walk.py": WALK}).run(
        "--repro-record", "--repro-allow-ci-update", variables={"CI": "true"}
    )

    assert session.code == 0
    assert len(project.store.entries()) == 1


def test_ci_compares(walk: Project) -> None:
    """Comparing needs no permission."""
    session = walk.run("--repro", variables={"CI": "true"})

    assert session.code == 0
