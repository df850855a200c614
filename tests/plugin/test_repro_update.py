"""`--repro-update` rewrites what does not hold, with a reason, and keeps history."""

import pytest

from pytest_repro.records import Action, Cause
from tests.plugin.project import WALK, Project

REF = "test_walk.py::test_walk"
MOVED = WALK.replace("random.random())", "random.random() + 0.5)")
WHY = ("--repro-update", "--repro-reason=the last step was counted twice")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--repro-update",), "--repro-update needs --repro-reason"),
        (("--repro-update", "--repro-reason=fix"), "of at least ten characters"),
        (("--repro-update", "--repro-reason=          "), "at least ten characters"),
        (("--repro", "--repro-reason=a very good reason"), "explains --repro-update"),
        (("--repro-record", "--repro-reason=a good reason"), "explains --repro-update"),
        ((*WHY, "--repro-in-process"), "--repro-in-process never writes references"),
    ],
)
def test_reason_and_update_belong_together(
    project: Project, arguments: tuple[str, ...], message: str
) -> None:
    """Nothing is collected before the command line makes sense."""
    session = project.run(*arguments)

    assert session.code == 4
    assert message in session.output


def test_update_rewrites_and_keeps_the_history(walk: Project) -> None:
    """Reason, superseded digest and drift stay with the reference."""
    session = walk.write({"test_walk.py": MOVED}).run(*WHY)

    old, new = walk.reference(REF).history
    assert session.code == 0
    assert session.outcomes["test_walk"].action is Action.UPDATED
    assert (old.number, new.number) == (1, 2)
    assert new.reason == "the last step was counted twice"
    assert new.supersedes is not None
    assert [(one.metric, one.absolute) for one in new.drift] == [("end", 0.5)]
    assert walk.run("--repro").code == 0


def test_update_rewrites_only_what_fails(walk: Project) -> None:
    """A reference that holds stays as it is, byte for byte."""
    other = WALK.replace("test_walk", "test_other")
    walk.write({"test_other.py": other}).record()
    before = walk.reference_bytes()

    walk.write({"test_walk.py": MOVED}).run(*WHY)

    after = walk.reference_bytes()
    changed = {name for name in before if before[name] != after[name]}
    assert changed
    assert {name.partition("/")[0] for name in changed} <= {"test_walk.py", ".staging"}


def test_update_does_not_bless_a_crash(walk: Project) -> None:
    """A run that failed can never become a reference."""
    before = walk.reference_bytes()
    crash = WALK + "    raise ValueError\n"

    session = walk.write({"test_walk.py": crash}).run(*WHY)

    assert session.code == 1
    assert session.outcomes["test_walk"].verdict.cause is Cause.FAILED
    assert walk.reference_bytes() == before
