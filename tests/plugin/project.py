"""A project in a folder, and real pytest sessions with real workers in it.

pytester's fixture lives as long as one test. Recording a reference takes two processes,
so tests of one file share a recorded project (`share`) and each works on a copy of it.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

import pytest_repro
from pytest_repro import wire
from pytest_repro.records import Outcome, RunRecord
from pytest_repro.references import ReferenceStore

PACKAGE_HOME = Path(pytest_repro.__file__).parents[1]
PLUGIN = "pytest_repro.plugin"
LIMIT_S = 480.0

# Of the outer session, and of the machine on which it runs.
FOREIGN = ("CI", "GITHUB_", "PYTEST_", "PYTHONHASHSEED", "COLUMNS", "TERM", "NO_COLOR")

INI = """\
[pytest]
strict = true
filterwarnings = error
repro_replicas = 0
repro_traced_steps = 0
"""

WALK = """\
import random

def test_walk(repro):
    for step in repro.steps(total=5):
        repro.log("position", random.random(), step=step)
    repro.log("end", random.random())
"""
"""An experiment that takes no time and whose numbers come from its seed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """How a pytest session ended.

    Attributes:
        code: Its exit code; negative for a signal.
        output: All that it printed.
        report: The report for machines that it left; empty if it left none.
    """

    code: int
    output: str
    report: dict[str, Any]

    @property
    def counts(self) -> dict[str, int]:
        """The numbers in pytest's last line."""
        return pytest.RunResult.parse_summary_nouns(self.output.splitlines())

    @property
    def outcomes(self) -> dict[str, Outcome]:
        """What became of the experiments, by the name of the test function."""
        found = [wire.from_json(Outcome, one) for one in self.report["outcomes"]]
        return {one.experiment.partition("::")[2]: one for one in found}

    @property
    def problems(self) -> list[str]:
        """The names of the problems of the session as a whole."""
        return [problem["name"] for problem in self.report["problems"]]


@dataclass(frozen=True, slots=True)
class Project:
    """A project in a folder.

    Attributes:
        root: Its root.
    """

    root: Path

    @property
    def store(self) -> ReferenceStore:
        """Its references."""
        return ReferenceStore(self.root / "reference_runs")

    @property
    def pending(self) -> ReferenceStore:
        """The candidates that wait for review."""
        return ReferenceStore(self.root / ".repro" / "pending")

    def write(self, files: Mapping[str, str]) -> "Project":
        """Write files, and return the project."""
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return self

    def copy(self, root: Path) -> "Project":
        """Copy the project to a folder that need not exist."""
        shutil.copytree(self.root, root, dirs_exist_ok=True, symlinks=True)
        return Project(root)

    def run(
        self,
        *arguments: str,
        plugins: tuple[str, ...] = (),
        variables: Mapping[str, str] | None = None,
        cwd: str = ".",
    ) -> Session:
        """Run pytest in the project.

        Args:
            *arguments: Of pytest.
            plugins: Third-party plugins to load; others are not.
            variables: Environment variables to set.
            cwd: Where to start, from the root.

        Returns:
            How it ended.
        """
        started = command(*arguments, plugins=plugins)
        return self.execute(started, environment(variables or {}), cwd=cwd)

    def execute(
        self, words: Sequence[str], variables: Mapping[str, str], *, cwd: str = "."
    ) -> Session:
        """Run a program in the project.

        Args:
            words: Program and arguments.
            variables: Its whole environment.
            cwd: Where to start, from the root.

        Returns:
            How it ended.
        """
        report = self.root / ".repro" / "report" / "report.json"
        report.unlink(missing_ok=True)
        done = subprocess.run(
            words,
            cwd=self.root / cwd,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=LIMIT_S,
            check=False,
        )
        return Session(
            code=done.returncode,
            output=done.stdout.decode("utf-8", errors="replace"),
            report=json.loads(report.read_text()) if report.exists() else {},
        )

    def record(self, *arguments: str) -> Session:
        """Record the references that are missing, and check that it worked."""
        session = self.run("--repro-record", *arguments)
        assert session.code == 0, session.output
        return session

    def reference(self, experiment: str) -> RunRecord:
        """Read the only reference of an experiment."""
        return _only(self.store, experiment)

    def candidate(self, experiment: str) -> RunRecord:
        """Read the only candidate of an experiment."""
        return _only(self.pending, experiment)

    def reference_bytes(self) -> dict[str, tuple[bytes, int]]:
        """Read every file below the references, with the time of its last change."""
        folder = self.root / "reference_runs"
        return {
            str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }


def _only(store: ReferenceStore, experiment: str) -> RunRecord:
    (entry,) = (one for one in store.entries() if one.experiment == experiment)
    return store.read(entry.folder)


def command(*arguments: str, plugins: tuple[str, ...] = ()) -> list[str]:
    """Write the command line of a session that loads only the plugins named."""
    named = [part for name in (PLUGIN, *plugins) for part in ("-p", name)]
    return [sys.executable, "-m", "pytest", *named, *arguments]


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Make the environment of a session: ours, without what would steer it."""
    own = {k: v for k, v in os.environ.items() if not k.startswith(FOREIGN)}
    return {
        **own,
        "PYTHONPATH": str(PACKAGE_HOME),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        **variables,
    }


def is_installed() -> bool:
    """Tell whether pytest finds the plugin by itself."""
    found = entry_points(group="pytest11")
    return any(point.value == PLUGIN for point in found)


def share(
    factory: pytest.TempPathFactory, name: str, build: Callable[[Project], Session]
) -> tuple[Project, Session]:
    """Build a project once for all processes of the outer session.

    Args:
        factory: Knows the folder of the outer session.
        name: Of the project, unique in the whole suite.
        build: Writes the project and runs a session in it.

    Returns:
        The project, to be copied and left as it is; and how that session ended.
    """
    is_alone = "PYTEST_XDIST_WORKER" not in os.environ
    base = factory.getbasetemp() if is_alone else factory.getbasetemp().parent
    root, kept = base / f"shared-{name}", base / f"shared-{name}.json"
    with FileLock(base / f"shared-{name}.lock"):
        if not kept.exists():
            root.mkdir()
            ended = build(Project(root).write({"pytest.ini": INI}))
            kept.write_text(json.dumps(asdict(ended)))
    return Project(root), Session(**json.loads(kept.read_text()))
