"""Looking at a foreign repository runs none of the programs that it names."""

import stat
from pathlib import Path

import pytest

from pytest_repro.provenance import collect_code
from pytest_repro.provenance.code import KNOWN
from tests.provenance.repository import git, make_repository

# Settings whose value is a program, with the attribute that brings it into play.
TRAPS = {
    "external diff": (["diff.external"], ""),
    "external diff of a driver": (["diff.trap.command"], "*.csv diff=trap"),
    "text converter": (["diff.trap.textconv"], "*.csv diff=trap"),
    "file system monitor": (["core.fsmonitor"], ""),
    "clean filter": (["filter.trap.clean"], "*.csv filter=trap"),
    "process filter": (["filter.trap.process"], "*.csv filter=trap"),
    "filter with an odd name": (["filter.a=b.c.clean"], "*.csv filter=a=b.c"),
}


@pytest.fixture
def trapped(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Offer a repository in which a program waits to be run."""
    root = make_repository(tmp_path / "project")
    program = tmp_path / "trap"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\ncat\n", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    settings, attribute = TRAPS[request.param]
    for setting in settings:
        git(root, "config", setting, str(program))
    (root / ".git" / "info" / "attributes").write_text(f"{attribute}\n", "utf-8")
    (root / "data.csv").write_text("3,4\n", encoding="utf-8")
    return root


@pytest.mark.parametrize("trapped", TRAPS, indirect=True)
def test_trap_is_not_sprung(trapped: Path) -> None:
    """Collecting code reads the repository and runs nothing of it."""
    found = collect_code(trapped, trapped / "train.py")

    assert found["state"] == KNOWN
    assert found["is_dirty"] is True
    assert not (trapped.parent / "sprung").exists()


@pytest.mark.parametrize("trapped", TRAPS, indirect=True)
def test_careless_git_would_spring_the_trap(trapped: Path) -> None:
    """The traps work: plain git runs each of the programs."""
    spring = "git diff HEAD >/dev/null 2>&1; true"

    git(trapped, "-c", f"alias.x=!{spring}", "x")

    assert (trapped.parent / "sprung").exists()


def test_hook_is_not_run(tmp_path: Path) -> None:
    """The hook that git runs after it refreshed its index stays silent."""
    root = make_repository(tmp_path / "project")
    hook = root / ".git" / "hooks" / "post-index-change"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n", encoding="utf-8")
    hook.chmod(0o755)
    (root / "train.py").touch()

    collect_code(root, root / "train.py")
    was_sprung = (tmp_path / "sprung").exists()
    git(root, "status")

    assert not was_sprung
    assert (tmp_path / "sprung").exists()


def test_nothing_is_written(tmp_path: Path) -> None:
    """The index of a repository that is looked at keeps its bytes."""
    root = make_repository(tmp_path / "project")
    (root / "train.py").touch()
    index = root / ".git" / "index"
    before = index.read_bytes()

    collect_code(root, root / "train.py")

    assert index.read_bytes() == before
