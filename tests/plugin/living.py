"""A project under git, its CI, and the people who review what that leaves."""

import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.plugin.project import Project, environment
from tests.provenance.repository import git

REF = "test_walk.py::test_walk"
WHY = ("--reason", "the last step was counted twice")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """How a verb ended.

    Attributes:
        code: Its exit status.
        text: What it printed, with line breaks as spaces.
    """

    code: int
    text: str


def verb(
    project: Project, *words: str, variables: Mapping[str, str] | None = None
) -> Said:
    """Run `pytest-repro` in a project, without a terminal."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest_repro", *words],
        cwd=project.root,
        env=environment(variables or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        text=True,
    )
    return Said(code=done.returncode, text=" ".join(done.stdout.split()))


def publish(project: Project) -> Project:
    """Put a project under git, with all that it has."""
    git(project.root, "init", "--quiet", "--initial-branch=main")
    commit(project, "first")
    return project


def commit(project: Project, message: str) -> None:
    """Commit everything."""
    git(project.root, "add", "--all")
    git(project.root, "commit", "--quiet", f"--message={message}")


def clone(project: Project, root: Path) -> Project:
    """Clone a project as another machine does."""
    git(project.root, "clone", "--quiet", str(project.root), str(root))
    return Project(root)


def upload(project: Project, path: Path) -> Path:
    """Zip the folder of candidates as an upload of CI does: hidden files left out."""
    pending = project.root / ".repro" / "pending"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(pending.rglob("*")):
            name = file.relative_to(pending)
            is_hidden = any(part.startswith(".") for part in name.parts)
            if file.is_file() and not is_hidden:
                archive.write(file, name)
    return path


def changed_files(project: Project) -> set[str]:
    """List what git sees as changed, untracked files too."""
    printed = git(project.root, "status", "--porcelain", "--untracked-files=all")
    return {line.split()[-1] for line in printed.splitlines()}
