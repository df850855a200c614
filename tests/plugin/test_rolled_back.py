"""A reference that was rewritten by mistake, twice, in a real repository."""

import sys

from tests.plugin.project import WALK, Project, environment
from tests.provenance.repository import git

REF = "test_walk.py::test_walk"


def commit(project: Project, message: str) -> None:
    """Commit everything."""
    git(project.root, "add", "--all")
    git(project.root, "commit", "--quiet", f"--message={message}")


def bless(project: Project, offset: str, reason: str) -> None:
    """Break the experiment, approve what it gives, and commit both."""
    broken = WALK.replace("random.random())", f"random.random() + {offset})")
    update = ("--repro-update", f"--repro-reason={reason}")
    assert project.write({"test_walk.py": broken}).run(*update).code == 0
    commit(project, reason)


def test_two_bad_approvals_are_rolled_back(walk: Project) -> None:
    """The code of old holds against the reference of old, whose history is whole."""
    walk.write({".gitignore": ".repro\n__pycache__\n"})
    git(walk.root, "init", "--quiet")
    commit(walk, "first")
    first = walk.reference(REF)
    bless(walk, "0.5", "the last step was counted twice")
    bless(walk, "0.75", "and so was the one before")
    words = [sys.executable, "-m", "pytest_repro", "rollback", "test_walk", "--to", "1"]
    because = "--reason=every step was counted once"

    ended = walk.execute([*words, because], environment({}))

    assert ended.code == 0, ended.output
    now = walk.reference(REF)
    assert now.anchor == first.anchor
    assert [one.number for one in now.history] == [1, 2, 3, 4]
    assert [one.absolute for one in now.history[-1].drift] == [-0.75]
    assert walk.run("--repro").code == 1
    assert walk.write({"test_walk.py": WALK}).run("--repro").code == 0
