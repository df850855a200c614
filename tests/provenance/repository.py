"""Make small git repositories."""

import os
import subprocess
from pathlib import Path

IDENTITY = ("-c", "user.name=A", "-c", "user.email=a@example.org")
VARIABLES = {
    **{name: value for name, value in os.environ.items() if name[:4] != "GIT_"},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


def git(folder: Path, *arguments: str) -> str:
    """Run git as a careless program would.

    Args:
        folder: Where.
        *arguments: The command.

    Returns:
        What it printed.
    """
    done = subprocess.run(
        ["git", *IDENTITY, *arguments],  # noqa: S607  # the one on the path
        cwd=folder,
        env=VARIABLES,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def make_repository(folder: Path) -> Path:
    """Make a repository with one commit of two files.

    Args:
        folder: Where; it is made.

    Returns:
        The folder.
    """
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    (folder / "train.py").write_text("lr = 1\n", encoding="utf-8")
    (folder / "data.csv").write_text("1,2\n", encoding="utf-8")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message=first")
    return folder
