"""A project in a repository, and sessions in it under a change or without.

Another machine is one whose interpreters start themselves once more with other
variables: libraries then load as they would there, whatever the program has pinned.
A run that is made there is the session's own job, run again with these variables.
"""

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from subprocess import CompletedProcess
from typing import Final

from benchmarks.explained_table import OWN, Change
from benchmarks.processes import PLUGIN, PYTEST, ROOT, make_project, python
from pytest_repro.determinism import worker_variables
from pytest_repro.launchers import LocalLauncher
from pytest_repro.launchers.protocol import JOB
from pytest_repro.replication.replays import Replay, read_job, replay_all

__all__ = ["IN_MEMORY", "Project", "is_possible"]

IN_MEMORY: Final = Path("/dev/shm")  # noqa: S108  # lists files in the order of their making
"""A file system that lists files in the order in which they were made."""

PARTS: Final = "parts"
MACHINE: Final = "machine"

RESTART: Final = """\
import os
import sys

own = {variables!r}
if own and os.environ.get("OTHER_MACHINE") != str(os.getpid()):
    new = {{**os.environ, **own, "OTHER_MACHINE": str(os.getpid())}}
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], new)
"""


def is_possible(change: Change) -> bool:
    """Tell whether a change can be made on this machine.

    Args:
        change: The change.

    Returns:
        Whether it can.
    """
    if change.is_unpacked_backwards:
        return IN_MEMORY.is_dir()
    return change.cores < len(os.sched_getaffinity(0))


class Project:
    """A project with the experiments, shipped and sensitive.

    Attributes:
        change: What is changed about its circumstances.
    """

    def __init__(self, root: Path, change: Change) -> None:
        """Name the folder.

        Args:
            root: Where the project will be; must not exist.
            change: What will be changed.
        """
        self.change = change
        self._root = root

    def make(self, *, is_changed: bool) -> None:
        """Write all files, and commit them.

        Args:
            is_changed: Whether under the change.
        """
        make_project(self._root)
        shutil.copy(ROOT / "benchmarks" / "sensitive.py", self._root / OWN)
        ignored = self._root / ".gitignore"
        ignored.write_text(f".repro\n__pycache__\n{PARTS}\n", encoding="utf-8")
        self._write_machine()
        self._git("init", "--quiet")
        self.turn(is_changed=is_changed)

    def turn(self, *, is_changed: bool) -> None:
        """Put files as they are with the change or without, and commit.

        Args:
            is_changed: Whether with it.
        """
        if self.change.conftest:
            text = self.change.conftest if is_changed else ""
            (self._root / "conftest.py").write_text(text, encoding="utf-8")
        self._unpack(is_backwards=is_changed and self.change.is_unpacked_backwards)
        self._git("add", "--all")
        self._git("commit", "--quiet", "--allow-empty", "--message=as it is")

    def session(self, flag: str, *, is_changed: bool) -> CompletedProcess[str]:
        """Run the experiment in a session.

        Args:
            flag: Of the session.
            is_changed: Whether under the change.

        Returns:
            How it ended.
        """
        words = [*PYTEST, *PLUGIN, flag, self.change.experiment]
        if not is_changed:
            return python(words, self._root)
        if flag == "--repro" and self.change.variables:
            ended = python(words, self._root)
            self._run_there()
            return ended
        return self._there([*words, *self.change.options])

    def why(self, *, is_changed: bool) -> CompletedProcess[str]:
        """Ask why the experiment differs.

        Args:
            is_changed: Whether on a machine with fewer cores; whatever else was
                changed is asked about where it is not.

        Returns:
            How it ended; its output is for machines.
        """
        words = ["-m", "pytest_repro", "why", self.change.experiment]
        words += ["--workers=1", "--json"]
        if is_changed and self.change.cores:
            return self._there(words)
        return python(words, self._root)

    def _there(self, words: list[str]) -> CompletedProcess[str]:
        """Run on the other machine, which may have fewer cores."""
        before = os.sched_getaffinity(0)
        kept = sorted(before)[: self.change.cores or None]
        os.sched_setaffinity(0, kept)
        try:
            return python(
                words, self._root, variables={"PYTHONPATH": str(self._machine)}
            )
        finally:
            os.sched_setaffinity(0, before)

    @property
    def _machine(self) -> Path:
        return self._root.parent / MACHINE

    def _write_machine(self) -> None:
        self._machine.mkdir()
        text = RESTART.format(variables=dict(self.change.variables))
        path = self._machine / "sitecustomize.py"
        path.write_text(text + self.change.start, encoding="utf-8")

    def _run_there(self) -> None:
        """Run the job that the session has left once more, in its folder."""
        (path,) = (self._root / ".repro" / "runs").rglob(JOB)
        job = read_job(path.parent)
        there = replace(job, variables={**job.variables, **self.change.variables})
        inherited = {
            **worker_variables(job.determinism, os.environ),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        }
        (ended,) = replay_all(
            LocalLauncher(inherited),
            [Replay(name=path.parent.name, job=there)],
            folder=path.parent.parent,
            workers=1,
        )
        if ended.record is None:
            msg = f"{self.change.label}: {ended.problem}"
            raise RuntimeError(msg)

    def _unpack(self, *, is_backwards: bool) -> None:
        folder = self._root / PARTS
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for number in sorted(range(8), reverse=is_backwards):
            (folder / f"part-{number}").write_text(str(number), encoding="utf-8")

    def _git(self, *words: str) -> None:
        who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
        command = ["git", *who, *words]
        subprocess.run(command, cwd=self._root, check=True, capture_output=True)  # noqa: S603  # words of ours
